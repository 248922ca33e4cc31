using System.Security.Cryptography;
using System.Text;
using Pirogov.Dicom;

namespace Pirogov.Archive.Deidentification;

/// <summary>
/// Stable replacements under a centre's key: HMAC-SHA-256 of what is replaced, so that one patient stays one patient and
/// references between instances hold, and nobody without the key can go back or try values out.
/// </summary>
internal sealed class Pseudonyms
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private readonly byte[] _key;

    public Pseudonyms(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 32, nameof(key));
        _key = key.ToArray();
    }

    /// <summary>"P-" and twelve letters and digits (60 bits: a collision among a million patients has odds of 1 to 2 million).</summary>
    public string Patient(string patientId) => "P-" + Short("patient", patientId);

    /// <summary>"A-" and twelve letters and digits: fits the sixteen of SH.</summary>
    public string AccessionNumber(string accessionNumber) => "A-" + Short("accession", accessionNumber);

    /// <summary>
    /// "2.25.&lt;decimal&gt;" of a version 8 UUID made of the HMAC (PS3.5 B.2, RFC 9562 5.8). UIDs of the standard itself
    /// stay as they are.
    /// </summary>
    public string Uid(string uid)
    {
        if (DicomUids.IsWellKnown(uid))
        {
            return uid;
        }

        var bytes = Hash("uid", uid).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return DicomUid.FromBytes(bytes);
    }

    private string Short(string kind, string value)
    {
        var hash = BitConverter.ToUInt64(Hash(kind, value));
        return string.Concat(Enumerable.Range(0, 12).Select(i => Crockford[(int)((hash >> (5 * i)) & 31)]));
    }

    private byte[] Hash(string kind, string value) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}\0{value}"));
}
