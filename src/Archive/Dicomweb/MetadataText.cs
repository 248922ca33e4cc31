using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Stored metadata on their way out: the addresses of bulk data stand in them without the service's root, which only the request
/// knows. The text is not parsed; a quoted name followed by a colon cannot stand inside a JSON string.
/// </summary>
internal static class MetadataText
{
    private static ReadOnlySpan<byte> Address => "\"BulkDataURI\":\""u8;

    /// <param name="root">Of the service, without a slash at its end.</param>
    public static byte[] Rooted(ReadOnlySpan<byte> stored, string root)
    {
        var before = JsonEncodedText.Encode(root + "/", JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        var rooted = new byte[stored.Length + (Count(stored) * before.Length)];
        var at = 0;
        while (stored.IndexOf(Address) is var found and >= 0)
        {
            var end = found + Address.Length;
            stored[..end].CopyTo(rooted.AsSpan(at));
            before.CopyTo(rooted.AsSpan(at + end));
            at += end + before.Length;
            stored = stored[end..];
        }

        stored.CopyTo(rooted.AsSpan(at));
        return rooted;
    }

    private static int Count(ReadOnlySpan<byte> stored)
    {
        var count = 0;
        for (; stored.IndexOf(Address) is var found and >= 0; count++)
            stored = stored[(found + Address.Length)..];
        return count;
    }
}
