using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using Pirogov.Dicom;

namespace Pirogov.Integration.Harness;

/// <summary>
/// Looks for values that must not be there, in whatever form they may have been left: as they are, in the Russian code pages, as UTF-16, percent-encoded, in JSON's escapes, as hexadecimal
/// digits and in base64 at each of its three places; and in what is compressed: gzip, zlib, the entries of a zip, a deflated DICOM file.
/// </summary>
public sealed class Traces
{
    /// <summary>Shorter values would be found by chance.</summary>
    public const int Shortest = 8;

    private const int Deepest = 4;
    private const long MostInflated = 64 << 20;

    private static readonly Encoding[] RussianPages = [.. ((int[])[1251, 20866, 866, 28595]).Select(p => CodePagesEncodingProvider.Instance.GetEncoding(p)!)];

    /// <summary>By their first eight bytes.</summary>
    private readonly Dictionary<ulong, List<(byte[] Form, string What)>> forms = [];
    private readonly bool[] begins = new bool[1 << 16];

    public Traces(IEnumerable<byte[]> markers)
    {
        foreach (var marker in markers)
        {
            var text = Encoding.UTF8.GetString(marker);
            Add(marker, text, "as it is");
            foreach (var page in System.Text.Ascii.IsValid(marker) ? [] : RussianPages.Where(p => p.GetString(p.GetBytes(text)) == text))
            {
                Add(page.GetBytes(text), text, $"in {page.WebName}");
                Add(Ascii(string.Concat(page.GetBytes(text).Select(b => $"%{b:X2}"))), text, $"percent-encoded in {page.WebName}");
                for (var before = 0; before < 3; before++)
                    AddBase64(page.GetBytes(text), text, before);
            }

            Add(Encoding.Unicode.GetBytes(text), text, "as UTF-16");
            Add(Ascii(Uri.EscapeDataString(text)), text, "percent-encoded");
            Add(Ascii(string.Concat(marker.Select(b => $"%{b:X2}"))), text, "percent-encoded throughout");
            Add(Ascii(string.Concat(marker.Select(b => $"%{b:x2}"))), text, "percent-encoded throughout");
            Add(Ascii(JavaScriptEncoder.Default.Encode(text)), text, "in JSON");
            Add(Ascii(JavaScriptEncoder.Default.Encode(text).Replace("\\u", "\\U", StringComparison.Ordinal).ToLowerInvariant()), text, "in JSON");
            Add(Ascii(Convert.ToHexStringLower(marker)), text, "in hexadecimal");
            Add(Ascii(Convert.ToHexString(marker)), text, "in hexadecimal");
            for (var before = 0; before < 3; before++)
                AddBase64(marker, text, before);
        }
    }

    /// <returns>What was found, and in which form; the first ten.</returns>
    public IReadOnlyList<string> In(ReadOnlyMemory<byte> bytes) => [.. Found(bytes, 0).Distinct().Take(10)];

    public void AreNotIn(string where, ReadOnlyMemory<byte> bytes)
    {
        var found = In(bytes);
        Assert.True(found.Count == 0, $"{string.Join(", ", found)} in {where}");
    }

    private IEnumerable<string> Found(ReadOnlyMemory<byte> bytes, int depth)
    {
        foreach (var found in Plain(bytes.Span))
            yield return found;
        if (depth == Deepest)
            yield break;
        foreach (var (kind, inflated) in Compressed(bytes))
        {
            foreach (var found in Found(inflated, depth + 1))
                yield return $"{found}, {kind}";
        }
    }

    private List<string> Plain(ReadOnlySpan<byte> bytes)
    {
        var found = new List<string>();
        for (var at = 0; at + 8 <= bytes.Length; at++)
        {
            if (!begins[BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..])] || !forms.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]), out var candidates))
                continue;
            foreach (var (form, what) in candidates)
            {
                if (bytes[at..].StartsWith(form))
                    found.Add(what);
            }
        }

        return found;
    }

    private static IEnumerable<(string Kind, byte[] Inflated)> Compressed(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; at + 8 <= bytes.Length; at++)
        {
            var span = bytes.Span[at..];
            var kind = span switch
            {
                [0x1F, 0x8B, 8, ..] => "gzip",
                [0x78, 0x01 or 0x5E or 0x9C or 0xDA, ..] => "zlib",
                [(byte)'P', (byte)'K', 3, 4, _, _, _, _, 8, ..] => "zip",
                _ => null,
            };
            if (kind is not null && Inflated(kind, bytes[at..]) is { Length: > 0 } inflated)
                yield return (kind, inflated);
        }

        if (bytes.Length > 132 && bytes.Span.Slice(128, 4).SequenceEqual("DICM"u8) && Deflated(bytes) is { } dataset)
            yield return ("deflated DICOM", dataset);
    }

    /// <returns>As much as can be inflated: behind it there is something else, or it is no such stream at all.</returns>
    private static byte[] Inflated(string kind, ReadOnlyMemory<byte> bytes)
    {
        if (kind == "zip")
        {
            var begin = 30 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span[28..]);
            bytes = bytes[Math.Min(begin, bytes.Length)..];
        }

        using var source = new MemoryStream(bytes.ToArray(), writable: false);
        using Stream inflating = kind switch
        {
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            "zlib" => new ZLibStream(source, CompressionMode.Decompress),
            _ => new DeflateStream(source, CompressionMode.Decompress),
        };
        using var target = new MemoryStream();
        var chunk = new byte[4096];
        try
        {
            while (target.Length < MostInflated && inflating.Read(chunk) is > 0 and var read)
                target.Write(chunk, 0, read);
        }
        catch (InvalidDataException)
        {
            // What came until here is looked at.
        }

        return target.ToArray();
    }

    private static byte[]? Deflated(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var file = DicomReader.Read(bytes);
            return file.TransferSyntax.IsDeflated ? DicomWriter.ToBytes(DicomFile.Create(file.Dataset, DicomUids.ExplicitVRLittleEndian)) : null;
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    /// <summary>The digits that depend on nothing but the marker, whatever stands around it.</summary>
    private void AddBase64(byte[] marker, string text, int before)
    {
        var whole = (before + marker.Length) / 3 * 3;
        var digits = Convert.ToBase64String((byte[])[.. new byte[before], .. marker], 0, whole);
        var own = digits[(before == 0 ? 0 : 4)..];
        Add(Ascii(own), text, "in base64");
        Add(Ascii(own.Replace('+', '-').Replace('/', '_')), text, "in base64");
    }

    private void Add(byte[] form, string marker, string how)
    {
        if (form.Length < Shortest)
            return;
        begins[BinaryPrimitives.ReadUInt16LittleEndian(form)] = true;
        var key = BinaryPrimitives.ReadUInt64LittleEndian(form);
        if (!forms.TryGetValue(key, out var list))
            forms[key] = list = [];
        if (!list.Exists(f => f.Form.AsSpan().SequenceEqual(form)))
            list.Add((form, $"{marker} {how}"));
    }

    private static byte[] Ascii(string text) => Encoding.UTF8.GetBytes(text);
}
