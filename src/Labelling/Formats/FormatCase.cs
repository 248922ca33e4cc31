using System.Globalization;
using System.Text.RegularExpressions;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>A frame that labels lie on.</summary>
/// <param name="Frame">From 1.</param>
/// <param name="Rows">Of a slide: those of level 0.</param>
internal sealed record LabelledFrame(string SopInstanceUid, int Frame, int Rows, int Columns);

/// <summary>What a format has to know of a case: its images and texts, and what its schema calls things.</summary>
internal sealed partial record FormatCase(
    string Label, SchemaVersionId SchemaVersion, SchemaContent Schema, IReadOnlyList<CaseFile> Images, IReadOnlyList<CaseText> Texts)
{
    /// <summary>With the headers of its instances: what masks on a grid and DICOM objects are written from. None for a text.</summary>
    public IReadOnlyList<CaseSeries> Series { get; init; } = [];

    /// <summary>When the labels were made what they are: files that name a moment name this one.</summary>
    public DateTimeOffset At { get; init; } = DateTimeOffset.UnixEpoch;

    public IEnumerable<CaseVolume> Volumes => Series.Select(s => s.Volume).OfType<CaseVolume>();

    /// <summary>A name in the file → the id of a class, a question or a type of relation, for names that are neither an id nor a name of the schema.</summary>
    public IReadOnlyDictionary<string, string> ClassNames { get; init; } = new Dictionary<string, string>();

    /// <summary>A name of an image in the file → SOP Instance UID, with <c>#frame</c> where there are several frames.</summary>
    public IReadOnlyDictionary<string, string> ImageNames { get; init; } = new Dictionary<string, string>();

    /// <summary>From which share of the maximum a fractional voxel belongs to the mask; none: fractional masks are not taken.</summary>
    public double? FractionalThreshold { get; init; }

    /// <summary>By id, then by a name in either language, then as the request maps it.</summary>
    public LabelClass? FindClass(string name)
    {
        var said = name.Trim();
        return Schema.Class(said)
            ?? Schema.Classes.FirstOrDefault(c => string.Equals(c.Name.Ru, said, StringComparison.OrdinalIgnoreCase))
            ?? Schema.Classes.FirstOrDefault(c => string.Equals(c.Name.En, said, StringComparison.OrdinalIgnoreCase))
            ?? (ClassNames.TryGetValue(said, out var id) ? Schema.Class(id) : null);
    }

    /// <summary>Questions are found as classes are.</summary>
    public Question? FindQuestion(string name) => Schema.Question(name.Trim())
        ?? Schema.Questions.FirstOrDefault(q => string.Equals(q.Text.Ru, name.Trim(), StringComparison.OrdinalIgnoreCase) || string.Equals(q.Text.En, name.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? (ClassNames.TryGetValue(name.Trim(), out var id) ? Schema.Question(id) : null);

    /// <summary>Types of relations are found as classes are.</summary>
    public RelationType? FindRelation(string name) => Schema.Relation(name.Trim())
        ?? Schema.Relations?.FirstOrDefault(r => string.Equals(r.Name.Ru, name.Trim(), StringComparison.OrdinalIgnoreCase) || string.Equals(r.Name.En, name.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? (ClassNames.TryGetValue(name.Trim(), out var id) ? Schema.Relation(id) : null);

    private (IReadOnlyList<CaseFile> Of, Dictionary<string, CaseFile> Known) byUid;

    /// <summary>Looked up several times for each annotation of a file.</summary>
    private CaseFile? Image(string sopInstanceUid)
    {
        if (!ReferenceEquals(byUid.Of, Images))
            byUid = (Images, Images.DistinctBy(i => i.SopInstanceUid).ToDictionary(i => i.SopInstanceUid));
        return byUid.Known.GetValueOrDefault(sopInstanceUid);
    }

    public LabelledFrame? Frame(string sopInstanceUid, int frame) =>
        Image(sopInstanceUid) is { } image && frame >= 1 && frame <= Math.Max(1, image.Frames)
            ? new(sopInstanceUid, frame, image.TotalPixelMatrix?.Rows ?? image.Rows, image.TotalPixelMatrix?.Columns ?? image.Columns)
            : null;

    /// <summary>The image of a case that has one: its only instance, or level 0 of its slide.</summary>
    public LabelledFrame? OnlyImage => (Images.Count == 1 ? Images[0] : Images.Where(i => i.TotalPixelMatrix is not null).MaxBy(i => i.TotalPixelMatrix!.Value.Columns)) is { } image
        ? Frame(image.SopInstanceUid, 1)
        : null;

    /// <summary>What exporters call a frame and importers find again; no pixels are exported, so the suffix is only customary.</summary>
    public string NameOf(string sopInstanceUid, int frame) => Image(sopInstanceUid) is { Frames: > 1 }
        ? string.Create(CultureInfo.InvariantCulture, $"{sopInstanceUid}-{frame:000000}.png")
        : sopInstanceUid + ".png";

    /// <summary>Finds an image by what a file calls it: the request's mapping first, then the UID as the file's name, with or without folders and suffix.</summary>
    public LabelledFrame? FindImage(string? name)
    {
        if (name is null)
            return null;
        if (ImageNames.TryGetValue(name, out var mapped))
            return mapped.Split('#') is [var uid, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Frame(uid, n) : Frame(mapped, 1);
        var bare = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var parts = FrameName().Match(bare);
        return Frame(bare, 1)
            ?? (bare.LastIndexOf('.') is > 0 and var dot ? Frame(bare[..dot], 1) : null)
            ?? (parts.Success && int.TryParse(parts.Groups["frame"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var frame)
                ? Frame(parts.Groups["uid"].Value, frame)
                : null);
    }

    /// <summary>The text that a file's name means: the same name with another suffix; the only text of a case needs no name.</summary>
    public CaseText? FindText(string? name)
    {
        var bare = name is null ? "" : Path.GetFileNameWithoutExtension(name[(name.LastIndexOfAny(['/', '\\']) + 1)..]);
        return Texts.FirstOrDefault(t => t.Name == name) ?? Texts.FirstOrDefault(t => Path.GetFileNameWithoutExtension(t.Name) == bare)
            ?? (Texts.Count == 1 ? Texts[0] : null);
    }

    [GeneratedRegex(@"^(?<uid>[0-9.]+)-(?<frame>\d{1,9})(\.[A-Za-z]+)?$")]
    private static partial Regex FrameName();
}
