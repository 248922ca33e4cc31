using System.Security.Cryptography;

namespace Pirogov.Deidentification;

/// <summary>
/// An original too large for memory. It lies sealed in a file that has no name any more, under a key that is nowhere but here: when this ends,
/// or the process is killed, what is left on the disk can be read by nobody.
/// </summary>
public sealed class OriginalSpool : IDisposable
{
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly FileStream file;
    private readonly SealedWriter writer;

    /// <param name="folder">There, on a disk with room for it.</param>
    public OriginalSpool(string folder)
    {
        var path = Path.Combine(folder, Guid.CreateVersion7().ToString("N"));
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = 0,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        };
        if (OperatingSystem.IsWindows())
        {
            file = new FileStream(path, options);
        }
        else
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            file = new FileStream(path, options);
            File.Delete(path);
        }

        writer = new SealedWriter(file, key);
    }

    public Stream Writer => writer;

    public long Length => writer.Length;

    /// <summary>Everything written, from its beginning; nothing is written after. Open as long as this is.</summary>
    public Stream Read()
    {
        writer.Complete();
        file.Position = 0;
        return new SealedReader(file, key);
    }

    /// <summary>Removes what a process left that was killed before its file had lost its name.</summary>
    public static void Sweep(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var leftover in Directory.EnumerateFiles(folder))
        {
            File.Delete(leftover);
        }
    }

    public void Dispose()
    {
        writer.Dispose();
        file.Dispose();
        CryptographicOperations.ZeroMemory(key);
    }
}
