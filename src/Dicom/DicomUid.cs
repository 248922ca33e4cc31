using System.Numerics;

namespace Pirogov.Dicom;

/// <summary>Making and checking unique identifiers (PS3.5 clause 9 and Annex B).</summary>
public static class DicomUid
{
    /// <summary>"2.25." and the UUID as a decimal integer (PS3.5 B.2).</summary>
    public static string FromGuid(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return FromBytes(bytes);
    }

    /// <summary>"2.25." and sixteen big endian bytes as a decimal integer.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes) =>
        "2.25." + new BigInteger(bytes[..16], isUnsigned: true, isBigEndian: true).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>At most 64 digits and dots, no empty component, no leading zero (PS3.5 9.1).</summary>
    public static bool IsValid(string? uid) => uid is { Length: > 0 and <= 64 }
        && uid.Split('.').All(c => c.Length > 0 && c.All(char.IsAsciiDigit) && (c.Length == 1 || c[0] != '0'));
}
