using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Dashboards;

/// <summary>γ of one case.</summary>
/// <param name="Value">Null when undefined, or beyond the limits of <see cref="GammaAgreement"/>.</param>
/// <param name="Draw">In [0, 1), by a hash of the case: those with the lowest draws are the sample.</param>
internal sealed record SpanGamma(double? Value, double Draw);

/// <summary>What a case's spans add to the agreement of a project of texts.</summary>
/// <param name="Units">Of Krippendorff's unitized α; null where somebody's own spans lie over one another.</param>
/// <param name="Gamma">Of the case as a whole, where it is in the sample.</param>
/// <param name="Patient">By the pseudonym: cases of one belong together; the case itself where it tells no patient.</param>
internal sealed record SpanMeasures(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UnitizedSums? Units = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SpanGamma? Gamma = null,
    string Patient = "");

/// <summary>The spans of a case's readings on its texts, one behind another.</summary>
/// <param name="texts">Name and length in code points.</param>
internal sealed class CaseSpans(SchemaContent schema, ProjectCaseId id, string patient, IReadOnlyList<(string Name, int Length)> texts, IReadOnlyList<LabelDocument> documents)
{
    /// <summary>Of chance samples and of the sample of cases.</summary>
    public const int Seed = 20_260_313;

    /// <summary>γ costs a fraction of a second a case: no more cases of a project go into it.</summary>
    public const int MostGammas = 50;

    /// <summary>Twice as many are drawn, so that the sample stays whole when cases are added.</summary>
    private const double Margin = 2;

    /// <summary>Of all readers of a case together.</summary>
    private const int MostSpans = 400;

    /// <summary>Relative, of γ's expected disorder: the mean over cases is coarser than that.</summary>
    private const double Precision = 0.05;

    private readonly string patient = patient.Length > 0 ? patient : id.ToString();
    private readonly int length = texts.Sum(t => t.Length);
    private readonly Dictionary<string, int> starts = texts.Index().ToDictionary(t => t.Item.Name, t => texts.Take(t.Index).Sum(before => before.Length));

    /// <returns>Null where there is nothing to compare.</returns>
    public static CaseSpans? Of(
        SchemaContent schema, ProjectCaseId id, string patient, IReadOnlyList<(string Name, int Length)> texts, IReadOnlyList<LabelDocument> documents) =>
        documents.Count > 1 && texts.Sum(t => t.Length) > 0 && schema.Classes.Any(IsOfText) ? new(schema, id, patient, texts, documents) : null;

    public static bool IsOfText(LabelClass one) => one.Geometries.Contains(Geometry.Span);

    /// <summary>Of a class alone against everything else: its spans that lie over one another count once.</summary>
    public SpanMeasures OfClass(LabelClass one) => new(UnitizedAlpha.Sums([.. documents.Select(d => United(Fragments(d).Where(f => f.Category == Index(one.Id))))], 0, length), Patient: patient);

    /// <param name="cases">Of the project.</param>
    public SpanMeasures Whole(int cases)
    {
        LabelledSpan[][] own = [.. documents.Select(d => Fragments(d).Order(Comparer<LabelledSpan>.Create((a, b) => a.Start.CompareTo(b.Start))).ToArray())];
        var overlap = own.Any(spans => spans.Zip(spans.Skip(1)).Any(p => p.Second.Start < p.First.End));
        var draw = Draw();
        return new(overlap ? null : UnitizedAlpha.Sums(own, 0, length), draw * cases < Margin * MostGammas ? new(Gamma(), draw) : null, patient);
    }

    private double? Gamma()
    {
        // An interrupted mention is one thing, from its first code point to its last.
        LabelledSpan[][] own = [.. documents.Select(d => Spans(d).Select(o => new LabelledSpan(At(o, o.Spans![0].Start), At(o, o.Spans[^1].End), Index(o.Class))).ToArray())];
        if (own.Sum(s => s.Length) > MostSpans || own.Length > GammaAgreement.MostAnnotators)
            return null;
        try
        {
            return GammaAgreement.Of(own, 0, length, Seed, precision: Precision).Gamma;
        }
        catch (GammaLimitException)
        {
            // Spans that all lie near one another: how many combinations they have shows only when they are looked at.
            return null;
        }
    }

    private double Draw() => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. id.Value.ToByteArray(), .. BitConverter.GetBytes(Seed)])) / 4_294_967_296.0;

    private IEnumerable<DocumentObject> Spans(LabelDocument document) =>
        document.Objects.Where(o => o.Spans is { Count: > 0 } && Index(o.Class) >= 0 && starts.ContainsKey(o.Text ?? ""));

    private IEnumerable<LabelledSpan> Fragments(LabelDocument document) =>
        Spans(document).SelectMany(o => o.Spans!.Select(s => new LabelledSpan(At(o, s.Start), At(o, s.End), Index(o.Class)))).Where(s => s.End > s.Start);

    private int At(DocumentObject one, int codePoint) => starts[one.Text!] + codePoint;

    private int Index(string @class) => schema.Classes.Index().Where(c => c.Item.Id == @class).Select(c => c.Index).DefaultIfEmpty(-1).First();

    private static List<LabelledSpan> United(IEnumerable<LabelledSpan> spans)
    {
        var united = new List<LabelledSpan>();
        foreach (var span in spans.OrderBy(s => s.Start))
        {
            if (united.Count > 0 && span.Start < united[^1].End)
                united[^1] = united[^1] with { End = Math.Max(united[^1].End, span.End) };
            else
                united.Add(span);
        }

        return united;
    }
}
