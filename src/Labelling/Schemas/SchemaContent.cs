using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;

namespace Pirogov.Labelling.Schemas;

/// <param name="Scheme">DICOM coding scheme designator (PS3.16 table 8-1): SCT, I10, ICDO3, RADLEX, DCM, UCUM, FMA; <see cref="CodingScheme"/> says which are checked.</param>
internal sealed record LabelCode(string Scheme, string Value, string Meaning);

/// <summary>What the structure looks like, or where its border is drawn.</summary>
/// <param name="Image">A data URL of a PNG or JPEG; <see cref="InstructionPictures"/> bounds its size. A schema's file thus carries its pictures with it.</param>
internal sealed record InstructionPicture(string Image, Bilingual Caption);

/// <summary>A structure or finding that is drawn, or a stretch of a text or a video that is marked.</summary>
/// <param name="Color"><c>#rrggbb</c>.</param>
/// <param name="Geometries">Those of <see cref="Geometry"/>; none for a class that only holds others together.</param>
/// <param name="Description">The reader's instruction: shown beside the class, with <paramref name="Pictures"/>.</param>
/// <param name="Required">A submission without a mask or an object of the class, or of one below it, is refused.</param>
/// <param name="Codes">The same thing in several coding schemes.</param>
/// <param name="Parent">The class of which this one is a kind.</param>
/// <param name="Attributes">Asked of every object of the class: questions under the rules of <see cref="Question"/>.</param>
internal sealed record LabelClass(
    string Id, Bilingual Name, string Color,
    [property: AllowedValues("mask", "polygon", "polyline", "rectangle", "ellipse", "length", "point", "span", "event", "track")] IReadOnlyList<string> Geometries,
    Bilingual? Description = null, bool Required = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LabelCode>? Codes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Question>? Attributes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<InstructionPicture>? Pictures = null)
{
    internal Question? Attribute(string? id) => Attributes?.FirstOrDefault(a => a.Id == id);
}

internal sealed record QuestionOption(string Id, Bilingual Text);

/// <summary>A question about the whole case, or about one object of a class: then it is the class's attribute.</summary>
/// <param name="OnlyIf">The question is asked only where this holds, over the answers of earlier questions; of earlier attributes for an attribute.</param>
/// <param name="Ordinal">The options of a choice stand in ascending order: neighbours differ less than the ends.</param>
internal sealed record Question(
    string Id, Bilingual Text,
    [property: AllowedValues(Question.Choice, Question.Multichoice, Question.Number, Question.FreeText, Question.YesNo)] string Type,
    IReadOnlyList<QuestionOption> Options, bool Required = false, string? Unit = null, double? Min = null,
    double? Max = null, bool AllowUncertain = false, bool AllowCannotAssess = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Condition? OnlyIf = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Ordinal = false)
{
    public const string Choice = "choice";
    public const string Multichoice = "multichoice";
    public const string Number = "number";
    public const string FreeText = "text";
    public const string YesNo = "boolean";

    public static readonly string[] Types = [Choice, Multichoice, Number, FreeText, YesNo];

    internal bool HasOptions => Type is Choice or Multichoice;

    internal bool HasOption(string id) => Options.Any(o => o.Id == id);
}

/// <summary>How two objects of a text may be joined.</summary>
/// <param name="From">Classes at whose objects, or at those of classes below, the relation begins.</param>
/// <param name="To">Classes where it ends.</param>
/// <param name="Directed">When not, the two ends are alike and a pair is joined once.</param>
internal sealed record RelationType(string Id, Bilingual Name, IReadOnlyList<string> From, IReadOnlyList<string> To, bool Directed = true);

/// <summary>Kinds of anchors, and which of them a kind of data has.</summary>
internal static class Geometry
{
    public const string Mask = "mask";
    public const string Span = "span";
    public const string Event = "event";
    public const string Track = "track";

    public static readonly string[] All = ["mask", "polygon", "polyline", "rectangle", "ellipse", "length", "point", "span", "event", "track"];

    /// <summary>A slide's tiles are no frames a mask could lie on; a video has no scale to measure by.</summary>
    public static IReadOnlyList<string> Of(DataKind kind) => kind switch
    {
        DataKind.Radiology => ["mask", "polygon", "polyline", "rectangle", "ellipse", "length", "point"],
        DataKind.Pathology => ["polygon", "polyline", "rectangle", "ellipse", "length", "point"],
        DataKind.Endoscopy => ["event", "track", "mask", "polygon", "polyline", "rectangle", "ellipse", "point"],
        _ => ["span"],
    };
}

/// <summary>What a schema asks: classes to mark, questions to answer, relations to draw between marks.</summary>
internal sealed record SchemaContent(
    IReadOnlyList<LabelClass> Classes, IReadOnlyList<Question> Questions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RelationType>? Relations = null)
{
    public const int MostClasses = 200;
    public const int MostQuestions = 100;
    public const int MostOptions = 100;
    public const int MostAttributes = 50;
    public const int MostCodes = 10;
    public const int MostRelations = 100;
    public const int MostLevels = 8;
    public const int NameLimit = 200;
    public const int InstructionLimit = 4_000;

    public static SchemaContent Empty { get; } = new([], []);

    public LabelClass? Class(string? id) => Classes.FirstOrDefault(c => c.Id == id);

    public Question? Question(string? id) => Questions.FirstOrDefault(q => q.Id == id);

    public RelationType? Relation(string id) => Relations?.FirstOrDefault(r => r.Id == id);

    /// <summary>Whether the class is the other one or a kind of it.</summary>
    public bool IsKindOf(string id, string ancestor)
    {
        var at = id;
        for (var steps = 0; at is not null && steps <= MostLevels; steps++)
        {
            if (at == ancestor)
                return true;
            at = Class(at)?.Parent;
        }

        return false;
    }

    /// <summary>A member that JSON left out arrives as null whatever its type says; the check then names what is missing.</summary>
    internal static SchemaContent Of(
        IEnumerable<LabelClass?>? classes, IEnumerable<Question?>? questions, IEnumerable<RelationType?>? relations) => new(
        [.. Given(classes).Select(Whole)], [.. Given(questions).Select(Whole)],
        Some(Given(relations).Select(r => r with { Id = r.Id ?? "", From = [.. Given(r.From)], To = [.. Given(r.To)] })));

    private static LabelClass Whole(LabelClass one) => one with
    {
        Id = one.Id ?? "",
        Color = one.Color ?? "",
        Geometries = [.. Given(one.Geometries)],
        Codes = Some(Given(one.Codes)),
        Parent = string.IsNullOrEmpty(one.Parent) ? null : one.Parent,
        Attributes = Some(Given(one.Attributes).Select(Whole)),
        Pictures = Some(Given(one.Pictures)),
    };

    private static Question Whole(Question one) =>
        one with { Id = one.Id ?? "", Type = one.Type ?? "", Options = [.. Given(one.Options).Select(o => o with { Id = o.Id ?? "" })] };

    private static IEnumerable<T> Given<T>(IEnumerable<T?>? some) where T : class => (some ?? []).OfType<T>();

    private static T[]? Some<T>(IEnumerable<T> some) => some.ToArray() is { Length: > 0 } any ? any : null;
}
