using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

/// <summary>High-throughput JPEG 2000 (ITU-T T.814) held against OpenJPH, which shares no code with the decoder used here.</summary>
public class OpenJphTests
{
    private const int Columns = 131, Rows = 97;

    [SkippableTheory]
    [InlineData("HTJ2KLossless_08_RGB.dcm", 0)]
    [InlineData("HTJ2K_08_RGB.dcm", 1)]
    public void The_shared_files_hold_the_pixels_that_OpenJPH_finds(string name, int tolerance)
    {
        var file = DicomReader.ReadFile(SharedData.Folder("data", "radiology", "pydicom-data", name));
        var stream = Assert.Single(((DicomEncapsulatedPixelData)file.Dataset.Find(DicomTags.PixelData)!).Fragments);
        var own = DicomImage.Open(file).Decode(0).Interleaved();
        Assert.Equal(("RGB", 8), (own.Description.PhotometricInterpretation, own.Description.BitsAllocated));
        Near(own.Samples, Expanded(stream.ToArray(), "ppm"), wide: false, tolerance);
    }

    [SkippableTheory]
    [InlineData(8, 1, "RPCL", "64,64")]
    [InlineData(8, 3, "RPCL", "64,64")]
    [InlineData(8, 3, "LRCP", "32,32")]
    [InlineData(12, 1, "RPCL", "64,64")]
    [InlineData(12, 1, "RLCP", "128,32")]
    [InlineData(12, 1, "CPRL", "4,1024")]
    [InlineData(16, 1, "RPCL", "64,64")]
    [InlineData(16, 1, "PCRL", "16,16")]
    [InlineData(-16, 1, "RPCL", "64,64")]
    [InlineData(-12, 1, "LRCP", "32,64")]
    public void What_OpenJPH_compresses_without_loss_is_decoded_to_the_value(int bits, int samples, string progression, string block)
    {
        var values = Pattern(bits, samples);
        var stream = Compressed(values, bits, samples, "-reversible", "true", "-prog_order", progression, "-block_size", $"{{{block}}}");
        foreach (var syntax in progression == "RPCL" ? new[] { DicomUids.HTJ2KLossless, DicomUids.HTJ2KLosslessRPCL, DicomUids.HTJ2K } : [DicomUids.HTJ2KLossless, DicomUids.HTJ2K])
            Assert.Equal(Bytes(values, bits), PixelDecoder.Decode(syntax, Description(bits, samples), stream).Interleaved().Samples);
    }

    [SkippableTheory]
    [InlineData(8, 1, "0.01")]
    [InlineData(8, 3, "0.002")]
    [InlineData(12, 1, "0.001")]
    [InlineData(16, 1, "0.0005")]
    public void With_loss_every_value_is_that_of_OpenJPH_within_one(int bits, int samples, string step)
    {
        var stream = Compressed(Pattern(bits, samples), bits, samples, "-qstep", step);
        var own = PixelDecoder.Decode(DicomUids.HTJ2K, Description(bits, samples), stream).Interleaved().Samples;
        Assert.NotEqual(Bytes(Pattern(bits, samples), bits), own);
        var theirs = Expanded(stream, samples == 3 ? "ppm" : "pgm");
        for (var i = 0; bits > 8 && i < theirs.Length; i += 2)
            (theirs[i], theirs[i + 1]) = (theirs[i + 1], theirs[i]);
        Near(own, theirs, bits > 8, tolerance: 1);
    }

    /// <summary>A slope with a grain in it, over the whole range of values.</summary>
    private static int[] Pattern(int bits, int samples)
    {
        var range = 1 << Math.Abs(bits);
        return [.. Enumerable.Range(0, Columns * Rows * samples).Select(i =>
        {
            var (x, y, sample) = (i / samples % Columns, i / samples / Columns, i % samples);
            var value = (int)((x * (long)range / Columns / 2) + (y * (long)range / Rows / 3) + (x * y * 31 % 257 * range / 4096) + (sample * range / 9)) % range;
            return bits < 0 ? value - (range / 2) : value;
        })];
    }

    private static PixelDescription Description(int bits, int samples)
    {
        var stored = Math.Abs(bits);
        return new(Rows, Columns, stored > 8 ? 16 : 8, stored, stored - 1, bits < 0 ? 1 : 0, samples, 0, samples == 3 ? "RGB" : "MONOCHROME2");
    }

    private static byte[] Bytes(int[] values, int bits)
    {
        if (bits == 8)
            return [.. values.Select(v => (byte)v)];
        var bytes = new byte[2 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), (short)values[i]);
        return bytes;
    }

    private static byte[] Compressed(int[] values, int bits, int samples, params string[] options)
    {
        if (bits < 0)
            return Signed(Compressed([.. values.Select(v => v + (1 << (-bits - 1)))], -bits, samples, options));
        using var folder = new TemporaryFolder();
        var (source, target) = (Path.Combine(folder.Path, samples == 3 ? "in.ppm" : "in.pgm"), Path.Combine(folder.Path, "out.j2c"));
        var body = Bytes(values, bits);
        // Portable maps are big endian.
        for (var i = 0; bits > 8 && i < body.Length; i += 2)
            (body[i], body[i + 1]) = (body[i + 1], body[i]);
        File.WriteAllBytes(source, [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P{(samples == 3 ? 6 : 5)}\n{Columns} {Rows}\n{(1 << bits) - 1}\n")), .. body]);
        SharedData.Run("/usr/bin/ojph_compress", ["-i", source, "-o", target, .. options]);
        return File.ReadAllBytes(target);
    }

    /// <summary>
    /// Portable maps have no sign, and OpenJPH 0.9 takes raw words for unsigned ones. Unsigned values are coded less half their range (ITU-T T.800
    /// G.1): declared signed in SIZ (A.5.1), the same stream holds just that.
    /// </summary>
    private static byte[] Signed(byte[] stream)
    {
        stream[stream.AsSpan().IndexOf((byte[])[0xFF, 0x51]) + 40] |= 0x80;
        return stream;
    }

    /// <returns>What stands behind the four fields of a portable map's header.</returns>
    private static byte[] Expanded(byte[] stream, string kind)
    {
        using var folder = new TemporaryFolder();
        var (source, target) = (Path.Combine(folder.Path, "in.j2c"), Path.Combine(folder.Path, "out." + kind));
        File.WriteAllBytes(source, stream);
        SharedData.Run("/usr/bin/ojph_expand", "-i", source, "-o", target);
        var map = File.ReadAllBytes(target);
        var at = 0;
        for (var field = 0; field < 4; at++)
            field += char.IsWhiteSpace((char)map[at]) ? 1 : 0;
        return map[at..];
    }

    private static void Near(byte[] own, byte[] theirs, bool wide, int tolerance)
    {
        Assert.Equal(theirs.Length, own.Length);
        int At(byte[] bytes, int i) => wide ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i)) : bytes[i];
        Assert.InRange(Enumerable.Range(0, own.Length / (wide ? 2 : 1)).Max(i => Math.Abs(At(own, i) - At(theirs, i))), 0, tolerance);
    }
}
