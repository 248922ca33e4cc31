using System.Globalization;
using System.Text;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

public class RenderingTests
{
    [SkippableTheory]
    [InlineData("pydicom/test_files/CT_small.dcm", "+Ww", "40", "400")]
    [InlineData("pydicom/test_files/MR_small.dcm", "+Wi", "1")]
    [InlineData("pydicom/test_files/dicomdirtests/77654033/CR1/6154", "+Wi", "1")]
    [InlineData("highdicom/dx_image.dcm", "+Ww", "2000", "3000")]
    [InlineData("pydicom-data/mlut_18.dcm", "+Ww", "1000", "2000")]
    [InlineData("pydicom-data/vlut_04.dcm", "+Wl", "1")]
    [InlineData("pydicom/test_files/CT_small.dcm", "+Wfs", "+Ww", "40", "400")]
    [InlineData("pydicom-data/OBXXXX1A.dcm")]
    [InlineData("cornerstone3d/TestPattern_Palette.dcm")]
    [InlineData("cornerstone3d/TestPattern_Palette_16.dcm")]
    [InlineData("pydicom-data/SC_rgb.dcm")]
    [InlineData("pydicom-data/color-pl.dcm")]
    [InlineData("pydicom-data/color-px.dcm")]
    [InlineData("pydicom-data/SC_rgb_16bit.dcm")]
    [InlineData("pydicom-data/SC_ybr_full_uncompressed.dcm")]
    [InlineData("pydicom/test_files/SC_ybr_full_422_uncompressed.dcm")]
    [InlineData("cornerstone3d/US-YBR_FULL_422-EVRLE.dcm")]
    public void A_picture_is_the_one_of_dcm2pnm_within_a_gray(string path, params string[] voi)
    {
        var source = SharedData.Folder(["data", "radiology", .. path.Split('/')]);
        using var folder = new TemporaryFolder();
        var target = Path.Combine(folder.Path, "peer.pnm");
        SharedData.Run("/usr/bin/dcm2pnm", ["-O", "+op", .. voi, source, target]);
        var peer = ReadPnm(target);
        var own = DicomImage.Open(DicomReader.ReadFile(source)).Render(0, shown => shown with
        {
            MaxSide = 10_000,
            PixelAspect = 1,
            PixelPadding = null,
            Window = voi switch
            {
                ["+Ww", var center, var width] => new VoiWindow(Number(center), Number(width)),
                ["+Wfs", _, var center, var width] => new VoiWindow(Number(center), Number(width), VoiFunction.Sigmoid),
                ["+Wl", ..] => null,
                _ => shown.Window,
            },
        });
        Assert.Equal((peer.Columns, peer.Rows, peer.IsColor), (own.Columns, own.Rows, own.IsColor));
        var worst = Enumerable.Range(0, own.Pixels.Length).MaxBy(i => Math.Abs(own.Pixels[i] - peer.Pixels[i]));
        // DCMTK rounds each term of the colour conversion down.
        var most = path.Contains("ybr_full", StringComparison.OrdinalIgnoreCase) ? 2 : 1;
        Assert.True(Math.Abs(own.Pixels[worst] - peer.Pixels[worst]) <= most, $"Byte {worst} is {own.Pixels[worst]}, {peer.Pixels[worst]} there.");
    }

    [SkippableFact]
    public void A_segmented_palette_gives_the_colours_of_pydicom()
    {
        const string script = """
            import sys, hashlib, pydicom, numpy
            from pydicom.pixel_data_handlers.util import apply_color_lut
            d = pydicom.dcmread(sys.argv[1])
            v = numpy.frombuffer(d.PixelData, "<u2").reshape(d.Rows, d.Columns)
            print(hashlib.sha256((apply_color_lut(v, d) >> 8).astype("u1").tobytes()).hexdigest())
            """;
        var source = SharedData.Folder("data", "radiology", "pydicom-data", "gdcm-US-ALOKA-16.dcm");
        var own = DicomImage.Open(DicomReader.ReadFile(source)).Render(0, shown => shown with { MaxSide = 10_000, PixelAspect = 1 });
        Assert.Equal(SharedData.Run("/usr/bin/python3", "-W", "ignore", "-c", script, source), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(own.Pixels)));
    }

    [Fact]
    public void A_segmented_palette_unfolds_into_runs_ramps_and_repeats()
    {
        // Three given entries, a ramp of four to 90, and both once more from the first segment.
        byte[] segments = [0, 3, 10, 20, 30, 1, 4, 90, 2, 2, 0, 0, 0, 0];
        Assert.Equal([10, 20, 30, 45, 60, 75, 90, 10, 20, 30, 45, 60, 75, 90], SegmentedPalette.Expand(segments, 14, 8));
        Assert.Equal([1, 0, 255, 255], SegmentedPalette.Expand([0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 255, 255], 2, 16));
        foreach (var broken in (byte[][])[[0, 200, 1], [1, 2, 3], [2, 1, 0, 0, 0, 0], [7, 1, 1], [2, 255, 99, 0, 0, 0], []])
            Assert.Equal(ImagingFault.Malformed, Assert.Throws<ImagingException>(() => SegmentedPalette.Expand(broken, 4, 8)).Fault);
    }

    [Fact]
    public void A_lookup_table_takes_its_ends_for_values_outside()
    {
        var table = LookupTable.FromDicom([3, -1, 16], [10, 0, 20, 0, 0, 255]);
        Assert.Equal([10, 10, 20, 65_280, 65_280], new[] { -5.0, -1, 0, 1, 99 }.Select(table.Apply));
        Assert.Equal(12, LookupTable.FromDicom([2, 0, 10], [0, 0, 255, 15]).Bits);
        Assert.Equal(ImagingFault.Truncated, Assert.Throws<ImagingException>(() => LookupTable.FromDicom([0, 0, 16], new byte[10])).Fault);
    }

    [Fact]
    public void Without_a_window_a_screen_keeps_its_grays_and_labels_are_spread()
    {
        var description = new PixelDescription(1, 3, 8, 8, 7, 0, 1, 0, "MONOCHROME2");
        Assert.Equal([0, 100, 200], Preview.Render([0, 100, 200], description, new PreviewOptions()).Pixels);
        Assert.Equal([0, 128, 255], Preview.Render([0, 1, 2], description, new PreviewOptions()).Pixels);
        Assert.Equal([255, 155, 55], Preview.Render([0, 100, 200], description with { PhotometricInterpretation = "MONOCHROME1" }, new PreviewOptions()).Pixels);
    }

    [Fact]
    public void Padding_is_black_whatever_the_polarity()
    {
        var description = new PixelDescription(1, 4, 16, 16, 15, 1, 1, 0, "MONOCHROME1");
        var options = new PreviewOptions { PixelPadding = -2000, PixelPaddingLimit = -1990, Window = new VoiWindow(0, 100) };
        byte[] samples = [0x30, 0xF8, 0x3A, 0xF8, 0x3B, 0xF8, 0xFF, 0x7F];
        Assert.Equal([0, 0, 255, 0], Preview.Render(samples, description, options).Pixels);
    }

    /// <summary>The four examples of PS3.3 C.11.2.1.3.2, at their ends and middles, and one value in between each.</summary>
    [Theory]
    [InlineData(2048, 4096, -1, 0)]
    [InlineData(2048, 4096, 0, 0)]
    [InlineData(2048, 4096, 1024, 64)]
    [InlineData(2048, 4096, 2048, 128)]
    [InlineData(2048, 4096, 4096, 255)]
    [InlineData(2048, 4096, 4097, 255)]
    [InlineData(2048, 1, 2047.5, 0)]
    [InlineData(2048, 1, 2047.9, 102)]
    [InlineData(2048, 1, 2048.5, 255)]
    [InlineData(0, 100, -50, 0)]
    [InlineData(0, 100, -30, 51)]
    [InlineData(0, 100, 0, 128)]
    [InlineData(0, 100, 49, 252)]
    [InlineData(0, 100, 50, 255)]
    [InlineData(0, 1, -0.5, 0)]
    [InlineData(0, 1, 0.3, 204)]
    [InlineData(0, 1, 0.5, 255)]
    public void A_linear_exact_window_is_the_one_of_the_standard(double center, double width, double value, byte shown) =>
        Assert.Equal(shown, new VoiWindow(center, width, VoiFunction.LinearExact).Apply(value));

    [Fact]
    public void A_window_counted_otherwise_than_linear_exact_shows_other_grays()
    {
        // LINEAR of center 0 and width 100 ends at 49 (PS3.3 C.11.2.1.2.1), LINEAR_EXACT at 50.
        Assert.Equal((255, 252), (new VoiWindow(0, 100).Apply(49), new VoiWindow(0, 100, VoiFunction.LinearExact).Apply(49)));
        var data = new DicomDataset().Set(DicomTags.WindowCenter, 0.0).Set(DicomTags.WindowWidth, 100.0).Set(DicomTags.VOILUTFunction, "LINEAR_EXACT");
        var description = new PixelDescription(1, 1, 16, 16, 15, 1, 1, 0, "MONOCHROME2");
        Assert.Equal(new VoiWindow(0, 100, VoiFunction.LinearExact), DicomPresentation.Of(data, description, 0).Window);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Without_a_window_sixteen_bits_are_shown_from_the_first_to_the_last_percentile_whatever_lies_outside(int signed)
    {
        // 1000 … 1999, and on either side five values far out: half a percent, which the percentiles leave aside.
        short[] values = [.. Enumerable.Repeat((short)0, 5), .. Enumerable.Range(1000, 1000).Select(v => (short)v), .. Enumerable.Repeat((short)32_000, 5)];
        var samples = values.SelectMany(BitConverter.GetBytes).ToArray();
        var description = new PixelDescription(1, values.Length, 16, 16, 15, signed, 1, 0, "MONOCHROME2");
        var shown = Preview.Render(samples, description, new PreviewOptions { MaxSide = values.Length }).Pixels;
        // The sorted values of the places 0.01 x 1009 and 0.99 x 1009: 10 and 999, which are 1005 and 1994.
        Assert.Equal(new VoiWindow(1499.5, 989, VoiFunction.LinearExact), VoiWindow.OfPercentiles([.. values.Select(v => (float)v)]));
        Assert.Equal(values.Select(v => (byte)Math.Round(255 * Math.Clamp((v - 1005) / 989.0, 0, 1))), shown);
        Assert.Equal((0, 0, 255, 255), (shown[0], shown[10], shown[999], shown[^1]));
        Assert.True(shown.Distinct().Count() > 250, "Values far out flatten the picture.");
    }

    [Theory]
    [InlineData(false, 85, 3)]
    [InlineData(false, 95, 2)]
    [InlineData(true, 85, 6)]
    [InlineData(true, 95, 4)]
    public void A_jpeg_is_the_picture_it_was_made_of_within_what_its_quality_loses(bool isColor, int quality, int most)
    {
        var picture = new Picture([.. Enumerable.Range(0, 96 * 64).SelectMany(i => Shades(i % 96, i / 96)[..(isColor ? 3 : 1)])], 96, 64, isColor);
        var (samples, bits) = (isColor ? 3 : 1, 8);
        var description = new PixelDescription(64, 96, bits, bits, 7, 0, samples, 0, isColor ? "YBR_FULL_422" : "MONOCHROME2");
        var decoded = PixelDecoder.Decode(DicomUids.JPEGBaseline8Bit, description, picture.ToJpeg(quality));
        var shown = Preview.Render(decoded.Samples, decoded.Description, new PreviewOptions { Window = new VoiWindow(127.5, 255, VoiFunction.LinearExact) });
        Assert.Equal((96, 64, isColor), (shown.Columns, shown.Rows, shown.IsColor));
        var worst = Enumerable.Range(0, shown.Pixels.Length).Max(i => Math.Abs(shown.Pixels[i] - picture.Pixels[i]));
        Assert.True(worst <= most, $"A byte is off by {worst}.");
    }

    /// <summary>Red rises to the right, green falls downwards, blue rises along the diagonal.</summary>
    private static byte[] Shades(int x, int y) => [(byte)(20 + 2 * x), (byte)(220 - 3 * y), (byte)(30 + x + y)];

    [Fact]
    public void Float_pixels_are_shown_by_their_values()
    {
        var description = new PixelDescription(1, 2, 32, 32, 31, 0, 1, 0, "MONOCHROME2") { IsFloat = true };
        byte[] samples = [.. BitConverter.GetBytes(-1.5f), .. BitConverter.GetBytes(2.5f)];
        Assert.Equal([0, 255], Preview.Render(samples, description, new PreviewOptions()).Pixels);
    }

    private static Picture ReadPnm(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var (tokens, at) = (new List<string>(), 0);
        while (tokens.Count < 4)
        {
            var end = Array.FindIndex(bytes, at, b => b is (byte)' ' or (byte)'\n');
            if (bytes[at] == '#') end = Array.IndexOf(bytes, (byte)'\n', at);
            else tokens.Add(Encoding.ASCII.GetString(bytes, at, end - at));
            at = end + 1;
        }

        return new Picture(bytes[at..], int.Parse(tokens[1], CultureInfo.InvariantCulture), int.Parse(tokens[2], CultureInfo.InvariantCulture), tokens[0] == "P6");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
