using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Journey;

/// <summary>A person looks at a loop that was captured from a screen: nothing passes before all of it has been on the screen.</summary>
[Collection(OnTheDemo.Name)]
public sealed class ReviewPageTests(DemoPlatform demo, Browser browser)
{
    private const int Frames = 24;

    [Fact]
    public async Task A_loop_is_accepted_only_when_all_its_frames_have_been_seen()
    {
        var engineer = await demo.As("engineer");
        var batch = (string)(await engineer.Post("/api/v1/batches", new { centre = "DEMO1", name = "Кинопетля с экрана" }))["id"]!;
        await engineer.Send($"/api/v1/batches/{batch}/files", DicomWriter.ToBytes(Loop()));
        var page = await browser.NewPage(demo.Process.Address);
        await page.Open("/sign-in");
        await page.FillAsync("#sign-in-login", "engineer");
        await page.FillAsync("#sign-in-password", DemoPlatform.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync(demo.Process.Address.ToString());

        await page.Open($"/archive/batches/{batch}/review", "archive-review");
        var (accept, seen) = (page.Locator("[data-action='accept']"), page.Locator("[data-part='seen']"));
        await Expect(seen).ToHaveAttributeAsync("data-seen", "1");
        await Expect(accept).ToBeDisabledAsync();
        await page.Act("later");
        await Expect(seen).ToHaveAttributeAsync("data-seen", "2");

        // What is one value above the air drowns in the window of the file and stands out when grays are equalised.
        await page.Locator("[data-grays='equalised']").ClickAsync();
        await Expect(page.Locator("[data-part='before']")).ToHaveAttributeAsync("src", new System.Text.RegularExpressions.Regex("frame=2&grays=equalised"));
        await page.Locator("[data-page='archive-review']").PressAsync("i");
        await Expect(page.Locator("[data-action='inverse']")).ToHaveAttributeAsync("aria-pressed", "true");
        await Picture(page, "review-equalised");

        await page.Act("inverse");
        await page.Act("sheet");
        await Expect(seen).ToHaveAttributeAsync("data-seen", "20");
        await Expect(accept).ToBeDisabledAsync();
        await Picture(page, "review-sheet");
        await page.Act("later");
        await Expect(seen).ToHaveAttributeAsync("data-seen", $"{Frames}");
        await Expect(accept).ToBeEnabledAsync();
        await page.Act("accept");
        await Expect(page.Locator("[data-file]").First).ToHaveAttributeAsync("data-decision", "accepted");
        await page.Context.CloseAsync();
    }

    private static Task<byte[]> Picture(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Browser.ScreenshotFolder, "ru", name + ".png"), FullPage = true });

    private static DicomFile Loop()
    {
        var slice = PhantomCt.Generate(new PhantomOptions(62, 256, 2)).Files[0].Dataset;
        var pixels = slice.Find(DicomTags.PixelData)!.Bytes.ToArray();
        // A strip of signs one value above the air around them.
        for (var x = 16; x < 120; x += 2)
        {
            for (var y = 12; y < 22; y++)
            {
                var at = 2 * ((256 * y) + x);
                BitConverter.TryWriteBytes(pixels.AsSpan(at), (short)(BitConverter.ToInt16(pixels, at) + 1));
            }
        }

        slice.Set(DicomTags.SopClassUid, DicomUids.MultiFrameGrayscaleWordSecondaryCaptureImageStorage).Set(DicomTags.ImageType, "DERIVED", "SECONDARY", "SCREEN SAVE").Set(DicomTags.NumberOfFrames, Frames)
            .Set(DicomTags.PixelData, DicomVr.OW, Enumerable.Repeat(pixels, Frames).SelectMany(p => p).ToArray());
        return DicomFile.Create(slice, DicomUids.ExplicitVRLittleEndian);
    }
}
