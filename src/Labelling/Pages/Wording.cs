using System.Globalization;
using MudBlazor;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;

namespace Pirogov.Labelling.Pages;

/// <summary>Keys, colours and figures that several pages of the room share.</summary>
internal static class Wording
{
    public static string Kind(DataKind kind) => $"agenda.kind.{Camel(kind)}";

    public static string State(ProjectCaseState state) => $"labelling.case-state.{Camel(state)}";

    public static string State(ReadingState state) => $"labelling.reading-state.{Camel(state)}";

    public static string State(ProjectState state) => $"labelling.project-state.{Camel(state)}";

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

    public static string Percent(double? value) => value is { } v ? v.ToString("0.0 %", CultureInfo.CurrentCulture) : "—";

    private static string Camel<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
