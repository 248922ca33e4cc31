using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pirogov.Dicom;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

internal sealed record NotAcceptable() : Refusal("archive.not-acceptable", 406);

/// <summary>What a caller takes (PS3.18 8.7): media types with the transfer syntaxes that they name, those preferred first.</summary>
internal sealed partial class Acceptance
{
    private readonly List<(string Type, bool IsMultipart, string? Syntax, double Quality)> ranges = [];

    public Acceptance(HttpRequest request)
    {
        var text = request.Query.TryGetValue("accept", out var inQuery) ? inQuery : request.Headers.Accept;
        var quoted = text.Select(Quoted).ToArray();
        if (quoted.Length == 0 || !MediaTypeHeaderValue.TryParseList(quoted, out var parsed))
        {
            ranges.Add(("*/*", true, null, 1));
            return;
        }

        foreach (var range in parsed.Where(r => r.Quality is null or > 0).OrderByDescending(r => r.Quality ?? 1))
        {
            var isMultipart = range.MediaType.Equals("multipart/related", StringComparison.OrdinalIgnoreCase);
            var type = isMultipart ? Parameter(range, "type") ?? "*/*" : range.MediaType.Value!;
            ranges.Add((type.ToLowerInvariant(), isMultipart || type == "*/*", Parameter(range, "transfer-syntax"), range.Quality ?? 1));
        }
    }

    /// <summary>PS3.18 asks for quotes around the type parameter's slash; viewers and senders in wide use leave them out.</summary>
    public static string Quoted(string? types) => UnquotedType().Replace(types ?? "", "type=\"$1\"");

    public bool TakesMultipart(string type) => ranges.Exists(r => r.IsMultipart && Covers(r.Type, type));

    public bool TakesSingle(string type) => ranges.Exists(r => !r.IsMultipart && r.Type == type) && !ranges.Exists(r => r.IsMultipart);

    /// <summary>
    /// Whether bytes of this syntax may be sent as this type. Where no syntax is named, Explicit VR Little Endian is meant
    /// (PS3.18 8.7.3.5.2), save for image types, which name their codec themselves.
    /// </summary>
    public bool TakesSyntax(string type, string syntax) => ranges.Exists(r => Covers(r.Type, type) && (r.Syntax switch
    {
        "*" => true,
        null => syntax == DicomUids.ExplicitVRLittleEndian || r.Type.StartsWith("image/", StringComparison.Ordinal),
        var named => named == syntax,
    }));

    /// <returns>The syntax to write where the stored one is not taken: the plain one first, then those that are lossless and compressed.</returns>
    public string? Transcoded(string type) => Array.Find(
        [DicomUids.ExplicitVRLittleEndian, DicomUids.JPEGLSLossless, DicomUids.JPEG2000Lossless, DicomUids.RLELossless], syntax => TakesSyntax(type, syntax));

    /// <summary>How gladly a type is taken: by the quality of the range that names it most exactly (RFC 9110 12.5.1); 0 when it is not.</summary>
    public double QualityOf(string type) =>
        ranges.Where(r => Covers(r.Type, type)).OrderBy(r => r.Type == type ? 0 : r.Type == "*/*" ? 2 : 1).Select(r => r.Quality).FirstOrDefault();

    public bool Takes(string type) => ranges.Exists(r => Covers(r.Type, type));

    [GeneratedRegex("""\btype=([^\s";,]+/[^\s";,]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex UnquotedType();

    private static bool Covers(string range, string type) =>
        range == "*/*" || range == type || (range.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(range[..^1], StringComparison.Ordinal));

    private static string? Parameter(MediaTypeHeaderValue range, string name) =>
        range.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? HeaderUtilities.RemoveQuotes(found.Value).Value : null;
}
