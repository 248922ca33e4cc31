using System.Buffers.Binary;
using System.IO.Compression;

namespace Pirogov.Dicom;

/// <summary>
/// Writes Part 10 files strictly: preamble, a complete meta header with its true group length, data set in the file's
/// transfer syntax with sequences and items of undefined length, even lengths, ascending tags. What was read leniently is
/// mended: a text VR that the dictionary does not give becomes the one it gives, a number cut short travels as UN. The
/// bytes are a function of the content alone. The offsets between the records of a DICOMDIR are values like others: they
/// are not reckoned anew.
/// </summary>
public static class DicomWriter
{
    private const int LongestHeader = 12;

    /// <summary>Preamble, meta header and the items of some sequences.</summary>
    private const int HeadOfFile = 1024;

    /// <exception cref="InvalidOperationException">Encapsulated pixels in a syntax for native ones.</exception>
    public static byte[] ToBytes(DicomFile file)
    {
        var output = OutputFor(file.Dataset);
        Write(file, output);
        return output.ToArray();
    }

    /// <summary>
    /// The same bytes one part after the other, without copying native pixels at the end of the data set: the last part is their
    /// value's own memory.
    /// </summary>
    /// <inheritdoc cref="ToBytes"/>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ToParts(DicomFile file)
    {
        var dataset = file.Dataset;
        if (!(file.TransferSyntax.Uid is DicomUids.ExplicitVRLittleEndian or DicomUids.ImplicitVRLittleEndian)
            || dataset.Find(DicomTags.PixelData) is not { Bytes.Length: > 0 } pixels || pixels is DicomEncapsulatedPixelData || dataset.Last() != pixels
            || pixels.Vr is not (DicomVr.OW or DicomVr.OB) || pixels.Bytes.Length % 2 != 0)
        {
            return [ToBytes(file)];
        }

        dataset.Remove(DicomTags.PixelData);
        try
        {
            return [ToBytes(file), HeaderOf(pixels, file.TransferSyntax.IsExplicit), pixels.Bytes];
        }
        finally
        {
            dataset.Set(pixels);
        }
    }

    private static byte[] HeaderOf(DicomElement pixels, bool isExplicit)
    {
        var header = new byte[isExplicit ? 12 : 8];
        BinaryPrimitives.WriteUInt16LittleEndian(header, pixels.Tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(2), pixels.Tag.Element);
        if (isExplicit)
        {
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), (ushort)pixels.Vr);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(header.Length - 4), (uint)pixels.Bytes.Length);
        return header;
    }

    /// <inheritdoc cref="ToBytes"/>
    public static void WriteFile(string path, DicomFile file)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        Write(file, stream);
    }

    /// <summary>Through a small buffer: large values and pixel data left in their stream are handed on, not gathered.</summary>
    /// <inheritdoc cref="ToBytes"/>
    public static void Write(DicomFile file, Stream stream)
    {
        var output = new DicomOutput(stream);
        Write(file, output);
        output.Flush();
    }

    /// <summary>The data set alone, without preamble and meta header, as it travels in a C-STORE.</summary>
    /// <inheritdoc cref="ToBytes"/>
    public static byte[] DatasetToBytes(DicomDataset dataset, DicomTransferSyntax syntax)
    {
        var output = OutputFor(dataset);
        WriteDataset(dataset, syntax, output);
        return output.ToArray();
    }

    /// <summary>The same, through a small buffer (<see cref="Write(DicomFile, Stream)"/>).</summary>
    /// <inheritdoc cref="ToBytes"/>
    public static void WriteDataset(DicomDataset dataset, DicomTransferSyntax syntax, Stream stream)
    {
        var output = new DicomOutput(stream);
        WriteDataset(dataset, syntax, output);
        output.Flush();
    }

    /// <summary>A DIMSE command set: implicit little endian, with its group length (PS3.7 6.3.1).</summary>
    public static byte[] CommandToBytes(DicomDataset command)
    {
        var output = new DicomOutput(capacity: 512);
        output.Take(12);
        new DicomElementWriter(output, DicomTransferSyntax.ImplicitLittleEndian).Write(command);
        var bytes = output.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), 4);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), bytes.Length - 12);
        return bytes;
    }

    /// <summary>Room for the large values, so that pixels are not copied again and again while the buffer grows.</summary>
    private static DicomOutput OutputFor(DicomDataset dataset)
    {
        var size = dataset.Sum(e => (long)e.Bytes.Length + (e is DicomEncapsulatedPixelData pixels ? pixels.Fragments.Sum(f => f.Length + 8L) : 0));
        return new DicomOutput(capacity: (int)Math.Min(size + (LongestHeader * (dataset.Count + 1L)) + HeadOfFile, Array.MaxLength));
    }

    /// <summary>Preamble and meta header, behind which a data set goes as it comes from elsewhere, in the file's syntax already.</summary>
    internal static byte[] HeadToBytes(DicomFile file)
    {
        var output = new DicomOutput(capacity: 1024);
        WriteHead(file, output);
        return output.ToArray();
    }

    private static void Write(DicomFile file, DicomOutput output)
    {
        WriteHead(file, output);
        WriteDataset(file.Dataset, file.TransferSyntax, output, isFile: true);
    }

    private static void WriteHead(DicomFile file, DicomOutput output)
    {
        output.Write(file.Preamble.Span);
        output.Write("DICM"u8);
        var meta = new DicomOutput(capacity: 512);
        meta.Take(12);
        new DicomElementWriter(meta, DicomTransferSyntax.ExplicitLittleEndian).Write(file.CompleteMeta());
        var header = meta.ToArray();
        new byte[] { 2, 0, 0, 0, (byte)'U', (byte)'L', 4, 0 }.CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), header.Length - 12);
        output.Write(header);
    }

    private static void WriteDataset(DicomDataset dataset, DicomTransferSyntax syntax, DicomOutput output, bool isFile = false)
    {
        if (!syntax.IsDeflated)
        {
            new DicomElementWriter(output, syntax).Write(dataset, isFile);
            return;
        }

        using var deflated = new MemoryStream();
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
        {
            var plain = new DicomOutput(deflater);
            new DicomElementWriter(plain, syntax).Write(dataset, isFile);
            plain.Flush();
        }

        output.Write(deflated.GetBuffer().AsSpan(0, (int)deflated.Length));
        if (deflated.Length % 2 != 0)
        {
            output.Write([0]);
        }
    }
}
