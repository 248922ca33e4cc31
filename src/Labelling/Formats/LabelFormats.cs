using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

internal sealed record FormatUnknown(string Format, string Allowed) : Refusal("labelling.format-unknown", 422);

internal sealed record FormatOfOtherData(string Format) : Refusal("labelling.format-of-other-data", 422);

/// <summary>Every format that the doors know.</summary>
internal static class LabelFormats
{
    public static IReadOnlyList<ILabelFormat> All { get; } =
    [
        new PlatformFormat(), new CocoFormat(), new CvatFormat(), new LabelStudioFormat(), new GeoJsonFormat(), new W3cFormat(), new SegFormat(), new NiftiFormat(), new NrrdFormat(),
        new BratFormat(), new ConllFormat(),
    ];

    public static IReadOnlyList<ILabelFormat> Of(DataKind kind) => [.. All.Where(f => f.Kinds.Contains(kind))];

    public static Outcome<ILabelFormat> Find(string? id, DataKind kind) => All.FirstOrDefault(f => f.Id == id) is not { } found
        ? new FormatUnknown(id ?? "", string.Join(", ", Of(kind).Select(f => f.Id)))
        : found.Kinds.Contains(kind) ? Outcome<ILabelFormat>.Of(found) : new FormatOfOtherData(found.Id);
}
