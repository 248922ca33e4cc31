using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pirogov.Platform;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Schemas;

/// <summary>One class's mask on one frame.</summary>
/// <param name="Runs">Base64 of <see cref="Imaging.RunLengthMask"/>'s bytes; absent in the stored document.</param>
/// <param name="Blob">SHA-256 of those bytes.</param>
/// <param name="Origin">"model" or "import" for a pre-label that the reader has not changed; none when a person drew it.</param>
/// <param name="Confirmed">The reader has looked at the pre-label and takes it for their own.</param>
internal sealed record DocumentMask(
    string Class, string SopInstanceUid, int Frame, int Rows, int Columns, int PixelCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Runs = null, string? Blob = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Origin = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Confirmed = null);

/// <param name="LengthMm">mm, in the patient.</param>
internal sealed record ObjectMeasurement(double? LengthMm);

/// <summary>A stretch of the normalised text.</summary>
/// <param name="Start">Unicode code points from the text's beginning, the first is 0.</param>
/// <param name="End">Just behind the last one.</param>
internal sealed record TextSpan(int Start, int End);

/// <summary>A stretch of a video, both ends included.</summary>
/// <param name="FirstSeconds">Presentation timestamps, which decide where a frame rate varies.</param>
internal sealed record FrameInterval(int First, int Last, double? FirstSeconds = null, double? LastSeconds = null);

/// <summary>A track's shape at one frame; between two key frames it is interpolated linearly.</summary>
/// <param name="Outside">From here to the next key frame the object is not seen.</param>
internal sealed record KeyFrame(int Frame, IReadOnlyList<double[]> Points, double? Seconds = null, bool Outside = false);

/// <summary>One labelled thing, anchored by what its kind of data is measured in.</summary>
/// <param name="SopInstanceUid">The image (radiology), the slide's level 0 (pathology) or the video; empty for a text.</param>
/// <param name="Points">
/// Pixels of the frame: (0, 0) is the top-left corner of the top-left pixel (PS3.3 C.18.6); on a slide, pixels of level 0. A rectangle's are two
/// opposite corners. Empty for spans, events and tracks.
/// </param>
/// <param name="Points3d">mm, patient coordinates of <paramref name="FrameOfReferenceUid"/>.</param>
/// <param name="Holes">Rings cut out of a polygon.</param>
/// <param name="Text">The name of the case's text in which <paramref name="Spans"/> lie; several when the mention is interrupted.</param>
/// <param name="Attributes">The class's attributes by id.</param>
/// <param name="Origin">"model" or "import" for a pre-label that the reader has not changed; none when a person drew it.</param>
/// <param name="Confirmed">The reader has looked at the pre-label and takes it for their own.</param>
internal sealed record DocumentObject(
    string Id, string Class,
    [property: AllowedValues("polygon", "polyline", "rectangle", "ellipse", "length", "point", "span", "event", "track")] string Type,
    string SopInstanceUid, int Frame, IReadOnlyList<double[]> Points, string? FrameOfReferenceUid = null,
    IReadOnlyList<double[]>? Points3d = null, ObjectMeasurement? Measurement = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<double[]>>? Holes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TextSpan>? Spans = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FrameInterval? Interval = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<KeyFrame>? Track = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, DocumentAnswer>? Attributes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Origin = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Confirmed = null);

/// <summary>What joins two objects of a document, from one to the other.</summary>
internal sealed record DocumentRelation(
    string Id, string Type, string From, string To,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Origin = null);

internal sealed record DocumentAnswer(JsonElement? Value, bool Uncertain = false, bool CannotAssess = false)
{
    internal bool IsGiven => CannotAssess || Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
}

/// <summary>The labels of one reading: what a revision holds.</summary>
internal sealed record LabelDocument(
    string SchemaVersion, IReadOnlyList<DocumentMask> Masks, IReadOnlyList<DocumentObject> Objects, IReadOnlyDictionary<string, DocumentAnswer> Answers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DocumentRelation>? Relations = null)
{
    /// <summary>The stored form: no runs, masks in one order, one spelling; equal labels give equal bytes.</summary>
    internal byte[] ToCanonical()
    {
        var stored = this with
        {
            Masks = [.. Masks.Select(m => m with { Runs = null }).OrderBy(m => m.Class, StringComparer.Ordinal)
                .ThenBy(m => m.SopInstanceUid, StringComparer.Ordinal).ThenBy(m => m.Frame)],
        };
        return Encoding.UTF8.GetBytes(CanonicalJson.Write(JsonSerializer.SerializeToNode(stored, PlatformJson.Options)!));
    }

    internal static LabelDocument Parse(byte[] canonical) => JsonSerializer.Deserialize<LabelDocument>(canonical, PlatformJson.Options)!;

    internal static LabelDocument Empty(SchemaVersionId schema) => new(schema.ToString(), [], [], new Dictionary<string, DocumentAnswer>());
}
