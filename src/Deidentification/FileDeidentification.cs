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
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
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
        using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.None);
        RandomAccess.Write(handle, DicomWriter.ToParts(file), 0);
    }
}
