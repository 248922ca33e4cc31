using System.Globalization;
using MudBlazor;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Strings;

namespace Pirogov.Labelling.Pages;

/// <summary>Keys, colours and figures that several pages of the room share.</summary>
internal static class Wording
{
    /// <summary>A name that is still being typed: in the reader's language, else in the other, else whatever stands for it.</summary>
    public static string Drafted(string ru, string en, string otherwise)
    {
        var (first, second) = Localizer.Culture == "ru" ? (ru, en) : (en, ru);
        return first.Length > 0 ? first : second.Length > 0 ? second : otherwise;
    }

    public static string Kind(DataKind kind) => $"agenda.kind.{Camel(kind)}";

    public static string State(ProjectCaseState state) => $"labelling.case-state.{Camel(state)}";

    public static string State(ReadingState state) => $"labelling.reading-state.{Camel(state)}";

    public static string State(ProjectState state) => $"labelling.project-state.{Camel(state)}";

    public static string Level(QualificationLevel level) => $"labelling.level-of.{Camel(level)}";

    public static string Of(Specialty specialty) => $"labelling.specialty.{Camel(specialty)}";

    public static string Standing(MemberStanding standing) => $"labelling.standing.{Camel(standing)}";

    public static string Of(SkipReason reason) => $"labelling.skip.{Camel(reason)}";

    public static string Of(ReasonLeft reason) => $"labelling.left.{Camel(reason)}";

    public static string Of(NoticeKind kind) => $"labelling.notice.{Camel(kind)}";

    public static string Mode(ReadingMode mode) => $"labelling.mode.{Camel(mode)}";

    public static Color Shade(ProjectCaseState state) => state switch
    {
        ProjectCaseState.Validated or ProjectCaseState.Released => Color.Success,
        ProjectCaseState.Adjudication => Color.Warning,
        ProjectCaseState.Validation or ProjectCaseState.Comparing => Color.Info,
        ProjectCaseState.Reading => Color.Primary,
        _ => Color.Default,
    };

    public static Color Shade(ReadingState state) => state switch
    {
        ReadingState.Locked or ReadingState.Submitted => Color.Success,
        ReadingState.Returned => Color.Error,
        ReadingState.Draft or ReadingState.Accepted => Color.Primary,
        _ => Color.Default,
    };

    /// <summary>Three decimals, as papers give Dice and κ; a dash where there is none.</summary>
    public static string Figure(double? value) => value is { } v ? v.ToString("0.000", CultureInfo.CurrentCulture) : "—";

    /// <summary>The sign of a coefficient of agreement; its title says the rest.</summary>
    public static string Coefficient(string? name) => name switch
    {
        "krippendorff-alpha" => "α",
        "krippendorff-alpha-ordinal" => "α\u00a0(ord)",
        "cohen-kappa-quadratic" => "κ\u00a0(w²)",
        "icc-1-1" => "ICC(1,1)",
        "icc-2-1" => "ICC(2,1)",
        _ => "κ",
    };

    /// <summary>A tenth of a millimetre is finer than any voxel.</summary>
    public static string Millimetres(double value) => value.ToString("0.0", CultureInfo.CurrentCulture);

    public static string MillimetreInterval(double? lower, double? upper) => lower is null || upper is null ? "" : $"\u00a0({Millimetres(lower.Value)}\u00a0…\u00a0{Millimetres(upper.Value)})";

    public static string Percent(double? value) => value is { } v ? v.ToString("0.0\u00a0%", CultureInfo.CurrentCulture) : "—";

    /// <summary>" (0.812 … 0.934)", or nothing where there is no interval.</summary>
    public static string Interval(double? lower, double? upper) => lower is null || upper is null ? "" : $"\u00a0({Figure(lower)}\u00a0…\u00a0{Figure(upper)})";

    public static string PercentInterval(double? lower, double? upper) => lower is null || upper is null ? "" : $"\u00a0({Percent(lower)}\u00a0…\u00a0{Percent(upper)})";

    /// <summary>A class or a question as its schema calls it.</summary>
    public static string Item(SchemaView schema, ItemKind kind, string item) => (kind == ItemKind.Class
        ? schema.Classes.FirstOrDefault(c => c.Id == item)?.Name : schema.Questions.FirstOrDefault(q => q.Id == item)?.Text)?.In(Localizer.Culture) ?? item;

    /// <summary>"Node: size", as the schema calls them.</summary>
    public static string Attribute(SchemaView schema, string @class, string attribute) =>
        $"{Item(schema, ItemKind.Class, @class)}: {schema.Classes.FirstOrDefault(c => c.Id == @class)?.Attributes?.FirstOrDefault(a => a.Id == attribute)?.Text.In(Localizer.Culture) ?? attribute}";

    public static string Colour(SchemaView schema, ItemKind kind, string item) =>
        kind == ItemKind.Class && schema.Classes.FirstOrDefault(c => c.Id == item)?.Color is { } color ? color : "var(--mud-palette-primary)";

    public static string Answer(Localizer words, SchemaView schema, string question, string? answer) => answer switch
    {
        null or ProjectAgreement.NotAnswered => words["labelling.answer.none"],
        ProjectAgreement.CannotAssess or "—" => words["labelling.answer.cannot-assess"],
        "true" => words["labelling.answer.yes"],
        "false" => words["labelling.answer.no"],
        _ => schema.Questions.FirstOrDefault(q => q.Id == question)?.Options.FirstOrDefault(o => o.Id == answer)?.Text.In(Localizer.Culture) ?? answer,
    };

    /// <summary>An answer as a list of disagreements tells it: a mark behind it says that its reader was not sure.</summary>
    public static string Told(Localizer words, SchemaView schema, string question, string? told)
    {
        if (told == "cannot-assess")
            return words["labelling.answer.cannot-assess"];
        var isUnsure = told is [.., '?'] && schema.Questions.FirstOrDefault(q => q.Id == question)?.Type != Question.FreeText;
        return isUnsure ? $"{Answer(words, schema, question, told![..^1])} ({words["labelling.answer.uncertain"]})" : Answer(words, schema, question, told);
    }

    /// <summary>The colour of a reading's letter, the same as its contour's in the pictures of disagreements.</summary>
    public static string Letter(string letter) => letter is [>= 'A' and var first] ? ContourPicture.ColorOf(first - 'A') : "transparent";

    /// <summary>For a sum that is told at large: in whole roubles.</summary>
    public static string Roubles(decimal value) => value.ToString("N0", CultureInfo.CurrentCulture) + "\u00a0₽";

    public static string Money(decimal value) => value.ToString("N2", CultureInfo.CurrentCulture) + "\u00a0₽";

    public static string Whole(double value) => value.ToString("N0", CultureInfo.CurrentCulture);

    public static string Tenth(double value) => value.ToString("0.#", CultureInfo.CurrentCulture);

    /// <summary>The interval in brackets; nothing where there is none.</summary>
    public static string Range(MeanWithInterval? mean, string format) => mean is { Lower: { } lower, Upper: { } upper }
        ? $" [{lower.ToString(format, CultureInfo.CurrentCulture)}; {upper.ToString(format, CultureInfo.CurrentCulture)}]"
        : "";

    private static string Camel<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>What a release that was asked for will hold, and what it leaves out and why.</summary>
    public static Func<ReleaseLabels.Response, string> Asked(Localizer words) => asked => string.Join(' ', new[]
    {
        words["labelling.release.asked", new { cases = words.Plural("labelling.n.cases", asked.Cases) }] + ".",
        asked.InOpenLots > 0 ? words["labelling.release.in-open-lots", new { cases = asked.InOpenLots }] : "",
        asked.ForPeople > 0 ? words["labelling.release.for-people", new { cases = asked.ForPeople }] : "",
    }.Where(part => part.Length > 0));
}
