using System.Security.Cryptography;
using System.Text;

namespace Pirogov.Labelling.Agreement;

/// <summary>Ids drawn from what they name, so that comparing the same readings again finds the same disagreements and the same objects.</summary>
internal sealed class ComparisonIds(Guid seed)
{
    public Guid Of(params ReadOnlySpan<string> parts)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{string.Join('\n', parts.ToArray())}"));
        // Version 8: made by this application's own rule (RFC 9562, 5.8).
        (hash[6], hash[8]) = ((byte)(hash[6] & 0x0F | 0x80), (byte)(hash[8] & 0x3F | 0x80));
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
