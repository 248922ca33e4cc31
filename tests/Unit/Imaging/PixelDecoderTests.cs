using System.Buffers.Binary;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Imaging;

public class PixelDecoderTests
{
    [SkippableTheory]
    [InlineData("BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2")]
    [InlineData("DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99")]
    [InlineData("LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2")]
    [InlineData("RLELosslessTransferSyntax_1.2.840.10008.1.2.5")]
    [InlineData("JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57")]
    [InlineData("JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70")]
    [InlineData("JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80")]
    [InlineData("JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90")]
    public void One_slice_in_every_lossless_syntax_is_the_same_pixels(string syntax)
    {
        var original = Decode("cornerstone3d/CTImage.dcm_LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm");
        Assert.Equal(original.Samples, Decode($"cornerstone3d/CTImage.dcm_{syntax}.dcm").Samples);
    }

    [SkippableTheory]
    [InlineData("pydicom/test_files/MR_small_jp2klossless.dcm", "pydicom/test_files/MR_small.dcm")]
    [InlineData("pydicom/test_files/MR_small_jpeg_ls_lossless.dcm", "pydicom/test_files/MR_small.dcm")]
    [InlineData("pydicom/test_files/MR_small_RLE.dcm", "pydicom/test_files/MR_small.dcm")]
    [InlineData("pydicom/test_files/SC_rgb_rle_16bit.dcm", "pydicom-data/SC_rgb_16bit.dcm")]
    [InlineData("pydicom/test_files/SC_rgb_rle_32bit.dcm", "pydicom-data/SC_rgb_32bit.dcm")]
    [InlineData("pydicom/test_files/SC_rgb_jpeg_gdcm.dcm", "pydicom-data/SC_rgb.dcm")]
    [InlineData("pydicom/test_files/SC_rgb_gdcm_KY.dcm", "pydicom-data/SC_rgb.dcm")]
    [InlineData("pydicom/test_files/JPEG2000.dcm", "pydicom-data/JPEG2000_UNC.dcm")]
    [InlineData("pydicom-data/MR2_J2KI.dcm", "pydicom-data/MR2_UNCI.dcm")]
    [InlineData("pydicom-data/MR2_J2KR.dcm", "pydicom-data/MR2_UNCR.dcm")]
    [InlineData("pydicom-data/US1_J2KI.dcm", "pydicom-data/US1_UNCI.dcm")]
    [InlineData("pydicom-data/US1_J2KR.dcm", "pydicom-data/US1_UNCR.dcm")]
    [InlineData("pydicom-data/emri_small_RLE.dcm", "pydicom-data/emri_small.dcm")]
    [InlineData("pydicom-data/emri_small_jpeg_2k_lossless.dcm", "pydicom-data/emri_small.dcm")]
    [InlineData("pydicom-data/emri_small_jpeg_ls_lossless.dcm", "pydicom-data/emri_small.dcm")]
    [InlineData("pydicom-data/liver_rle.dcm", "pydicom-data/liver_expb.dcm")]
    [InlineData("pydicom-data/liver_deflate.dcm", "pydicom-data/liver_expb.dcm")]
    [InlineData("pydicom-data/liver_nonbyte_aligned_rle.dcm", "pydicom-data/liver_nonbyte_aligned.dcm")]
    [InlineData("pydicom-data/liver_nonbyte_aligned_deflate.dcm", "pydicom-data/liver_nonbyte_aligned.dcm")]
    [InlineData("pydicom-data/liver_j2k.dcm", "pydicom-data/liver_expb.dcm")]
    [InlineData("pydicom-data/liver_nonbyte_aligned_j2k.dcm", "pydicom-data/liver_nonbyte_aligned.dcm")]
    [InlineData("pydicom-data/JLSL_RGB_ILV0.dcm", "pydicom-data/JLSL_RGB_ILV2.dcm")]
    [InlineData("pydicom-data/JLSL_RGB_ILV1.dcm", "pydicom-data/JLSL_RGB_ILV2.dcm")]
    [InlineData("cornerstone3d/TestPattern_JPEG-Lossless_RGB.dcm", "cornerstone3d/TestPattern_RGB.dcm")]
    [InlineData("cornerstone3d/TestPattern_JPEG-LS-Lossless.dcm", "cornerstone3d/TestPattern_RGB.dcm")]
    public void A_compressed_file_decodes_to_its_uncompressed_twin(string compressed, string twin)
    {
        var decoded = Decode(compressed);
        var expected = Decode(twin);
        Assert.Equal(expected.Samples, decoded.Samples);
        Assert.Equal(expected.Description.PhotometricInterpretation, decoded.Description.PhotometricInterpretation);
    }

    [SkippableTheory]
    [InlineData("dcmdjpeg", 0, "pydicom-data/JPEG-LL.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom-data/JPGLosslessP14SV1_1s_1f_8b.dcm")]
    [InlineData("dcmdjpeg", 1, "cornerstone3d/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm")]
    [InlineData("dcmdjpeg", 1, "cornerstone3d/CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm")]
    [InlineData("dcmdjpeg", 1, "cornerstone3d/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm")]
    [InlineData("dcmdjpeg", 0, "cornerstone3d/CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm")]
    [InlineData("dcmdjpeg", 1, "pydicom/test_files/JPGExtended.dcm")]
    [InlineData("dcmdjpeg", 0, "cornerstone3d/TestPattern_JPEG-Baseline_YBR422.dcm")]
    [InlineData("dcmdjpeg", 0, "cornerstone3d/TestPattern_JPEG-Baseline_YBRFull.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom/test_files/SC_rgb_dcmtk_+eb+cr.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom/test_files/SC_rgb_dcmtk_+eb+cy+n2.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom/test_files/SC_rgb_dcmtk_+eb+cy+s4.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom/test_files/SC_jpeg_no_color_transform.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom/test_files/SC_jpeg_no_color_transform_2.dcm")]
    [InlineData("dcmdjpeg", 0, "pydicom/test_files/SC_rgb_small_odd_jpeg.dcm")]
    [InlineData("dcmdjpls", 0, "cornerstone3d/CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm")]
    [InlineData("dcmdjpls", 0, "pydicom/test_files/JPEGLSNearLossless_16.dcm")]
    [InlineData("dcmdjpls", 0, "pydicom/test_files/SC_rgb_jls_lossy_line.dcm")]
    [InlineData("dcmdjpls", 0, "pydicom-data/JLSN_RGB_ILV0.dcm")]
    [InlineData("dcmdrle", 0, "pydicom-data/OBXXXX1A_rle_2frame.dcm")]
    [InlineData("dcmdrle", 0, "pydicom/test_files/rtdose_rle.dcm")]
    public void Dcmtk_decodes_the_same_within_the_tolerance(string tool, int tolerance, string file)
    {
        using var folder = new TemporaryFolder();
        var target = Path.Combine(folder.Path, "decoded.dcm");
        SharedData.Run("/usr/bin/" + tool, Shared(file), target);
        var peer = DicomPixels.Read(target)!;
        var own = DicomPixels.Read(Shared(file))!;
        Assert.Equal(peer.Frames.Length, own.Frames.Length);
        for (var frame = 0; frame < own.Frames.Length; frame++)
            Assert.InRange(LargestDifference(own.Decode(frame), peer.Decode(frame)), 0, tolerance);
    }

    [SkippableFact]
    public void Lossy_high_throughput_jpeg_2000_is_near_the_lossless_one()
    {
        var lossless = Decode("pydicom-data/HTJ2KLossless_08_RGB.dcm");
        var lossy = Decode("pydicom-data/HTJ2K_08_RGB.dcm");
        var mean = lossless.Samples.Zip(lossy.Samples, (a, b) => Math.Abs(a - b)).Average();
        Assert.InRange(mean, 0.001, 3);
    }

    [Fact]
    public void Big_endian_words_are_turned_round()
    {
        var description = Gray(1, 2, 16);
        Assert.Equal([2, 1, 4, 3], PixelDecoder.Decode("1.2.840.10008.1.2.2", description, new byte[] { 1, 2, 3, 4 }).Samples);
    }

    [Fact]
    public void A_description_beyond_the_limits_is_refused()
    {
        Assert.Equal(ImagingFault.TooLarge, Fault(Gray(0, 5, 8), []));
        Assert.Equal(ImagingFault.TooLarge, Fault(Gray(65_535, 65_535, 16), []));
        Assert.Equal(ImagingFault.Unsupported, Fault(Gray(2, 2, 40), []));
        Assert.Equal(ImagingFault.Truncated, Fault(Gray(2, 2, 8), [1, 2, 3]));
        Assert.False(PixelDecoder.CanDecode("1.2.840.10008.1.2.4.102"));
    }

    [SkippableTheory]
    [MemberData(nameof(OneOfEachCodec))]
    public void A_stream_of_another_size_than_described_never_reaches_the_codec(string file)
    {
        var pixels = DicomPixels.Read(Shared(file))!;
        foreach (var wrong in new[]
                 {
                     pixels.Description with { Rows = pixels.Description.Rows + 1 },
                     pixels.Description with { Columns = pixels.Description.Columns * 2 },
                     pixels.Description with { SamplesPerPixel = pixels.Description.SamplesPerPixel == 1 ? 3 : 1 },
                 })
        {
            var thrown = Assert.Throws<ImagingException>(() => PixelDecoder.Decode(pixels.Syntax, wrong, pixels.Frames[0]));
            Assert.Contains(thrown.Fault, (ImagingFault[])[ImagingFault.Mismatch, ImagingFault.Truncated]);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(OneOfEachCodec))]
    public void Damaged_streams_are_refused_or_decoded_and_nothing_else(string file)
    {
        var pixels = DicomPixels.Read(Shared(file))!;
        var random = new Xoshiro256(20_240_101);
        var original = pixels.Frames[0].ToArray();
        // CharLS and OpenJPEG do loop for minutes over some of these.
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 1, TimeLimit = TimeSpan.FromSeconds(2) });
        for (var round = 0; round < 60; round++)
        {
            var damaged = (byte[])original.Clone();
            // Headers are short and the entropy-coded data long: half of the damage goes to the first 200 bytes.
            for (var i = 0; i < 1 + round % 5; i++)
                damaged[random.NextInt32(round % 2 == 0 ? Math.Min(200, damaged.Length) : damaged.Length)] = (byte)random.NextUInt64();
            if (round % 3 == 0) damaged = damaged[..random.NextInt32(damaged.Length)];
            var thrown = Record.Exception(() => PixelDecoder.Decode(pixels.Syntax, pixels.Description, damaged, pool));
            if (thrown is not null) Assert.IsType<ImagingException>(thrown);
        }
    }

    public static TheoryData<string> OneOfEachCodec() =>
    [
        "pydicom/test_files/MR_small_RLE.dcm",
        "pydicom/test_files/SC_rgb_jpeg_gdcm.dcm",
        "pydicom/test_files/SC_rgb_small_odd_jpeg.dcm",
        "pydicom/test_files/SC_rgb_dcmtk_+eb+cy+s4.dcm",
        "pydicom/test_files/JPGExtended.dcm",
        "pydicom/test_files/MR_small_jpeg_ls_lossless.dcm",
        "pydicom-data/JLSL_RGB_ILV1.dcm",
        "pydicom/test_files/MR_small_jp2klossless.dcm",
        "pydicom/test_files/SC_rgb_gdcm_KY.dcm",
        "pydicom-data/HTJ2KLossless_08_RGB.dcm",
    ];

    private static PixelDescription Gray(int rows, int columns, int bits) => new(rows, columns, bits, bits, bits - 1, 0, 1, 0, "MONOCHROME2");

    private static ImagingFault Fault(PixelDescription description, byte[] frame) =>
        Assert.Throws<ImagingException>(() => PixelDecoder.Decode(DicomUids.ExplicitVRLittleEndian, description, frame)).Fault;

    private static string Shared(string file) => SharedData.Folder(["data", "radiology", .. file.Split('/')]);

    private static DecodedFrame Decode(string file) => DicomPixels.Read(Shared(file))!.Decode();

    private static int LargestDifference(DecodedFrame a, DecodedFrame b)
    {
        Assert.Equal(a.Samples.Length, b.Samples.Length);
        if (a.Description.BitsAllocated == 32) return a.Samples.AsSpan().SequenceEqual(b.Samples) ? 0 : int.MaxValue;
        var wide = a.Description.BitsAllocated == 16;
        int At(DecodedFrame frame, int i) => wide ? BinaryPrimitives.ReadInt16LittleEndian(frame.Samples.AsSpan(2 * i)) : frame.Samples[i];
        return Enumerable.Range(0, a.Description.SampleCount).Max(i => Math.Abs(At(a, i) - At(b, i)));
    }
}
