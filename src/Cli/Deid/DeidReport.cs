using System.Text.Json;
using Pirogov.Deidentification;

namespace Pirogov.Cli;

/// <summary>
/// What was done: which profile did what to how many elements, and what became of the files. Files are named by their position in the
/// order of paths; by their paths only where that was asked for, because paths name patients too.
/// </summary>
internal sealed class DeidReport(CentreDeidentifier deidentifier, string? keyFingerprint, bool showsPaths)
{
    /// <summary>Of each file that is written, until it turns out to be another one's duplicate; files of a series share theirs.</summary>
    private readonly Dictionary<int, IReadOnlyList<AttributeCount>> elements = [];
    private readonly Dictionary<string, IReadOnlyList<AttributeCount>> shared = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, (string? Path, FileOutcome Outcome)> leftOut = [];
    private readonly Dictionary<int, string> paths = [];
    private readonly Lock turn = new();

    public int Total { get; private set; }

    public int Of(FileState state) => state == FileState.Written ? Total - leftOut.Count : leftOut.Values.Count(f => f.Outcome.State == state);

    /// <summary>What was done to the elements of a file; it counts as long as the file is told as written.</summary>
    public void Count(int position, IReadOnlyList<AttributeCount> counts)
    {
        var shape = string.Join(' ', counts.Select(c => $"{c.Tag.Value:X8}{c.Action:D}:{c.Count}"));
        lock (turn)
        {
            shared.TryAdd(shape, counts);
            elements[position] = shared[shape];
        }
    }

    /// <summary>Notes what became of an input; said again, the later word counts.</summary>
    /// <returns>How many have been told, and how to call the file.</returns>
    public (int Total, string Name) Tell(int position, string? path, FileOutcome outcome)
    {
        lock (turn)
        {
            Total = Math.Max(Total, position);
            if (showsPaths && path is not null)
                paths[position] = path;
            var shown = paths.GetValueOrDefault(position);
            if (outcome.State == FileState.Written)
                leftOut.Remove(position);
            else
            {
                leftOut[position] = (shown, outcome);
                elements.Remove(position);
            }

            return (Total, shown ?? Words.Of["cli.deid.number", new { position }]);
        }
    }

    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.Create);
        using var json = new Utf8JsonWriter(file, new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("program", "pirogov " + typeof(DeidReport).Assembly.GetName().Version!.ToString(3));
        json.WriteStartObject("profile");
        json.WriteString("name", deidentifier.ProfileName);
        json.WriteString("version", deidentifier.ProfileVersion);
        json.WriteNumber("rules", DeidentificationProfile.Rules);
        json.WriteString("sha256", deidentifier.ProfileSha256);
        json.WriteStartArray("options");
        foreach (var option in DeidOptions.NamesOf(deidentifier.Options))
            json.WriteStringValue(option);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteString("keyFingerprint", keyFingerprint);
        json.WriteStartObject("files");
        json.WriteNumber("total", Total);
        json.WriteNumber("written", Of(FileState.Written));
        json.WriteNumber("duplicates", Of(FileState.Duplicate));
        json.WriteNumber("needLook", Of(FileState.NeedsLook));
        json.WriteNumber("refused", Of(FileState.Refused));
        json.WriteEndObject();
        WriteLeftOut(json);
        WriteElements(json);
        json.WriteEndObject();
    }

    private void WriteLeftOut(Utf8JsonWriter json)
    {
        json.WriteStartArray("leftOut");
        foreach (var (position, (path, outcome)) in leftOut)
        {
            json.WriteStartObject();
            json.WriteNumber("position", position);
            if (path is not null)
                json.WriteString("path", path);
            json.WriteString("outcome", JsonNamingPolicy.CamelCase.ConvertName(outcome.State.ToString()));
            json.WriteString("reason", outcome.Reason);
            if (outcome.Offset is { } offset)
                json.WriteNumber("offset", offset);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteElements(Utf8JsonWriter json)
    {
        json.WriteStartArray("elements");
        var sums = elements.Values.SelectMany(c => c).GroupBy(c => (c.Tag.Value, c.Action), (key, counts) => (Key: key, Count: counts.Sum(c => (long)c.Count)));
        foreach (var ((tag, action), count) in sums.OrderBy(e => e.Key))
        {
            var dicom = new Dicom.DicomTag(tag);
            json.WriteStartObject();
            json.WriteString("tag", dicom.ToString());
            // A private attribute's number says its maker, its creator might say anything.
            json.WriteString("keyword", Dicom.DicomDictionary.Find(dicom)?.Keyword);
            json.WriteString("action", JsonNamingPolicy.CamelCase.ConvertName(action.ToString()));
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
