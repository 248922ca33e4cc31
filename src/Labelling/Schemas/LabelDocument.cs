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
internal sealed record DocumentMask(
    string Class, string SopInstanceUid, int Frame, int Rows, int Columns, int PixelCount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Runs = null, string? Blob = null);

/// <param name="LengthMm">mm, in the patient.</param>
internal sealed record ObjectMeasurement(double? LengthMm);

/// <param name="Points">Pixels of the frame: (0, 0) is the top-left corner of the top-left pixel (PS3.3 C.18.6).</param>
/// <param name="Points3d">mm, patient coordinates of <paramref name="FrameOfReferenceUid"/>.</param>
internal sealed record DocumentObject(
    string Id, string Class,
    [property: AllowedValues("polygon", "polyline", "rectangle", "ellipse", "length", "point")] string Type,
    string SopInstanceUid, int Frame, IReadOnlyList<double[]> Points, string? FrameOfReferenceUid = null,
    IReadOnlyList<double[]>? Points3d = null, ObjectMeasurement? Measurement = null);

internal sealed record DocumentAnswer(JsonElement? Value, bool Uncertain = false, bool CannotAssess = false)
{
    internal bool IsGiven => CannotAssess || Value is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) };
}

/// <summary>The labels of one reading: what a revision holds.</summary>
internal sealed record LabelDocument(
    string SchemaVersion, IReadOnlyList<DocumentMask> Masks, IReadOnlyList<DocumentObject> Objects, IReadOnlyDictionary<string, DocumentAnswer> Answers)
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
