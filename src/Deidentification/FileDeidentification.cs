using System.Buffers.Binary;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// From one file into another. Native pixels are neither copied nor looked at: what was read is written again behind the new
/// header, from one buffer that a thread keeps.
/// </summary>
internal static class FileDeidentification
{
    /// <summary>Larger files get a buffer of their own.</summary>
    private const int KeptBuffer = 4 << 20;

    [ThreadStatic]
    private static byte[]? kept;

    /// <exception cref="DicomFormatException">The bytes cannot be read as DICOM.</exception>
    public static DicomFile Read(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(handle);
        if (length > int.MaxValue)
        {
            throw new DicomFormatException(DicomFault.TooLarge, length);
        }

        var buffer = length > KeptBuffer ? new byte[length] : kept ??= new byte[KeptBuffer];
        var read = 0;
        for (int now; read < length && (now = RandomAccess.Read(handle, buffer.AsSpan(read, (int)length - read), read)) > 0;)
        {
            read += now;
        }

        return DicomReader.Read(buffer.AsMemory(0, read));
    }

    /// <summary>Writes a new file; one that is there is replaced.</summary>
    public static void Write(string path, DicomFile file)
    {
        if (Parts(file) is not { } parts)
        {
            DicomWriter.WriteFile(path, file);
            return;
        }

        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None);
        RandomAccess.Write(handle, parts, 0);
    }

    /// <returns>Null where the pixels are not a native value at the end.</returns>
    private static ReadOnlyMemory<byte>[]? Parts(DicomFile file)
    {
        var dataset = file.Dataset;
        if (!(file.TransferSyntax.Uid is DicomUids.ExplicitVRLittleEndian or DicomUids.ImplicitVRLittleEndian)
            || dataset.Find(DicomTags.PixelData) is not { Bytes.Length: > 0 } pixels || pixels is DicomEncapsulatedPixelData || dataset.Last() != pixels
            || pixels.Vr is not (DicomVr.OW or DicomVr.OB))
        {
            return null;
        }

        dataset.Remove(DicomTags.PixelData);
        byte[] header;
        try
        {
            header = DicomWriter.ToBytes(file);
        }
        finally
        {
            dataset.Set(pixels);
        }

        return [header, HeaderOf(pixels, file.TransferSyntax.IsExplicit), pixels.Bytes];
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
}
