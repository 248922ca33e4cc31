using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// Stable replacements under a centre's key: HMAC-SHA-256 of what is replaced, so that one patient stays one patient and
/// references between instances hold, and nobody without the key can go back or try values out.
/// </summary>
internal sealed class Pseudonyms
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Dates go back by one week to ten years.</summary>
    private const int MostWeeks = 520;

    /// <summary>Hashes remembered: a series' files name the same patient, study and series. In memory only.</summary>
    private const int MostKept = 1024;

    private readonly ConcurrentDictionary<(string Kind, string Value), byte[]> _kept = new();
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

    /// <summary>By how many days all dates of a patient move: whole weeks, so that a Monday stays a Monday; always into the past.</summary>
    /// <param name="patient">The patient's pseudonym.</param>
    public int DaysMoved(string patient)
    {
        Span<byte> hash = stackalloc byte[32];
        Hash("weeks", patient, hash);
        return -7 * (1 + (int)(BitConverter.ToUInt32(hash) % MostWeeks));
    }

    /// <summary>
    /// "2.25.&lt;decimal&gt;" of a version 8 UUID made of the HMAC (PS3.5 B.2, RFC 9562 5.8). UIDs that PS3.6 registers stay as
    /// they are; none of them is below 2.25, so none is ever made.
    /// </summary>
    public string Uid(string uid)
    {
        if (DicomUids.Find(uid) is not null)
        {
            return uid;
        }

        Span<byte> bytes = stackalloc byte[32];
        Hash("uid", uid, bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return DicomUid.FromBytes(bytes[..16]);
    }

    private string Short(string kind, string value)
    {
        Span<byte> bytes = stackalloc byte[32];
        Hash(kind, value, bytes);
        var hash = BitConverter.ToUInt64(bytes);
        return string.Create(12, hash, (letters, h) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = Crockford[(int)((h >> (5 * i)) & 31)];
            }
        });
    }

    private void Hash(string kind, string value, Span<byte> hash)
    {
        if (!_kept.TryGetValue((kind, value), out var made))
        {
            if (_kept.Count >= MostKept)
            {
                _kept.Clear();
            }

            _kept[(kind, value)] = made = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{kind}\0{value}"));
        }

        made.CopyTo(hash);
    }
}
