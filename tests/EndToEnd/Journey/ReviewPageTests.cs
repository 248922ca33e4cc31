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
        await page.SignIn(demo, "engineer");

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

    [Fact]
    public async Task What_is_drawn_over_is_gone_from_the_picture_that_will_be_kept_and_a_rejected_one_is_not_kept()
    {
        var engineer = await demo.As("engineer");
        var batch = (string)(await engineer.Post("/api/v1/batches", new { centre = "DEMO1", name = "Снимки экрана" }))["id"]!;
        foreach (var capture in PhantomCt.Generate(new PhantomOptions(63, 256, 2)).Files)
        {
            capture.Dataset.Set(DicomTags.SopClassUid, DicomUids.SecondaryCaptureImageStorage).Set(DicomTags.ImageType, "DERIVED", "SECONDARY", "SCREEN SAVE");
            await engineer.Send($"/api/v1/batches/{batch}/files", DicomWriter.ToBytes(DicomFile.Create(capture.Dataset, DicomUids.ExplicitVRLittleEndian)));
        }

        var page = await browser.NewPage(demo.Process.Address, height: 1200);
        await page.SignIn(demo, "engineer");
        await page.Open($"/archive/batches/{batch}/review", "archive-review");
        await Expect(page.Locator("[data-action='accept']")).ToBeEnabledAsync();
        await Expect(page.Locator("[data-action='mask']")).ToBeDisabledAsync();
        var drawing = (await page.Locator("[data-part='drawing']").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(drawing.X + (0.3f * drawing.Width), drawing.Y + (0.3f * drawing.Height));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(drawing.X + (0.7f * drawing.Width), drawing.Y + (0.7f * drawing.Height), new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await Expect(page.Locator("[data-region='0']")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-part='after']")).ToHaveAttributeAsync("src", new System.Text.RegularExpressions.Regex("regions="));
        Assert.InRange(await Contrast(page, "before"), 50, 255);
        // What JPEG leaves of a flat square.
        Assert.InRange(await Contrast(page, "after"), 0, 4);

        await page.Act("mask");
        await Expect(page.Locator("[data-file]").First).ToHaveAttributeAsync("data-decision", "masked");
        await Expect(page.Locator("[data-file]").Last).ToHaveAttributeAsync("aria-current", "true");
        await page.Act("reject");
        await Expect(page.Locator("[data-file]").Last).ToHaveAttributeAsync("data-decision", "rejected");
        await page.Context.CloseAsync();

        await engineer.Job((await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!);
        Assert.Equal(1, (int)Assert.Single(await engineer.Items($"/api/v1/cases?batch={batch}"))["instanceCount"]!);
    }

    /// <summary>Between the lightest and the darkest gray in the middle of a picture, which is well within what was drawn over.</summary>
    private static Task<int> Contrast(IPage page, string part) => page.Locator($"[data-part='{part}']").EvaluateAsync<int>("""
        async image => {
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const context = canvas.getContext('2d');
          context.drawImage(image, 0, 0);
          const [x, y, width, height] = [canvas.width * 0.35, canvas.height * 0.35, canvas.width * 0.3, canvas.height * 0.3].map(Math.round);
          const grays = context.getImageData(x, y, width, height).data.filter((_, i) => i % 4 === 0);
          return Math.max(...grays) - Math.min(...grays);
        }
        """);

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
