using System.Buffers.Binary;
using Pirogov.Imaging;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Imaging;

/// <summary>What is encoded here decodes here to the same values.</summary>
public class PixelEncoderTests
{
    private const string Rle = "1.2.840.10008.1.2.5", JpegLs = "1.2.840.10008.1.2.4.80", Jpeg2000 = "1.2.840.10008.1.2.4.90";

    public static TheoryData<string, int, int, int, int, int> Kinds()
    {
        var data = new TheoryData<string, int, int, int, int, int>();
        foreach (var syntax in (string[])[Rle, JpegLs, Jpeg2000])
            foreach (var (allocated, stored, signed, perPixel, planar) in ((int, int, int, int, int)[])
                     [(8, 8, 0, 1, 0), (8, 7, 0, 1, 0), (8, 8, 1, 1, 0), (16, 12, 0, 1, 0), (16, 12, 1, 1, 0), (16, 16, 0, 1, 0), (16, 16, 1, 1, 0), (8, 8, 0, 3, 0), (8, 8, 0, 3, 1), (16, 16, 0, 3, 0), (16, 10, 0, 3, 1)])
                data.Add(syntax, allocated, stored, signed, perPixel, planar);
        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void A_frame_comes_back_as_it_was(string syntax, int allocated, int stored, int signed, int perPixel, int planar)
    {
        foreach (var (rows, columns) in ((int, int)[])[(37, 53), (1, 1), (1, 300), (64, 3)])
        {
            var description = new PixelDescription(rows, columns, allocated, stored, stored - 1, signed, perPixel, planar, perPixel == 3 ? "RGB" : "MONOCHROME2");
            var frame = new DecodedFrame(Samples(description), description);
            var encoded = Encode(syntax, frame);
            var back = PixelDecoder.Decode(syntax, encoded.Description, encoded.Bytes);
            Assert.Equal(frame.Interleaved().Samples, back.Samples);
            Assert.Equal(description.PhotometricInterpretation, back.Description.PhotometricInterpretation);
        }
    }

    [SkippableTheory]
    [InlineData(JpegLs)]
    [InlineData(Jpeg2000)]
    public void What_stands_in_unused_bits_is_not_lost(string syntax)
    {
        var description = new PixelDescription(2, 2, 16, 12, 11, 0, 1, 0, "MONOCHROME2");
        var frame = new DecodedFrame([1, 0x80, 2, 0, 3, 0x0F, 4, 0], description);
        var encoded = Encode(syntax, frame);
        Assert.Equal(16, encoded.Description.BitsStored);
        Assert.Equal(frame.Samples, PixelDecoder.Decode(syntax, encoded.Description, encoded.Bytes).Samples);
    }

    [SkippableTheory]
    [InlineData(JpegLs)]
    [InlineData(Jpeg2000)]
    public void Values_in_the_upper_bits_come_back_in_the_lower_ones(string syntax)
    {
        var description = new PixelDescription(1, 2, 16, 12, 15, 0, 1, 0, "MONOCHROME2");
        var encoded = Encode(syntax, new DecodedFrame([0x10, 0, 0xF0, 0xFF], description));
        Assert.Equal((12, 11), (encoded.Description.BitsStored, encoded.Description.HighBit));
        // Also where the data set still says that they stand above.
        foreach (var said in new[] { encoded.Description, description })
        {
            var back = PixelDecoder.Decode(syntax, said, encoded.Bytes);
            Assert.Equal([1, 0, 0xFF, 0x0F], back.Samples);
            Assert.Equal(11, back.Description.HighBit);
        }
    }

    [Fact]
    public void Shared_chrominance_is_spread_before_encoding()
    {
        var description = new PixelDescription(1, 2, 8, 8, 7, 0, 3, 0, "YBR_FULL_422");
        var encoded = PixelEncoder.Encode(Rle, new DecodedFrame([10, 20, 30, 40], description));
        Assert.Equal("YBR_FULL", encoded.Description.PhotometricInterpretation);
        Assert.Equal([10, 30, 40, 20, 30, 40], PixelDecoder.Decode(Rle, encoded.Description, encoded.Bytes).Samples);
    }

    [Fact]
    public void A_packed_row_never_runs_into_the_next()
    {
        var description = new PixelDescription(2, 4, 8, 8, 7, 0, 1, 0, "MONOCHROME2");
        var bytes = PixelEncoder.Encode(Rle, new DecodedFrame([7, 7, 7, 7, 7, 7, 7, 7], description)).Bytes;
        Assert.Equal([unchecked((byte)-3), 7, unchecked((byte)-3), 7], bytes[64..]);
    }

    [Fact]
    public void What_a_syntax_cannot_hold_is_refused()
    {
        var wide = new PixelDescription(1, 1, 32, 32, 31, 0, 1, 0, "MONOCHROME2");
        Assert.Equal(ImagingFault.Unsupported, Assert.Throws<ImagingException>(() => PixelEncoder.Encode(JpegLs, new DecodedFrame(new byte[4], wide))).Fault);
        Assert.Equal(ImagingFault.Unsupported, Assert.Throws<ImagingException>(() => PixelEncoder.Encode("1.2.840.10008.1.2.4.50", new DecodedFrame(new byte[4], wide))).Fault);
        Assert.Equal(ImagingFault.Truncated, Assert.Throws<ImagingException>(() => PixelEncoder.Encode(Rle, new DecodedFrame(new byte[3], wide))).Fault);
    }

    private static EncodedFrame Encode(string syntax, DecodedFrame frame)
    {
        try
        {
            return PixelEncoder.Encode(syntax, frame);
        }
        catch (ImagingException missing) when (missing.Fault == ImagingFault.CodecMissing)
        {
            throw new SkipException(missing.Message);
        }
    }

    private static byte[] Samples(PixelDescription description)
    {
        var random = new Xoshiro256(11);
        var samples = new byte[description.FrameLength];
        var shift = description.BitsAllocated - description.BitsStored;
        for (var i = 0; i < description.SampleCount; i++)
        {
            // Half noise, half plain, and the sign repeated above the value as codecs leave it.
            var raw = (long)(i % 64 < 32 ? random.NextUInt64() : (ulong)i / 64);
            if (description.BitsAllocated == 8) samples[i] = description.IsSigned ? (byte)((sbyte)(raw << shift) >> shift) : (byte)((byte)(raw << shift) >> shift);
            else BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(2 * i), description.IsSigned ? (ushort)((short)(raw << shift) >> shift) : (ushort)((ushort)(raw << shift) >> shift));
        }

        return samples;
    }
}
