using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Statistics;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class SpanAgreementTests
{
    private static readonly SchemaContent Texts = new(
        [new("drug", new("Препарат", "Drug"), "#cc79a7", ["span"]), new("dose", new("Доза", "Dose"), "#56b4e9", ["span"]), new("all", new("Всё", "All"), "#d55e00", [])], []);

    [Fact]
    public void Alpha_of_spans_in_a_text_is_Krippendorffs()
    {
        // By hand from Krippendorff et al. 2016: [0, 4) and [2, 6) on ten characters.
        var found = Agreed(Case(10, [Span("drug", 0, 4)], [Span("drug", 2, 6)]));
        Assert.Equal((31.0 / 120, 1), (Math.Round(found.All.Alpha!.Value, 15), found.All.Cases), Near);
        Assert.Equal(31.0 / 120, found.Classes.Single(c => c.Class == "drug").Alpha!.Value, 12);
        Assert.Null(found.Classes.Single(c => c.Class == "dose").Alpha);
        Assert.Null(found.All.Lower);
        Assert.Equal(["drug", "dose"], found.Classes.Select(c => c.Class));
    }

    [Fact]
    public void Texts_stand_one_behind_another_and_cases_are_drawn_for_the_interval()
    {
        MeasuredItem[][] cases =
        [
            Case(10, [Span("drug", 0, 4)], [Span("drug", 2, 6)]), Case(12, [Span("drug", 1, 5), Span("dose", 6, 9)], [Span("drug", 1, 5), Span("dose", 7, 9)]),
            Case(20, [Span("dose", 0, 3)], [Span("dose", 0, 3)]), Case(8, [], [Span("drug", 0, 2)]),
        ];
        var found = Agreed([.. cases.SelectMany(c => c)]);
        var whole = UnitizedAlpha.Of(
            [
                [new(0, 4, 0), new(11, 15, 0), new(16, 19, 1), new(22, 25, 1)],
                [new(2, 6, 0), new(11, 15, 0), new(17, 19, 1), new(22, 25, 1), new(42, 44, 0)],
            ], 0, 50).Units.Alpha!.Value;
        Assert.Equal(whole, found.All.Alpha!.Value, 12);
        Assert.InRange(whole, found.All.Lower!.Value, found.All.Upper!.Value);
        Assert.Equal((4, 4, 0), (found.All.Cases, found.Gamma.Cases, found.Overlapping));
        Assert.InRange(found.Gamma.Mean!.Value, found.Gamma.Lower!.Value, found.Gamma.Upper!.Value);
        Assert.Equal(found.Gamma, Agreed([.. cases.SelectMany(c => c)]).Gamma);
        // Two cases of one patient say nothing of how patients differ.
        var together = Agreed([.. Case(10, [Span("drug", 0, 4)], [Span("drug", 2, 6)], "P1"), .. Case(12, [Span("drug", 1, 5)], [Span("drug", 1, 5)], "P1")]);
        Assert.Equal((2, (double?)null), (together.All.Cases, together.All.Lower));
    }

    [Fact]
    public void Spans_that_lie_over_one_another_are_left_to_gamma_and_count_once_in_their_class()
    {
        var found = Agreed(Case(20, [Span("drug", 0, 10), Span("dose", 4, 8)], [Span("drug", 0, 10), Span("dose", 4, 8)]));
        Assert.Equal((0, 1, (double?)null), (found.All.Cases, found.Overlapping, found.All.Alpha));
        Assert.All(found.Classes, c => Assert.Equal((1, 1), (c.Alpha!.Value, c.Cases)));
        Assert.Equal((1, 1), (found.Gamma.Mean!.Value, found.Gamma.Cases));
    }

    [Fact]
    public void Gamma_is_of_a_sample_that_a_hash_of_the_case_draws()
    {
        var ids = Enumerable.Range(0, 300).Select(_ => EntityId.New<ProjectCaseId>()).ToArray();
        var gammas = ids.Select(id => new CaseSpans(Texts, id, "", [("note.txt", 10)], [Document([Span("drug", 0, 4)]), Document([Span("drug", 2, 6)])]).Whole(ids.Length).Gamma).OfType<SpanGamma>().ToArray();
        Assert.InRange(gammas.Length, CaseSpans.MostGammas, 4 * CaseSpans.MostGammas);
        var measured = gammas.Select(g => new MeasuredItem(ids[0], ItemKind.Class, CaseItem.WholeCase, new([], Spans: new(null, g)))).ToArray();
        Assert.Equal(CaseSpans.MostGammas, SpanAgreement.Of(Texts, measured)!.Gamma.Cases);
    }

    [Fact]
    public void A_project_without_texts_has_no_such_agreement()
    {
        Assert.Null(SpanAgreement.Of(new([new("organ", new("О", "O"), "#000000", ["mask"])], []), []));
        Assert.Null(CaseSpans.Of(Texts, EntityId.New<ProjectCaseId>(), "", [("note.txt", 10)], [Document()]));
    }

    private static readonly IEqualityComparer<(double, int)> Near = EqualityComparer<(double, int)>.Create((a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-12 && a.Item2 == b.Item2);

    private static SpanAgreement Agreed(params MeasuredItem[] measured) => SpanAgreement.Of(Texts, measured)!;

    private static MeasuredItem[] Case(int length, DocumentObject[] one, DocumentObject[] other, string patient = "")
    {
        var id = EntityId.New<ProjectCaseId>();
        var spans = CaseSpans.Of(Texts, id, patient, [("note.txt", length)], [Document(one), Document(other)])!;
        return
        [
            new(id, ItemKind.Class, CaseItem.WholeCase, new([], Spans: spans.Whole(1))),
            .. Texts.Classes.Where(CaseSpans.IsOfText).Select(c => new MeasuredItem(id, ItemKind.Class, c.Id, new([], Spans: spans.OfClass(c)))),
        ];
    }

    private static DocumentObject Span(string @class, int start, int end) => ComparisonBench.Span(start, end) with { Class = @class };
}
