using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class PreLabelledTests
{
    private static readonly DocumentObject Shown = Box(0, 0, 4) with { Origin = "model" };
    private static readonly DocumentMask Drawn = Squares(0, 0, 4, 1).Single() with { Blob = "x", Origin = "import" };

    [Fact]
    public void What_is_as_it_was_shown_keeps_its_origin_and_what_was_changed_loses_it()
    {
        LabelDocument Settled(DocumentObject one, DocumentMask mask) => PreLabelled.Settle(Document([one], [mask]), [Document([Shown], [Drawn])], Hand.Reader);
        var same = Settled(Shown with { Origin = null, Confirmed = true }, Drawn with { Origin = null });
        Assert.Equal(("model", true), (same.Objects[0].Origin, same.Objects[0].Confirmed));
        Assert.Equal("import", same.Masks[0].Origin);
        var changed = Settled(Shown with { Points = [[0, 0], [4, 5]], Confirmed = true }, Drawn with { Blob = "y" });
        Assert.Null(changed.Objects[0].Origin);
        Assert.Null(changed.Objects[0].Confirmed);
        Assert.Null(changed.Masks[0].Origin);
    }

    [Fact]
    public void What_nobody_confirmed_is_in_no_reading()
    {
        var document = Document([Shown, Box(8, 8, 3)], [Drawn]);
        var left = PreLabelled.WithoutUnconfirmed(document);
        Assert.Single(left.Objects);
        Assert.Empty(left.Masks);
        Assert.Equal(2, PreLabelled.WithoutUnconfirmed(PreLabelled.Confirm(document)).Objects.Count);
    }

    [Fact]
    public void A_case_is_confirmed_as_a_whole_only_where_the_project_allows_it()
    {
        var document = Document([Shown]);
        Assert.NotNull(PreLabelled.MaySubmit(document, PreLabelConfirmation.PerObject, caseConfirmed: true));
        Assert.NotNull(PreLabelled.MaySubmit(document, PreLabelConfirmation.PerCase, caseConfirmed: false));
        Assert.Null(PreLabelled.MaySubmit(document, PreLabelConfirmation.PerCase, caseConfirmed: true));
        Assert.Null(PreLabelled.MaySubmit(PreLabelled.Confirm(document), PreLabelConfirmation.PerObject, caseConfirmed: false));
    }
}
