using Pirogov.Labelling.Pages;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class SchemaDraftTests
{
    [Theory]
    [InlineData("Lesion (lung)", "lesion_lung")]
    [InlineData("  Left -- kidney! ", "left_kidney")]
    [InlineData("Печень", "")]
    public void An_identifier_has_no_double_and_no_outer_underscores(string name, string expected) => Assert.Equal(expected, SchemaDraft.Slug(name));

    [Fact]
    public void Rows_nobody_has_filled_are_one_line_each()
    {
        var draft = new SchemaDraft();
        draft.AddClass();
        draft.AddClass();
        draft.AddQuestion();
        DraftFault[] expected = [new("", 0, "title-missing", ""), new("class", 1, "blank", "1"), new("class", 2, "blank", "2"), new("question", 1, "blank", "1")];
        Assert.Equal(expected, draft.Faults());
    }

    [Fact]
    public void A_row_begun_is_told_what_it_lacks()
    {
        var draft = new SchemaDraft { Name = "Печень" };
        draft.AddClass();
        draft.Classes[0].Ru = "Печень";
        string[] lacking = ["id-missing", "name-missing"];
        Assert.Equal(lacking, draft.Faults().Select(f => f.Reason));
        (draft.Classes[0].Id, draft.Classes[0].En) = ("liver", "Liver");
        Assert.Empty(draft.Faults());
    }
}
