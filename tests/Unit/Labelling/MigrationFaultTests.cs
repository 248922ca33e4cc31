using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class MigrationFaultTests
{
    private static readonly Bilingual Named = new("а", "a");
    private static readonly Question Grade = new("grade", Named, Question.Choice, [new("low", Named), new("high", Named)]);
    private static readonly Question Size = new("size", Named, Question.Number, [], Unit: "mm");

    private static readonly SchemaContent Before = new(
        [Class("lesion") with { Attributes = [Grade, Size] }, Class("cyst"), Class("organ")], [Grade with { Id = "quality" }, Size with { Id = "thickness" }]);

    private static readonly SchemaContent After = new(
        [Class("solid"), Class("ground_glass"), Class("organ")], [Grade with { Id = "image_quality" }, Size with { Id = "thickness" }]);

    private static readonly ClassSplit Split = new(Named, [new("low", Named, "solid"), new("high", Named, "ground_glass")]);
    private static readonly ClassFate Lesion = new("lesion", Split: Split);
    private static readonly ClassFate Cyst = new("cyst", Drop: "Больше не размечаются.");
    private static readonly QuestionFate Quality = new("quality", To: "image_quality");

    private static readonly AttributeFate[] Attributes = [new("lesion", "grade", Drop: "Видно по классу."), new("lesion", "size", Drop: "Не мерят.")];

    [Fact]
    public void A_migration_that_says_what_becomes_of_everything_is_taken()
    {
        Assert.Empty(Faults([Lesion, Cyst], [Quality]));
        Assert.Empty(Faults([new("lesion", Split: Split with { Attribute = "grade", Otherwise = "solid" }), new("cyst", To: "solid")], [new("quality", Drop: "Не нужно."), new("thickness", To: "thickness")]));
    }

    [Fact]
    public void Each_class_of_a_split_answers_for_what_it_leaves_out_but_not_for_what_the_split_goes_by()
    {
        string[] Of(ClassSplit split, params AttributeFate[] said) => [.. new SchemaFaults(After, DataKind.Radiology, Before,
            new([new("lesion", Split: split), Cyst], [Quality], Attributes: said)).All().Select(f => $"{f.Reason} {f.Where}")];
        Assert.Equal(["grade → solid", "size → solid", "grade → ground_glass", "size → ground_glass"], Of(Split).Select(f => f.Replace("attribute-change-undeclared lesion/", "", StringComparison.Ordinal)));
        Assert.Equal(["attribute-change-undeclared lesion/size → ground_glass"], Of(Split with { Attribute = "grade" }, new AttributeFate("lesion", "size", Drop: "Не мерят.", In: "solid")));
    }

    [Fact]
    public void What_was_there_and_is_not_spoken_of_is_named() =>
        Assert.Equal(["change-undeclared lesion", "change-undeclared cyst", "change-undeclared quality"], Faults([], []));

    [Fact]
    public void A_change_of_what_never_was_is_refused()
    {
        Assert.Equal(["change-of-unknown tumour"], Faults([Lesion, Cyst, new("tumour", To: "solid")], [Quality]));
        Assert.Equal(["change-of-unknown mood"], Faults([Lesion, Cyst], [Quality, new("mood", Drop: "Не нужно.")]));
        // A question is no class.
        Assert.Equal(["change-of-unknown quality", "change-undeclared quality"], Faults([Lesion, Cyst, new("quality", To: "solid")], []));
    }

    [Fact]
    public void Two_changes_of_one_thing_are_refused()
    {
        Assert.Equal(["change-twice cyst"], Faults([Lesion, Cyst, new("cyst", To: "solid")], [Quality]));
        Assert.Equal(["change-twice quality"], Faults([Lesion, Cyst], [Quality, new("quality", Drop: "Не нужно.")]));
    }

    [Fact]
    public void A_change_says_exactly_one_thing()
    {
        foreach (var change in new ClassFate[] { new("cyst"), new("cyst", To: "solid", Drop: "Не нужно."), new("cyst", To: "solid", Split: Split), new("cyst", Split: Split, Drop: "Не нужно.") })
            Assert.Equal(["change-unfit cyst"], Faults([Lesion, change], [Quality]));
        foreach (var change in new QuestionFate[] { new("quality"), new("quality", To: "image_quality", Drop: "Не нужно.") })
            Assert.Equal(["change-unfit quality"], Faults([Lesion, Cyst], [change]));
    }

    [Fact]
    public void An_end_has_a_reason_and_a_change_an_aim()
    {
        foreach (var reason in new[] { "", " ", new string('х', SchemaMigration.ReasonLimit + 1) })
        {
            Assert.Equal(["change-reason-unfit cyst"], Faults([Lesion, Cyst with { Drop = reason }], [Quality]));
            Assert.Equal(["change-reason-unfit quality"], Faults([Lesion, Cyst], [new("quality", Drop: reason)]));
        }

        Assert.Equal(["change-target-unknown cyst"], Faults([Lesion, new("cyst", To: "cyst")], [Quality]));
        Assert.Equal(["change-target-unknown quality"], Faults([Lesion, Cyst], [new("quality", To: "quality")]));
    }

    [Fact]
    public void An_answer_goes_only_to_a_question_of_its_own_type() =>
        Assert.Equal(["change-of-other-type quality"], Faults([Lesion, Cyst], [new("quality", To: "thickness")]));

    [Fact]
    public void A_split_asks_between_several_named_options()
    {
        var (low, high) = (Split.Options[0], Split.Options[1]);
        foreach (var split in new[]
                 {
                     Split with { Options = [low] }, Split with { Options = [low, low with { To = "ground_glass" }] }, Split with { Options = [low, high with { Id = "Ж" }] },
                     Split with { Options = [low, high with { Text = new("а", "") }] }, Split with { Ask = new("", "a") },
                 })
            Assert.Equal(["split-unfit lesion"], Faults([new("lesion", Split: split), Cyst], [Quality]));
        Assert.Equal(["change-target-unknown lesion"], Faults([new("lesion", Split: Split with { Options = [low, high with { To = "lesion" }] }), Cyst], [Quality]));
        Assert.Equal(["change-target-unknown lesion"], Faults([new("lesion", Split: Split with { Otherwise = "lesion" }), Cyst], [Quality]));
    }

    [Fact]
    public void A_split_goes_by_a_choice_that_the_old_class_has_with_its_options()
    {
        foreach (var split in new[] { Split with { Attribute = "size" }, Split with { Attribute = "shape" }, Split with { Attribute = "grade", Options = [.. Split.Options, new("highest", Named, "solid")] } })
            Assert.Equal(["split-attribute-unfit lesion"], Faults([new("lesion", Split: split), Cyst], [Quality]));
        // The case's question of the same kind is no attribute.
        Assert.Equal(["split-attribute-unfit cyst"], Faults([Lesion, new("cyst", Split: Split with { Attribute = "quality" })], [Quality]));
    }

    [Fact]
    public void The_answer_to_a_renamed_question_lives_on_under_the_new_name()
    {
        var to = EntityId.New<SchemaVersionId>();
        var (high, mm) = (new DocumentAnswer(JsonSerializer.SerializeToElement("high"), Uncertain: true), new DocumentAnswer(JsonSerializer.SerializeToElement(3.5)));
        var renamed = After with { Questions = [After.Question("image_quality")! with { AllowUncertain = true }, After.Question("thickness")!] };
        var document = LabelDocument.Empty(EntityId.New<SchemaVersionId>()) with { Answers = new Dictionary<string, DocumentAnswer> { ["quality"] = high, ["thickness"] = mm } };
        var made = new MigrateDocument(to, renamed, new([Lesion, Cyst], [Quality]), isLocked: false).Apply(document);
        Assert.Equal(to.ToString(), made.Document.SchemaVersion);
        Assert.Equal(["image_quality", "thickness"], made.Document.Answers.Keys.Order());
        Assert.Equal((high, mm), (made.Document.Answers["image_quality"], made.Document.Answers["thickness"]));
        Assert.Equal([("quality", 1), ("thickness", 1)], made.Moved.Select(m => (m.Key, m.Value)).Order());
        Assert.Empty(made.Dropped);

        // Where the new question does not know the doubt, the answer ends and is counted.
        var ended = new MigrateDocument(to, After, new([Lesion, Cyst], [Quality]), isLocked: false).Apply(document);
        Assert.Equal(["thickness"], ended.Document.Answers.Keys);
        Assert.Equal([("quality", 1)], ended.Dropped.Select(d => (d.Key, d.Value)));
    }

    private static LabelClass Class(string id) => new(id, Named, "#e69f00", ["polygon"]);

    private static string[] Faults(ClassFate[] classes, QuestionFate[] questions) =>
        [.. new SchemaFaults(After, DataKind.Radiology, Before, new(classes, questions, Attributes: Attributes)).All().Select(f => $"{f.Reason} {f.Where}")];
}
