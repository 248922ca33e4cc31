using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Schemas;

/// <param name="Scheme">DICOM coding scheme designator: SCT, UCUM, FMA, RADLEX.</param>
internal sealed record LabelCode(string Scheme, string Value, string Meaning);

/// <summary>A structure or finding that is drawn.</summary>
/// <param name="Color"><c>#rrggbb</c>.</param>
/// <param name="Required">A submission without a mask or an object of the class is refused.</param>
internal sealed record LabelClass(
    string Id, Bilingual Name, string Color,
    [property: AllowedValues("mask", "polygon", "polyline", "rectangle", "ellipse", "length", "point")] IReadOnlyList<string> Geometries,
    LabelCode? Code = null, Bilingual? Description = null, bool Required = false);

internal sealed record QuestionOption(string Id, Bilingual Text);

/// <summary>A question about the whole case.</summary>
internal sealed record Question(
    string Id, Bilingual Text,
    [property: AllowedValues(Question.Choice, Question.Multichoice, Question.Number, Question.FreeText, Question.YesNo)] string Type,
    IReadOnlyList<QuestionOption> Options, bool Required = false, string? Unit = null, double? Min = null,
    double? Max = null, bool AllowUncertain = false, bool AllowCannotAssess = false)
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

/// <summary>A schema cannot be used as it stands.</summary>
/// <param name="Reason">What is wrong, stable.</param>
/// <param name="Where">The id (or the number) of the class, question or option.</param>
internal sealed record SchemaIsUnfit(string Reason, string Where) : Refusal("labelling/schema-is-unfit", 422)
{
    public override string WordsKey => $"reason.labelling.schema.{Reason}";

    /// <summary>"class" or "question"; empty when the fault is the whole schema's.</summary>
    internal string Part { get; init; } = "";

    /// <summary>From one, among the classes or the questions.</summary>
    internal int Place { get; init; }
}

/// <summary>What a schema asks: classes to draw and questions to answer.</summary>
internal sealed partial record SchemaContent(IReadOnlyList<LabelClass> Classes, IReadOnlyList<Question> Questions)
{
    public const int MostClasses = 200;
    public const int MostQuestions = 100;
    public const int MostOptions = 100;
    public const int NameLimit = 200;

    public static readonly string[] Geometries = ["mask", "polygon", "polyline", "rectangle", "ellipse", "length", "point"];

    public static SchemaContent Empty { get; } = new([], []);

    public LabelClass? Class(string id) => Classes.FirstOrDefault(c => c.Id == id);

    public Question? Question(string id) => Questions.FirstOrDefault(q => q.Id == id);

    /// <summary>Everything that keeps the schema from being published, in the order of its parts.</summary>
    public IEnumerable<SchemaIsUnfit> Faults()
    {
        if (Classes.Count == 0 && Questions.Count == 0)
            yield return new("asks-nothing", "");
        if (Classes.Count > MostClasses || Questions.Count > MostQuestions)
            yield return new("too-much", $"{MostClasses}/{MostQuestions}");
        foreach (var twice in Classes.Select(c => c.Id).Concat(Questions.Select(q => q.Id)).GroupBy(id => id, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() > 1))
            yield return new("id-twice", twice.Key);
        foreach (var (place, one) in Classes.Index())
        {
            foreach (var reason in ClassFaults(one))
                yield return new(reason, one.Id.Length > 0 ? one.Id : $"{place + 1}") { Part = "class", Place = place + 1 };
        }

        foreach (var (place, one) in Questions.Index())
        {
            foreach (var reason in QuestionFaults(one))
                yield return new(reason, one.Id.Length > 0 ? one.Id : $"{place + 1}") { Part = "question", Place = place + 1 };
        }
    }

    private static IEnumerable<string> ClassFaults(LabelClass one)
    {
        if (!IdPattern().IsMatch(one.Id))
            yield return "id-unfit";
        if (!IsNamed(one.Name))
            yield return "name-missing";
        if (!ColorPattern().IsMatch(one.Color))
            yield return "color-unfit";
        if (one.Geometries.Count == 0)
            yield return "geometry-missing";
        if (one.Geometries.Any(g => !Geometries.Contains(g)) || one.Geometries.Distinct().Count() != one.Geometries.Count)
            yield return "geometry-unknown";
        if (one.Code is { } code && (Blank(code.Scheme, 16) || Blank(code.Value, 64) || Blank(code.Meaning, 64)))
            yield return "code-unfit";
    }

    private static IEnumerable<string> QuestionFaults(Question one)
    {
        if (!IdPattern().IsMatch(one.Id))
            yield return "id-unfit";
        if (!IsNamed(one.Text))
            yield return "name-missing";
        if (!Schemas.Question.Types.Contains(one.Type))
            yield return "type-unknown";
        if (one.HasOptions && one.Options.Count is < 2 or > MostOptions)
            yield return "options-too-few";
        if (one.Options.Any(o => !IdPattern().IsMatch(o.Id)) || one.Options.Select(o => o.Id).Distinct().Count() != one.Options.Count)
            yield return "option-id-unfit";
        if (one.Options.Any(o => !IsNamed(o.Text)))
            yield return "option-name-missing";
        if (one.Min is { } min && !double.IsFinite(min) || one.Max is { } max && !double.IsFinite(max) || one.Min > one.Max)
            yield return "range-unfit";
    }

    private static bool IsNamed(Bilingual? text) => text is not null && !Blank(text.Ru, NameLimit) && !Blank(text.En, NameLimit);

    private static bool Blank(string? text, int limit) => string.IsNullOrWhiteSpace(text) || text.Length > limit;

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,63}$")]
    private static partial Regex IdPattern();

    [GeneratedRegex("^#[0-9a-fA-F]{6}$")]
    private static partial Regex ColorPattern();
}
