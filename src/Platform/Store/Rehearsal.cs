namespace Pirogov.Platform.Store;

/// <summary>A small object that is written, read back and removed before the platform starts.</summary>
internal static class Rehearsal
{
    public static readonly byte[] Bytes = "Pirogov was here and has left.\n"u8.ToArray();

    /// <exception cref="StoreUnavailableException">Other bytes came back: a server that keeps the framing of aws-chunked uploads as content does this.</exception>
    public static void Hold(ReadOnlySpan<byte> readBack, string place)
    {
        if (!readBack.SequenceEqual(Bytes))
            throw new StoreUnavailableException($"The store at {place} gives back other bytes than it was given. If Store:S3:ChunkedUploads is on, the server may not understand it.");
    }
}
