using System.Buffers.Binary;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

public class DicomImageTests
{
    [Fact]
    public void Twelve_bits_packed_end_to_end_come_out_in_words()
    {
        // Two frames of three pixels: the second begins in the middle of a byte.
        int[] values = [0x123, 0xABC, 0x001, 0xFFF, 0x456, 0x789];
        var packed = new byte[9];
        for (var i = 0; i < 6; i++)
            for (var bit = 0; bit < 12; bit++)
                packed[(12 * i + bit) >> 3] |= (byte)((values[i] >> bit & 1) << ((12 * i + bit) & 7));
        var image = DicomImage.Open(Native(1, 3, 12, 12, [.. packed, 0], frames: 2));
        for (var frame = 0; frame < 2; frame++)
        {
            var decoded = image.Decode(frame);
            Assert.Equal((16, 12), (decoded.Description.BitsAllocated, decoded.Description.BitsStored));
            Assert.Equal(values[(3 * frame)..(3 * frame + 3)], Words(decoded.Samples));
        }
    }

    [Fact]
    public void A_voi_table_of_hounsfield_units_begins_below_zero_though_the_pixels_are_unsigned()
    {
        var file = Native(1, 1, 16, 12, [0, 0]);
        file.Dataset.Set(DicomTags.RescaleSlope, 1.0).Set(DicomTags.RescaleIntercept, -1024.0).SetItems(DicomTags.VOILUTSequence, new DicomDataset()
            .Set(DicomTags.LUTDescriptor, DicomVr.US, new byte[] { 3, 0, 0x00, 0xFC, 16, 0 }).Set(DicomTags.LUTData, DicomVr.OW, new byte[] { 0, 0, 1, 0, 2, 0 }));
        var table = DicomImage.Open(file).Presentation(0).VoiTable!;
        Assert.Equal([0f, 1f, 2f, 2f], new float[] { table.Apply(-1024), table.Apply(-1023), table.Apply(-1022), table.Apply(0) });
    }

    [Theory]
    [InlineData(DicomUids.JPEGLSLossless)]
    [InlineData(DicomUids.JPEG2000Lossless)]
    public void Colour_that_a_codec_has_spread_is_called_whole(string syntax)
    {
        var description = new PixelDescription(4, 4, 8, 8, 7, 0, 3, 0, "YBR_FULL");
        var encoded = PixelEncoder.Encode(syntax, new DecodedFrame([.. Enumerable.Range(0, 48).Select(i => (byte)(5 * i))], description));
        var decoded = PixelDecoder.Decode(syntax, description with { PhotometricInterpretation = "YBR_FULL_422" }, encoded.Bytes);
        Assert.Equal((48, "YBR_FULL"), (decoded.Samples.Length, decoded.Description.PhotometricInterpretation));
    }

    [Fact]
    public void A_jpeg_2000_frame_that_is_cut_in_the_middle_is_no_picture()
    {
        var description = new PixelDescription(64, 64, 16, 16, 15, 0, 1, 0, "MONOCHROME2");
        var noise = new byte[2 * 64 * 64];
        for (var i = 0; i < noise.Length; i++) noise[i] = (byte)((i * 7919) ^ (i >> 3) * 31);
        var bytes = PixelEncoder.Encode(DicomUids.JPEG2000Lossless, new DecodedFrame(noise, description)).Bytes;
        Assert.Equal(noise, PixelDecoder.Decode(DicomUids.JPEG2000Lossless, description, bytes).Samples);
        // Without its end marker alone it is whole.
        Assert.Equal(noise, PixelDecoder.Decode(DicomUids.JPEG2000Lossless, description, bytes.AsMemory()[..^2].ToArray()).Samples);
        var cut = Assert.Throws<ImagingException>(() => PixelDecoder.Decode(DicomUids.JPEG2000Lossless, description, bytes.AsMemory()[..(bytes.Length / 2)].ToArray()));
        Assert.Equal(ImagingFault.Truncated, cut.Fault);
    }

    [Fact]
    public void Frames_of_single_bits_share_their_bytes()
    {
        var image = DicomImage.Open(Native(1, 5, 1, 1, [0b101_10011, 0b11], frames: 2));
        Assert.Equal([0b10011], image.Decode(0).Samples);
        Assert.Equal([0b11101], image.Decode(1).Samples);
    }

    [Fact]
    public void A_frame_of_several_fragments_is_found_by_either_offset_table()
    {
        ReadOnlyMemory<byte>[] fragments = [new byte[] { 1, 2 }, new byte[] { 3, 4 }, new byte[] { 5, 6 }];
        byte[] basic = [0, 0, 0, 0, 20, 0, 0, 0], extended = [.. new byte[8], 20, .. new byte[7]], contradicting = [0, 0, 0, 0, 7, 0, 0, 0];
        Assert.Equal([[1, 2, 3, 4], [5, 6]], Frames(Encapsulated(fragments, basic, [], 2)));
        Assert.Equal([[1, 2, 3, 4], [5, 6]], Frames(Encapsulated(fragments, [], extended, 2)));
        Assert.Equal([[1, 2, 3, 4, 5, 6]], Frames(Encapsulated(fragments, [], [], 1)));
        Assert.Equal([[1, 2], [3, 4], [5, 6]], Frames(Encapsulated(fragments, contradicting, [], 3)));
        Assert.Throws<ImagingException>(() => Frames(Encapsulated(fragments, contradicting, [], 2)));
    }

    [Fact]
    public void Without_a_table_the_fragments_that_open_an_image_tell()
    {
        ReadOnlyMemory<byte>[] fragments = [new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }, new byte[] { 1, 2 }, new byte[] { 0xFF, 0xD8, 0xFF, 0xE0 }];
        Assert.Equal([6, 4], Frames(Encapsulated(fragments, [], [], 2)).Select(frame => frame.Length));
    }

    [Fact]
    public void Overlays_in_unused_bits_and_in_planes_of_their_own_are_found()
    {
        var file = Native(1, 4, 16, 12, [1, 0x10, 2, 0, 3, 0x10, 4, 0x80]);
        file.Dataset.Set(new DicomTag(0x6000, 0x0100), DicomVr.US, new byte[] { 16, 0 }).Set(new DicomTag(0x6000, 0x0102), DicomVr.US, new byte[] { 12, 0 });
        file.Dataset.Set(new DicomTag(0x6002, 0x0010), DicomVr.US, new byte[] { 1, 0 }).Set(new DicomTag(0x6002, 0x0011), DicomVr.US, new byte[] { 3, 0 })
            .Set(new DicomTag(0x6002, 0x0050), DicomVr.SS, new byte[] { 1, 0, 2, 0 }).Set(new DicomTag(0x6002, 0x3000), DicomVr.OW, new byte[] { 0b110, 0 });
        var overlays = DicomImage.Open(file).Overlays(0);
        Assert.Equal([0b0101], overlays[0].Bits);
        Assert.Equal((2, false, true), (overlays[1].OriginColumn, overlays[1][0, 0], overlays[1][0, 1]));
    }

    [SkippableTheory]
    [InlineData(DicomUids.JPEGLSLossless)]
    [InlineData(DicomUids.RLELossless)]
    public void Compressing_moves_an_overlay_out_of_the_pixels(string syntax)
    {
        var file = Native(1, 4, 16, 12, [1, 0x10, 2, 0, 3, 0x10, 4, 0]);
        file.Dataset.Set(new DicomTag(0x6000, 0x0100), DicomVr.US, new byte[] { 16, 0 }).Set(new DicomTag(0x6000, 0x0102), DicomVr.US, new byte[] { 12, 0 });
        var image = DicomImage.Open(DicomReader.Read(DicomWriter.ToBytes(Transcoded(file, syntax))));
        Assert.Equal([1, 2, 3, 4], Words(image.Decode(0).Samples));
        Assert.Equal([0b0101], Assert.Single(image.Overlays(0)).Bits);
        Assert.Equal((12, 11), (image.Description.BitsStored, image.Description.HighBit));
    }

    [SkippableTheory]
    [InlineData("cornerstone3d/CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm")]
    [InlineData("pydicom-data/emri_small.dcm")]
    [InlineData("pydicom-data/SC_rgb_16bit.dcm")]
    [InlineData("pydicom/test_files/SC_ybr_full_422_uncompressed.dcm")]
    public void A_file_goes_through_every_lossless_syntax_and_comes_back(string path)
    {
        var file = DicomReader.ReadFile(SharedData.Folder(["data", "radiology", .. path.Split('/')]));
        var expected = Samples(DicomImage.Open(file));
        foreach (var syntax in (string[])[DicomUids.RLELossless, DicomUids.JPEGLSLossless, DicomUids.JPEG2000Lossless])
        {
            var there = DicomReader.Read(DicomWriter.ToBytes(Transcoded(file, syntax)));
            Assert.Equal(syntax, there.TransferSyntax.Uid);
            Assert.Equal(expected, Samples(DicomImage.Open(there)));
            var back = DicomReader.Read(DicomWriter.ToBytes(DicomTranscoder.To(there, DicomUids.ExplicitVRLittleEndian)));
            Assert.Equal(expected, Samples(DicomImage.Open(back)));
            Assert.Equal(file.SopInstanceUid, back.SopInstanceUid);
        }
    }

    [SkippableFact]
    public void Single_bits_of_many_frames_are_joined_again()
    {
        var compressed = DicomReader.ReadFile(SharedData.Folder("data", "radiology", "pydicom-data", "liver_nonbyte_aligned_j2k.dcm"));
        var twin = DicomReader.ReadFile(SharedData.Folder("data", "radiology", "pydicom-data", "liver_nonbyte_aligned.dcm"));
        var native = DicomTranscoder.To(compressed, DicomUids.ExplicitVRLittleEndian);
        Assert.Equal(Samples(DicomImage.Open(twin)), Samples(DicomImage.Open(native)));
    }

    [Fact]
    public void A_bomb_of_frames_is_refused_before_memory_is_taken()
    {
        var file = Native(65_535, 65_535, 16, 16, [0, 0]);
        Assert.Equal(ImagingFault.TooLarge, Assert.Throws<ImagingException>(() => DicomImage.Open(file)).Fault);
        var many = DicomImage.Open(Native(1000, 1000, 16, 16, [0, 0], frames: int.MaxValue));
        Assert.True(many.IsShort);
        Assert.Equal(ImagingFault.Truncated, Assert.Throws<ImagingException>(() => many.Decode(int.MaxValue - 1)).Fault);
        Assert.Equal(ImagingFault.Malformed, Assert.Throws<ImagingException>(() => Frames(Encapsulated([new byte[2]], [], [], int.MaxValue))).Fault);
    }

    private static DicomFile Transcoded(DicomFile file, string syntax)
    {
        try
        {
            return DicomTranscoder.To(file, syntax);
        }
        catch (ImagingException missing) when (missing.Fault == ImagingFault.CodecMissing)
        {
            throw new SkipException(missing.Message);
        }
    }

    private static DicomFile Native(int rows, int columns, int allocated, int stored, byte[] pixels, int frames = 1) =>
        DicomFile.Create(Header(rows, columns, allocated, stored, frames).Set(DicomTags.PixelData, allocated > 8 ? DicomVr.OW : DicomVr.OB, pixels), DicomUids.ExplicitVRLittleEndian);

    private static DicomFile Encapsulated(ReadOnlyMemory<byte>[] fragments, byte[] basic, byte[] extended, int frames)
    {
        var data = Header(1, 1, 8, 8, frames);
        if (extended.Length > 0) data.Set(DicomTags.ExtendedOffsetTable, DicomVr.OV, extended);
        return DicomFile.Create(data.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, basic, fragments)), DicomUids.RLELossless);
    }

    private static DicomDataset Header(int rows, int columns, int allocated, int stored, int frames) => new DicomDataset()
        .Set(DicomTags.SopClassUid, "1.2.840.10008.5.1.4.1.1.7").Set(DicomTags.SopInstanceUid, "2.25.1")
        .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.NumberOfFrames, frames)
        .Set(DicomTags.Rows, rows).Set(DicomTags.Columns, columns).Set(DicomTags.BitsAllocated, allocated).Set(DicomTags.BitsStored, stored)
        .Set(DicomTags.HighBit, stored - 1).Set(DicomTags.PixelRepresentation, 0);

    private static byte[][] Frames(DicomFile file)
    {
        var image = DicomImage.Open(file);
        return [.. Enumerable.Range(0, Math.Min(image.Frames, 10)).Select(frame => image.Stored(frame).ToArray())];
    }

    private static byte[][] Samples(DicomImage image) => [.. Enumerable.Range(0, image.Frames).Select(frame => image.Decode(frame).Interleaved().Samples)];

    private static int[] Words(byte[] samples) => [.. Enumerable.Range(0, samples.Length / 2).Select(i => (int)BinaryPrimitives.ReadUInt16LittleEndian(samples.AsSpan(2 * i)))];
}
