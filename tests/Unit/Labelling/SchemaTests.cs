using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Xunit;

namespace Pirogov.Unit.Labelling;

public class SchemaTests
{
    private const string Pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8BQDwAEgAF/pooBPQAAAABJRU5ErkJggg==";
    private static readonly Bilingual Named = new("а", "a");
    private static readonly Question YesNo = new("seen", Named, Question.YesNo, []);
    private static readonly Question Size = new("size", Named, Question.Number, [], Min: 0, Max: 50, Unit: "mm");
    private static readonly Question Kind = new("kind", Named, Question.Choice, [new("solid", Named), new("cyst", Named)]);

    [Theory]
    [InlineData("SCT", "64033007", true)] // kidney
    [InlineData("SCT", "10200004", true)] // liver
    [InlineData("SCT", "427359005", true)] // solitary nodule of lung
    [InlineData("SCT", "999000041000000102", true)] // of an extension
    [InlineData("SCT", "680946014", false)] // a description, not a concept
    [InlineData("SCT", "64033006", false)]
    [InlineData("SCT", "64033070", false)]
    [InlineData("SCT", "064033007", false)]
    [InlineData("SCT", "64033007\n", false)]
    [InlineData("I10", "C50.9", true)]
    [InlineData("I10", "U07.1", true)]
    [InlineData("I10", "M00.01", true)]
    [InlineData("I10", "С50.9", false)] // a Cyrillic С
    [InlineData("I10", "C50-C50", false)]
    [InlineData("I10", "c50", false)]
    [InlineData("ICDO3", "8010/3", true)]
    [InlineData("ICDO3", "C50.1", true)]
    [InlineData("ICDO3", "8010", false)]
    [InlineData("RADLEX", "RID205", true)]
    [InlineData("RADLEX", "205", false)]
    [InlineData("DCM", "121071", true)]
    [InlineData("99LOCAL", "0123456789abcdef", true)]
    [InlineData("99LOCAL", "0123456789abcdefg", false)]
    [InlineData("99LOCAL", @"a\b", false)]
    [InlineData("", "1", false)]
    public void A_code_has_the_form_of_its_scheme(string scheme, string value, bool fits) => Assert.Equal(fits, CodingScheme.Fits(new(scheme, value, "meaning")));

    [Theory]
    [InlineData("RADLEX", "RID11081", "RADLEX RID11081 Delayed phase")]
    [InlineData("RADLEX", "beam hard", "RADLEX RID11327 Beam-hardening artifact")]
    [InlineData("RADLEX", "rid10809", "RADLEX RID10809 Endorectal coil")]
    [InlineData("DCM", "113076", "DCM 113076 Segmentation")]
    [InlineData("DCM", "segmentation", "DCM 113076 Segmentation")]
    [InlineData(null, "113076", "DCM 113076 Segmentation")]
    [InlineData(null, "RID11370", "RADLEX RID11370 Ferromagnetic implant magnetic susceptibility effect")]
    public void Codes_of_RadLex_and_of_DICOM_are_looked_up(string? scheme, string query, string first)
    {
        var found = CodeTable.Search(scheme, query, 10);
        Assert.Equal(first, $"{found[0].Scheme} {found[0].Value} {found[0].Meaning}");
        Assert.All(found, c => Assert.Equal(scheme ?? c.Scheme, c.Scheme));
        Assert.Equal(found[0], CodeTable.Find(found[0].Scheme, found[0].Value));
        Assert.True(CodingScheme.Fits(new(found[0].Scheme, found[0].Value, found[0].Meaning)));
        Assert.Contains(found[0].Scheme, CodeTable.Schemes);
    }

    [Fact]
    public void Verhoeffs_digit_finds_every_wrong_digit_and_every_swap_of_neighbours()
    {
        const string Code = "427359005";
        for (var place = 0; place < Code.Length; place++)
        {
            foreach (var digit in "0123456789".Where(d => d != Code[place]))
                Assert.False(CodingScheme.IsSnomedConcept(Code[..place] + digit + Code[(place + 1)..]));
            if (place > 0 && Code[place] != Code[place - 1])
                Assert.False(CodingScheme.IsSnomedConcept(Code[..(place - 1)] + Code[place] + Code[place - 1] + Code[(place + 1)..]));
        }
    }

    [Fact]
    public void A_class_is_a_kind_of_those_above_it_and_a_grouping_class_needs_no_tool()
    {
        SchemaContent schema = new([Class("finding") with { Geometries = [] }, Class("lesion") with { Parent = "finding" }, Class("cyst") with { Parent = "lesion" }], []);
        Assert.Empty(Faults(schema));
        Assert.True(schema.IsKindOf("cyst", "finding"));
        Assert.True(schema.IsKindOf("cyst", "cyst"));
        Assert.False(schema.IsKindOf("finding", "cyst"));
    }

    [Fact]
    public void A_class_above_itself_or_under_nothing_or_too_deep_is_refused()
    {
        Assert.Contains("parent-cycle", Faults(new([Class("a") with { Parent = "a" }], [])));
        Assert.Equal(["parent-cycle", "parent-cycle", "parent-cycle"], Faults(new([Class("a") with { Parent = "b" }, Class("b") with { Parent = "a" }, Class("c") with { Parent = "a" }], [])));
        Assert.Equal(["parent-unknown"], Faults(new([Class("a") with { Parent = "b" }], [])));
        LabelClass[] chain = [.. Enumerable.Range(0, 9).Select(n => Class($"c{n}") with { Parent = n > 0 ? $"c{n - 1}" : null })];
        Assert.Empty(Faults(new(chain[..8], [])));
        Assert.Equal(["parent-too-deep"], Faults(new(chain, [])));
    }

    [Theory]
    [InlineData(DataKind.Radiology, "mask", true)]
    [InlineData(DataKind.Radiology, "span", false)]
    [InlineData(DataKind.Pathology, "mask", false)]
    [InlineData(DataKind.Pathology, "polygon", true)]
    [InlineData(DataKind.Endoscopy, "track", true)]
    [InlineData(DataKind.Endoscopy, "length", false)]
    [InlineData(DataKind.ClinicalText, "span", true)]
    [InlineData(DataKind.ClinicalText, "polygon", false)]
    public void Every_kind_of_data_has_its_own_geometries(DataKind kind, string geometry, bool fits) =>
        Assert.Equal(fits ? [] : ["geometry-of-other-data"], Faults(new([Class("a") with { Geometries = [geometry] }], []), kind));

    [Fact]
    public void Attributes_are_held_to_the_rules_of_questions()
    {
        var lesion = Class("lesion") with { Attributes = [Size with { Min = 9, Max = 1 }, Kind with { Id = "size", Options = [] }] };
        var faults = new SchemaFaults(new([lesion], []), DataKind.Radiology).All().ToArray();
        Assert.Equal(["attribute-twice", "range-unfit", "options-too-few"], faults.Select(f => f.Reason));
        Assert.Equal(("attribute", 1, 2, "lesion/size"), (faults[2].Part, faults[2].Place, faults[2].Inner, faults[2].Where));
        Assert.Equal(["attributes-need-objects"], Faults(new([Class("a") with { Geometries = ["mask"], Attributes = [Size] }], [])));
    }

    [Fact]
    public void Only_one_option_of_several_can_stand_on_an_ordinal_scale()
    {
        Assert.Empty(Faults(new([Class("lesion") with { Attributes = [Kind with { Ordinal = true }] }], [Kind with { Ordinal = true }])));
        Assert.Equal(["ordinal-needs-choice"], Faults(new([], [Size with { Ordinal = true }])));
        Assert.Equal(["ordinal-needs-choice"], Faults(new([Class("lesion") with { Attributes = [Kind with { Type = Question.Multichoice, Ordinal = true }] }], [])));
        // An order that a later version declares changes no answer.
        Assert.Empty(new SchemaFaults(new([], [Kind with { Ordinal = true }]), DataKind.Radiology, new([], [Kind])).All());
        Assert.DoesNotContain("ordinal", JsonSerializer.Serialize(Kind, PlatformJson.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_and_instructions_are_whole_or_refused()
    {
        LabelCode kidney = new("SCT", "64033007", "Kidney");
        Assert.Empty(Faults(new([Class("a") with { Codes = [kidney, new("RADLEX", "RID205", "kidney")] }], [])));
        Assert.Equal(["code-twice"], Faults(new([Class("a") with { Codes = [kidney, kidney with { Meaning = "the same" }] }], [])));
        Assert.Equal(["instruction-unfit"], Faults(new([Class("a") with { Description = new("Обвести по краю", "") }], [])));
        Assert.Empty(Faults(new([Class("a") with { Pictures = [new(Pixel, Named)] }], [])));
        Assert.Equal(["picture-unfit"], Faults(new([Class("a") with { Pictures = [new(Pixel, new("а", ""))] }], [])));
        foreach (var image in new[] { "https://example.org/kidney.png", Pixel.Replace("image/png", "image/svg+xml"), Pixel.Replace("image/png", "image/jpeg"), Pixel + "!", "data:image/png;base64,", Pixel + new string('A', 400_000) })
            Assert.Equal(["picture-unfit"], Faults(new([Class("a") with { Pictures = [new(image, Named)] }], [])));
    }

    [Theory]
    [InlineData(" ", false)]
    [InlineData("", false)]
    [InlineData("millimetres of mercury", false)]
    [InlineData("mm[Hg]", true)]
    [InlineData("мм рт. ст.", true)]
    public void A_unit_is_given_and_short(string unit, bool fits)
    {
        Assert.Equal(fits ? [] : ["unit-unfit"], Faults(new([], [Size with { Unit = unit }])));
        Assert.Equal(fits ? [] : ["unit-unfit"], Faults(new([Class("lesion") with { Attributes = [Size with { Unit = unit }] }], [])));
    }

    /// <summary>A file holds everything that a schema can say, and says it back.</summary>
    [Fact]
    public void A_schema_with_every_member_survives_its_file()
    {
        Question[] attributes = [Kind with { Ordinal = true, AllowUncertain = true }, Size with { AllowCannotAssess = true, OnlyIf = new(Question: "kind", Is: ["cyst"]) },
            new("remark", new("Заметка", "Remark"), Question.FreeText, [], Required: true)];
        LabelClass[] classes =
        [
            Class("finding") with { Geometries = [], Description = new("Всё найденное", "All that is found"), Required = true },
            Class("drug") with { Geometries = ["span"], Parent = "finding", Codes = [new("SCT", "64033007", "Kidney"), new("I10", "C50.9", "Молочная железа")], Attributes = attributes },
            Class("disease") with { Geometries = ["span"], Color = "#0072B2", Pictures = [new(Pixel, new("Край", "Border")), new(Pixel, new("Середина", "Middle"))], Required = true },
        ];
        Question[] questions = [YesNo with { Required = true, AllowUncertain = true, AllowCannotAssess = true }, Kind with { Id = "signs", Type = Question.Multichoice },
            Size with { OnlyIf = new(All: [new(Any: [new(Class: "drug"), new(Not: new(Question: "seen", Is: ["false"]))]), new(Question: "signs", Is: ["solid"])]) },
            new("larger", Named, Question.Number, [], OnlyIf: new(Question: "size", AtLeast: 0.1, AtMost: 9.5)), new("words", Named, Question.FreeText, [])];
        SchemaContent schema = new(classes, questions, [new("treats", new("лечит", "treats"), ["drug"], ["finding", "disease"]), new("with", Named, ["disease"], ["disease"], Directed: false)]);
        Assert.Empty(Faults(schema, DataKind.ClinicalText));

        ExchangeSchema.File file = new(ExchangeSchema.Format, "Лекарства", DataKind.ClinicalText, schema.Classes, schema.Questions, schema.Relations);
        var back = JsonSerializer.Deserialize<ExchangeSchema.File>(JsonSerializer.Serialize(file, PlatformJson.Options), PlatformJson.Options)!;
        Assert.Equal((file.Format, file.Name, file.DataKind), (back.Format, back.Name, back.DataKind));
        Assert.Equivalent(schema, SchemaContent.Of(back.Classes, back.Questions, back.Relations), strict: true);
        Assert.Equivalent(schema, JsonSerializer.Deserialize<SchemaContent>(JsonSerializer.Serialize(schema, PlatformJson.Options), PlatformJson.Options), strict: true);
    }

    [Fact]
    public void Relations_join_classes_of_texts()
    {
        SchemaContent schema = new([Class("drug") with { Geometries = ["span"] }], [], [new("treats", Named, ["drug"], ["drug"])]);
        Assert.Empty(Faults(schema, DataKind.ClinicalText));
        Assert.Contains("relations-need-text", Faults(schema with { Classes = [Class("drug")] }));
        Assert.Equal(["relation-ends-unfit"], Faults(schema with { Relations = [new("treats", Named, ["drug"], ["disease"])] }, DataKind.ClinicalText));
        Assert.Equal(["id-twice"], Faults(schema with { Relations = [schema.Relations![0], schema.Relations[0]] }, DataKind.ClinicalText));
    }

    [Fact]
    public void A_condition_looks_only_backwards_and_at_what_can_be_answered()
    {
        Assert.Empty(Of(new(Question: "seen", Is: ["true"])));
        Assert.Empty(Of(new(Any: [new(Not: new(Question: "size", AtLeast: 3)), new(Class: "organ")])));
        Assert.Equal(["condition-looks-ahead"], Of(new(Question: "asked")));
        Assert.Equal(["condition-looks-ahead"], Of(new(Question: "later")));
        Assert.Equal(["condition-value-unfit"], Of(new(Question: "seen", Is: ["yes"])));
        Assert.Equal(["condition-value-unfit"], Of(new(Question: "kind", Is: ["gas"])));
        Assert.Equal(["condition-value-unfit"], Of(new(Question: "kind", Is: [])));
        Assert.Equal(["condition-value-unfit"], Of(new(Question: "kind", AtLeast: 1)));
        Assert.Equal(["condition-value-unfit"], Of(new(Question: "size", AtLeast: 3, AtMost: 2)));
        Assert.Equal(["condition-class-unknown"], Of(new(Class: "organs")));
        Assert.Equal(["condition-unfit"], Of(new()));
        Assert.Equal(["condition-unfit"], Of(new(All: [])));
        Assert.Equal(["condition-unfit"], Of(new(Question: "seen", Class: "organ")));
        Assert.Equal(["condition-unfit"], Of(Enumerable.Range(0, 9).Aggregate(new Condition(Question: "seen"), (inner, _) => new(Not: inner))));
        static string[] Of(Condition condition) => Faults(new([Class("organ")], [YesNo, Size, Kind, YesNo with { Id = "asked", OnlyIf = condition }, YesNo with { Id = "later" }]));
    }

    [Theory]
    [InlineData("""{"question":"seen","is":["true"]}""", """{"seen":true}""", true)]
    [InlineData("""{"question":"seen","is":["true"]}""", """{"seen":false}""", false)]
    [InlineData("""{"question":"seen"}""", """{"seen":false}""", true)]
    [InlineData("""{"question":"seen"}""", """{}""", false)]
    [InlineData("""{"question":"signs","is":["a","b"]}""", """{"signs":["b","c"]}""", true)]
    [InlineData("""{"question":"signs","is":["a"]}""", """{"signs":["b","c"]}""", false)]
    [InlineData("""{"question":"size","atLeast":3,"atMost":5}""", """{"size":3}""", true)]
    [InlineData("""{"question":"size","atLeast":3,"atMost":5}""", """{"size":5.01}""", false)]
    [InlineData("""{"not":{"class":"cyst"}}""", """{}""", true)]
    [InlineData("""{"class":"organ"}""", """{}""", true)]
    [InlineData("""{"all":[{"class":"organ"},{"any":[{"class":"cyst"},{"question":"size"}]}]}""", """{"size":0}""", true)]
    public void A_condition_holds_over_answers_and_marks(string condition, string answers, bool holds)
    {
        var given = JsonDocument.Parse(answers).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => new DocumentAnswer(p.Value.Clone()));
        Assert.Equal(holds, JsonSerializer.Deserialize<Condition>(condition, PlatformJson.Options)!.Holds(given, c => c == "organ"));
    }

    [Fact]
    public void A_branch_of_questions_falls_with_its_root()
    {
        Question[] questions = [YesNo, Kind with { OnlyIf = new(Question: "seen", Is: ["true"]) }, Size with { OnlyIf = new(Question: "kind", Is: ["cyst"]) }];
        var answers = new Dictionary<string, DocumentAnswer> { ["seen"] = Given("false"), ["kind"] = Given("\"cyst\"") };
        Assert.Equal(["seen"], Condition.Asked(questions, answers, _ => false));
        answers["seen"] = Given("true");
        Assert.Equal(["seen", "kind", "size"], Condition.Asked(questions, answers, _ => false));
        answers["kind"] = new(null, CannotAssess: true);
        Assert.Equal(["seen", "kind"], Condition.Asked(questions, answers, _ => false));
    }

    private static DocumentAnswer Given(string json) => new(JsonDocument.Parse(json).RootElement);

    private static LabelClass Class(string id) => new(id, Named, "#e69f00", ["polygon"]);

    private static string[] Faults(SchemaContent schema, DataKind kind = DataKind.Radiology) => [.. new SchemaFaults(schema, kind).All().Select(f => f.Reason)];
}
