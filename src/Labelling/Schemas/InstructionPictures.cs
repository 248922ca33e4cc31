using System.Buffers.Text;

namespace Pirogov.Labelling.Schemas;

/// <summary>
/// Pictures of an instruction stand in the schema itself, as data URLs: they never change with it, travel in its file, and need no access rule of
/// their own. The price is their size in every answer that carries the schema, hence the limits.
/// </summary>
internal static class InstructionPictures
{
    public const int MostOfClass = 4;
    public const int LargestBytes = 256 << 10;
    public const int MostBytes = 2 << 20;

    /// <summary>No SVG: it can carry programs.</summary>
    private static readonly (string Prefix, byte[] Signature)[] Known =
        [("data:image/png;base64,", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("data:image/jpeg;base64,", [0xFF, 0xD8, 0xFF])];

    public static bool Fits(InstructionPicture picture)
    {
        foreach (var (prefix, signature) in Known)
        {
            if (picture.Image?.StartsWith(prefix, StringComparison.Ordinal) is true)
                return Bytes(picture) <= LargestBytes && Base64.IsValid(picture.Image.AsSpan(prefix.Length)) && Begins(picture.Image.AsSpan(prefix.Length), signature);
        }

        return false;
    }

    public static long Bytes(InstructionPicture picture) => (picture.Image?.Length ?? 0) / 4 * 3L;

    /// <returns>The data URL, or null when the bytes are neither PNG nor JPEG.</returns>
    public static string? ToUrl(byte[] bytes) =>
        Known.FirstOrDefault(k => bytes.AsSpan().StartsWith(k.Signature)) is { Prefix: { } prefix } ? prefix + Convert.ToBase64String(bytes) : null;

    private static bool Begins(ReadOnlySpan<char> base64, byte[] signature)
    {
        Span<byte> head = stackalloc byte[12];
        return base64.Length >= 16 && Convert.TryFromBase64Chars(base64[..16], head, out _) && head.StartsWith(signature);
    }
}
