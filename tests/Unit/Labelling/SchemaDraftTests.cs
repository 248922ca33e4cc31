using Pirogov.Labelling.Pages;
using Pirogov.Labelling.Schemas;
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

    [Fact]
    public void An_order_of_options_is_kept_by_the_form_and_falls_with_the_type()
    {
        Question grade = new("grade", new("Степень", "Grade"), Question.Choice, [new("mild", new("Слабо", "Mild")), new("severe", new("Сильно", "Severe"))], Ordinal: true);
        var draft = QuestionDraft.Of(grade);
        Assert.True(draft.ToQuestion().Ordinal);
        draft.Type = Question.Multichoice;
        Assert.False(draft.ToQuestion().Ordinal);
    }

    [Fact]
    public void A_split_by_an_attribute_names_a_class_for_each_option()
    {
        Question density = new("density", new("Плотность", "Density"), Question.Choice, [new("solid", new("Солидный", "Solid")), new("cystic", new("Кистозный", "Cystic"))]);
        LabelClass nodule = new("nodule", new("Узел", "Nodule"), "#e69f00", ["polygon"], Attributes: [density, new("size", new("Размер", "Size"), Question.Number, [])]);
        var change = ChangeDraft.Of(nodule, null);
        Assert.Equal(["density"], change.Attributes.Select(a => a.Id));
        (change.Kind, change.Attribute, change.AskRu, change.AskEn, change.Otherwise) = (ChangeDraft.Split, "density", "Какой узел?", "Which nodule?", "solid-nodule");
        (change.ByOption["solid"], change.ByOption["cystic"]) = ("solid-nodule", "cyst");
        var made = change.ToClassChange(SchemaContent.Empty)!;
        Assert.Equal(("density", "solid-nodule"), (made.Split!.Attribute, made.Split.Otherwise));
        Assert.Equal([("solid", "solid-nodule"), ("cystic", "cyst")], made.Split.Options.Select(o => (o.Id, o.To)));
        // What was saved comes back into the form as it was.
        var again = ChangeDraft.Of(nodule, made);
        Assert.Equal(made.Split.Options, again.ToClassChange(SchemaContent.Empty)!.Split!.Options);
        again.Attribute = "";
        again.Targets.UnionWith(["solid-nodule", "cyst"]);
        Assert.Null(again.ToClassChange(SchemaContent.Empty)!.Split!.Attribute);
    }

    [Fact]
    public void A_condition_put_together_in_the_form_is_the_schemas()
    {
        var draft = new QuestionDraft { Id = "stage", Ru = "Стадия", En = "Stage", OnlyIf = new() { Kind = ConditionDraft.All } };
        draft.OnlyIf.Parts.Add(new() { Question = "tumour", Is = ["true"] });
        draft.OnlyIf.Parts.Add(new() { Kind = ConditionDraft.Not, Parts = { new() { Kind = ConditionDraft.Marked, Class = "artefact" } } });
        var condition = draft.ToQuestion().OnlyIf!;
        Assert.Equal(("tumour", "artefact"), (condition.All![0].Question, condition.All[1].Not!.Class));
        Assert.Equal(["true"], condition.All[0].Is!);
        Assert.Equal("Стадия", draft.Label);
    }
}
