using System.Security.Cryptography;

namespace Pirogov.Platform.Secrets;

/// <summary>
/// 256 bits in a file beside the data, which its owner alone may read; under them the key ring in the database is
/// sealed (AES-GCM), so that a copy of the database opens nothing. Read anew at each use, which is once a day.
/// </summary>
internal sealed class HostKey(string path)
{
    private const int KeySize = 32;

    public string Path => path;

    /// <summary>Makes the key when there is none yet.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        if (!File.Exists(path))
            Make();
        using var aes = new AesGcm(Read(), AesGcm.TagByteSizes.MaxSize);
        var (nonceSize, tagSize) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var sealedBytes = new byte[nonceSize + tagSize + plain.Length];
        var nonce = sealedBytes.AsSpan(0, nonceSize);
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(nonceSize + tagSize), sealedBytes.AsSpan(nonceSize, tagSize));
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">Sealed under another key, or changed since.</exception>
    /// <exception cref="FileNotFoundException">The key is gone.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes)
    {
        var (nonceSize, tagSize) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        if (sealedBytes.Length < nonceSize + tagSize)
            throw new CryptographicException("Too short to have been sealed.");
        using var aes = new AesGcm(Read(), tagSize);
        var plain = new byte[sealedBytes.Length - nonceSize - tagSize];
        aes.Decrypt(sealedBytes[..nonceSize], sealedBytes[(nonceSize + tagSize)..], sealedBytes.Slice(nonceSize, tagSize), plain);
        return plain;
    }

    private byte[] Read()
    {
        var key = Convert.FromBase64String(File.ReadAllText(path).Trim());
        return key.Length == KeySize ? key : throw new CryptographicException($"{path} is not a host key.");
    }

    /// <summary>Under another name first: a crash leaves a whole key or none.</summary>
    private void Make()
    {
        var unfinished = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(unfinished, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize)) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: false);
    }
}
