using System.Buffers.Binary;
using System.Globalization;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

public class PreviewTests
{
    [Theory]
    [InlineData(VoiFunction.Linear, 40, 400, -160.5, 0)]
    [InlineData(VoiFunction.Linear, 40, 400, 239.5, 255)]
    [InlineData(VoiFunction.Linear, 40, 400, 39.5, 128)]
    [InlineData(VoiFunction.Linear, 10, 1, 9.5, 0)]
    [InlineData(VoiFunction.Linear, 10, 1, 9.6, 255)]
    [InlineData(VoiFunction.LinearExact, 40, 400, -160, 0)]
    [InlineData(VoiFunction.LinearExact, 40, 400, 240, 255)]
    [InlineData(VoiFunction.Sigmoid, 40, 400, 40, 128)]
    [InlineData(VoiFunction.Sigmoid, 40, 400, 140, 186)]
    public void A_window_maps_as_the_standard_writes_it(VoiFunction function, double center, double width, double value, int shown) =>
        Assert.Equal(shown, new VoiWindow(center, width, function).Apply(value));

    [Fact]
    public void Down_scaling_keeps_the_mean_and_the_place()
    {
        byte[] samples = [0, 0, 100, 200, 0, 0, 0, 100, 8, 8, 16, 16, 8, 8, 16, 16];
        var picture = Preview.Render(samples, Gray(4, 4, 8), new PreviewOptions { MaxSide = 2, Window = new VoiWindow(127.5, 255, VoiFunction.LinearExact) });
        Assert.Equal([0, 100, 8, 16], picture.Pixels);
    }

    [Fact]
    public void A_frame_is_never_enlarged_and_never_vanishes()
    {
        Assert.Equal((3, 1), AreaAverage.Fit(3, 1, 100));
        Assert.Equal((64, 1), AreaAverage.Fit(6400, 10, 64));
        Assert.Equal((32, 64), AreaAverage.Fit(512, 512, 64, 2));
        Assert.Equal((64, 32), AreaAverage.Fit(512, 512, 64, 0.5));
    }

    [Fact]
    public void Monochrome1_is_shown_inverted_and_padding_black()
    {
        var window = new VoiWindow(127.5, 255, VoiFunction.LinearExact);
        var description = Gray(1, 3, 8) with { PhotometricInterpretation = "MONOCHROME1" };
        Assert.Equal([255, 55, 0], Preview.Render([0, 200, 9], description, new PreviewOptions { Window = window, PixelPadding = 9 }).Pixels);
    }

    [Fact]
    public void Signed_values_and_bits_above_the_high_bit_are_read_as_the_standard_says()
    {
        var samples = new byte[4];
        BinaryPrimitives.WriteUInt16LittleEndian(samples, 0xF800);
        BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(2), 0x17FF);
        var signed = new PixelDescription(1, 2, 16, 12, 11, 1, 1, 0, "MONOCHROME2");
        Assert.Equal([-2048f, 2047f], FrameValues.Stored(samples, signed));
        Assert.Equal([2048f, 2047f], FrameValues.Stored(samples, signed with { PixelRepresentation = 0 }));
    }

    [Fact]
    public void Colour_by_plane_by_pixel_and_ybr_show_the_same()
    {
        var byPixel = new PixelDescription(1, 2, 8, 8, 7, 0, 3, 0, "RGB");
        var options = new PreviewOptions();
        var expected = Preview.Render([255, 0, 0, 10, 20, 30], byPixel, options).Pixels;
        Assert.Equal([255, 0, 0, 10, 20, 30], expected);
        Assert.Equal(expected, Preview.Render([255, 10, 0, 20, 0, 30], byPixel with { PlanarConfiguration = 1 }, options).Pixels);
        Assert.Equal([254, 0, 0], Preview.Render([76, 85, 255, 76, 85, 255], byPixel with { PhotometricInterpretation = "YBR_FULL" }, options).Pixels[..3]);
        Assert.Equal([76, 76, 76, 80, 80, 80], Preview.Render([76, 80, 128, 128], byPixel with { PhotometricInterpretation = "YBR_FULL_422" }, options).Pixels);
    }

    [SkippableFact]
    public void A_palette_image_is_shown_in_its_colours()
    {
        var path = SharedData.Folder("data", "radiology", "cornerstone3d", "TestPattern_Palette.dcm");
        var data = DicomReader.ReadFile(path).Dataset;
        var palette = ColorPalette.FromDicom(
            [.. data.GetDoubles(DicomTags.RedPaletteColorLookupTableDescriptor).Select(v => (int)v)],
            data.Find(DicomTags.RedPaletteColorLookupTableData)!.Bytes.Span,
            data.Find(DicomTags.GreenPaletteColorLookupTableData)!.Bytes.Span,
            data.Find(DicomTags.BluePaletteColorLookupTableData)!.Bytes.Span);
        var frame = DicomPixels.Read(path)!.Decode();
        var picture = Preview.Render(frame.Samples, frame.Description, new PreviewOptions { MaxSide = 1000, Palette = palette });
        var rgb = DicomPixels.Read(SharedData.Folder("data", "radiology", "cornerstone3d", "TestPattern_RGB.dcm"))!.Decode();
        var mean = picture.Pixels.Zip(rgb.Samples, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(mean, 0, 8);
    }

    [SkippableFact]
    public void A_jpeg_preview_of_a_slice_is_the_picture_within_its_quality()
    {
        var file = SharedData.Folder("data", "radiology", "cornerstone3d", "CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm");
        var frame = DicomPixels.Read(file)!.Decode();
        var options = new PreviewOptions { MaxSide = 128 };
        var picture = Preview.Render(frame.Samples, frame.Description, options);
        Assert.Equal((128, 128), (picture.Columns, picture.Rows));
        Assert.Contains(picture.Pixels, shown => shown > 200);

        var jpeg = Preview.Jpeg(frame.Samples, frame.Description, 1, 0, null, 128);
        var back = PixelDecoder.Decode(DicomUids.JPEGBaseline8Bit, Gray(128, 128, 8), jpeg);
        Assert.InRange(back.Samples.Zip(picture.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0, 4);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Python_reads_the_png_that_is_written(bool color)
    {
        var pixels = Enumerable.Range(0, 7 * 5 * (color ? 3 : 1)).Select(i => (byte)(i * i)).ToArray();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "picture.png");
        File.WriteAllBytes(path, new Picture(pixels, 7, 5, color).ToPng());
        const string read = """
            import sys, zlib, struct
            data = open(sys.argv[1], 'rb').read(); at = 8; body = b''
            while at < len(data):
                n, = struct.unpack('>I', data[at:at+4]); kind = data[at+4:at+8]; chunk = data[at+8:at+8+n]
                assert struct.unpack('>I', data[at+8+n:at+12+n])[0] == zlib.crc32(kind + chunk)
                if kind == b'IHDR': w, h, depth, colour = struct.unpack('>IIBB', chunk[:10])
                if kind == b'IDAT': body += chunk
                at += 12 + n
            raw = zlib.decompress(body); width = w * (3 if colour == 2 else 1); up = bytes(width); out = b''
            for y in range(h):
                f = raw[y*(width+1)]; line = raw[y*(width+1)+1:(y+1)*(width+1)]
                up = bytes((a + (b if f == 2 else 0)) & 255 for a, b in zip(line, up)); out += up
            print(w, h, depth, colour, out.hex())
            """;
        var expected = string.Create(CultureInfo.InvariantCulture, $"7 5 8 {(color ? 2 : 0)} {Convert.ToHexStringLower(pixels)}");
        Assert.Equal(expected, SharedData.Run("/usr/bin/python3", "-c", read, path));
    }

    private static PixelDescription Gray(int rows, int columns, int bits) => new(rows, columns, bits, bits, bits - 1, 0, 1, 0, "MONOCHROME2");
}
