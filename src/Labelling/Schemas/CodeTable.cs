using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;

namespace Pirogov.Labelling.Schemas;

/// <param name="Meaning">In full: that of МКБ-10 may be longer than a Code Meaning (0008,0104) holds.</param>
internal sealed record KnownCode(string Scheme, string Value, string Meaning, char? Category);

/// <summary>
/// The codes that come with the platform (tools/StandardTables, CodingTables): МКБ-10 and the morphology of ICD-O in Russian, and the concepts of
/// DICOM's context groups, the part of SNOMED CT and RadLex that the standard uses. A code that is not among them may be right all the same.
/// </summary>
internal static class CodeTable
{
    private static readonly Lazy<(KnownCode Code, string Folded)[]> All = new(Load);

    private static readonly Lazy<FrozenDictionary<(string, string), KnownCode>> ByValue = new(() => All.Value.ToFrozenDictionary(c => (c.Code.Scheme, c.Code.Value), c => c.Code));

    /// <summary>The categories of segments (PS3.16 CID 7150) by their letters in the table.</summary>
    private static readonly FrozenDictionary<char, LabelCode> Categories = new Dictionary<char, LabelCode>
    {
        ['T'] = new("SCT", "85756007", "Tissue"),
        ['A'] = new("SCT", "91723000", "Anatomical Structure"),
        ['P'] = new("SCT", "260787004", "Physical object"),
        ['M'] = new("SCT", "49755003", "Morphologically Abnormal Structure"),
        ['F'] = new("SCT", "246464006", "Function"),
        ['R'] = new("SCT", "309825002", "Spatial and Relational Concept"),
        ['B'] = new("SCT", "91720002", "Body Substance"),
        ['S'] = new("SCT", "105590001", "Substance"),
    }.ToFrozenDictionary();

    public static KnownCode? Find(string scheme, string value) => ByValue.Value.GetValueOrDefault((scheme, value));

    /// <summary>
    /// What a segment of this code is (CID 7150): a diagnosis of МКБ-10 or ICD-O is something abnormal; what the table does not know
    /// is taken for anatomy.
    /// </summary>
    public static LabelCode CategoryOf(LabelCode code) => Categories[Find(code.Scheme, code.Value)?.Category
        ?? (code.Scheme is CodingScheme.Icd10 or CodingScheme.IcdO3 ? 'M' : 'A')];

    /// <summary>
    /// Every word of the query begins the code or a word of the meaning. First the code itself, then codes that begin so, then meanings that do,
    /// then the shortest.
    /// </summary>
    /// <param name="scheme">None: all.</param>
    public static IReadOnlyList<KnownCode> Search(string? scheme, string query, int most)
    {
        var words = Fold(query).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return [];
        var whole = string.Join(' ', words);
        return [.. All.Value.Where(c => (scheme is null || c.Code.Scheme == scheme) && words.All(w => Begins(c.Folded, w)))
            .OrderBy(c => c.Code.Value.Equals(whole, StringComparison.OrdinalIgnoreCase) ? 0 : c.Code.Value.StartsWith(whole, StringComparison.OrdinalIgnoreCase) ? 1
                : c.Folded.StartsWith(whole, StringComparison.Ordinal) ? 2 : 3)
            .ThenBy(c => c.Code.Meaning.Length).ThenBy(c => c.Code.Scheme, StringComparer.Ordinal).ThenBy(c => c.Code.Value, StringComparer.Ordinal)
            .Take(most).Select(c => c.Code)];
    }

    public static IReadOnlyList<string> Schemes { get; } = ["I10", "ICDO3", "SCT", "DCM", "RADLEX", "FMA", "NCIt", "LN", "UCUM"];

    private static bool Begins(string folded, string word)
    {
        for (var at = folded.IndexOf(word, StringComparison.Ordinal); at >= 0; at = folded.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            if (at == 0 || !char.IsLetterOrDigit(folded[at - 1]))
                return true;
        }

        return false;
    }

    /// <summary>Lower case, ё as е: reference books are not of one mind about it.</summary>
    private static string Fold(string text) => text.Trim().ToLowerInvariant().Replace('ё', 'е');

    private static (KnownCode, string)[] Load()
    {
        using var packed = typeof(CodeTable).Assembly.GetManifestResourceStream("codes.tsv.br")!;
        using var reader = new StreamReader(new BrotliStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))
            .Select(f => new KnownCode(f[0], f[1], f[2], f[3] is [var category] ? category : null)).Where(c => CodingScheme.Fits(new(c.Scheme, c.Value, "-")))
            .Select(c => (c, Fold(c.Meaning) + ' ' + c.Value.ToLowerInvariant()))];
    }
}
