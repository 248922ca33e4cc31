using CsCheck;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Unit.Labelling.Formats;

/// <summary>Cases whose series have places in the patient: an invented tilted one, and real ones.</summary>
internal static class VolumeRoom
{
    public const string Series = "1.2.840.99.1";
    public const int Rows = 11;
    public const int Columns = 9;
    public const int Slices = 5;

    public static SchemaContent Schema { get; } = new(
    [
        new("liver", new("Печень", "Liver"), "#d55e00", ["mask"], Codes: [new("SCT", "10200004", "Liver"), new("RADLEX", "RID58", "liver")]),
        new("tumour", new("Опухоль", "Tumour"), "#009e73", ["mask"], Codes: [new("I10", "C22.0", "Печеночноклеточный рак")]),
        new("a_class_with_a_name_longer_than_a_code", new("Прочее", "Other"), "#0072b2", ["mask"]),
    ], []);

    public static FormatCase Tilted { get; } = Of([.. Enumerable.Range(0, Slices).Select(n => Header($"{Series}.{n + 1}", Series, n, 0))]);

    public static DicomDataset Header(string uid, string series, int slice, double shift) => new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192")
        .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, uid).Set(DicomTags.SeriesInstanceUid, series).Set(DicomTags.StudyInstanceUid, "1.2.840.99")
        .Set(DicomTags.FrameOfReferenceUid, "1.2.840.99.7").Set(DicomTags.PatientID, "PSEUDO").Set(DicomTags.PatientName, "Псевдоним").Set(DicomTags.SeriesNumber, 3)
        .Set(DicomTags.Rows, Rows).Set(DicomTags.Columns, Columns).Set(DicomTags.InstanceNumber, Slices - slice).Set(DicomTags.SliceThickness, 2.0).Set(DicomTags.PixelSpacing, 0.7, 0.9)
        .Set(DicomTags.ImageOrientationPatient, 0.6, 0.8, 0, -0.8, 0.6, 0).Set(DicomTags.ImagePositionPatient, shift - 40.5, 12.25, 100 - slice * 2.5);

    /// <param name="headers">In the order of their numbers.</param>
    public static FormatCase Of(IReadOnlyList<DicomDataset> headers, SchemaContent? schema = null) => new("C-2", EntityId.New<SchemaVersionId>(), schema ?? Schema,
        [.. headers.Select((h, n) => new CaseFile(h.GetString(DicomTags.StudyInstanceUid)!, h.GetString(DicomTags.SeriesInstanceUid)!, h.GetString(DicomTags.SopInstanceUid)!, n + 1,
            Math.Max(1, h.GetInt(DicomTags.NumberOfFrames) ?? 1), h.GetInt(DicomTags.Rows)!.Value, h.GetInt(DicomTags.Columns)!.Value, "", "", 1))], [])
    {
        Series = [.. headers.GroupBy(h => h.GetString(DicomTags.SeriesInstanceUid)!).Select(g => new CaseSeries(g.Key, [.. g]))],
        At = new(2026, 11, 30, 9, 0, 0, TimeSpan.Zero),
    };

    /// <summary>Some of the real files leave their identifiers to the meta header.</summary>
    public static FormatCase Folder(SchemaContent schema, string path) => Of([.. Directory.EnumerateFiles(path).Select(f => DicomReader.ReadFile(f, new() { StopBeforePixelData = true }))
        .Select(f => f.Dataset.Set(DicomTags.SopInstanceUid, f.SopInstanceUid!).Set(DicomTags.SopClassUid, f.SopClassUid!).Set(DicomTags.SeriesInstanceUid, f.Dataset.GetString(DicomTags.SeriesInstanceUid) ?? Series)
            .Set(DicomTags.StudyInstanceUid, f.Dataset.GetString(DicomTags.StudyInstanceUid) ?? "1.2.840.99")).OrderBy(d => d.GetInt(DicomTags.InstanceNumber))], schema);

    /// <summary>Masks of every class on any of the slices, overlapping as they come.</summary>
    public static readonly Gen<LabelDocument> Document =
        from drawn in Gen.Select(Gen.Int[0, 2], Gen.Int[1, Slices], Gen.Bool.Array[Rows * Columns]).Array[0, 8]
        let masks = drawn.Select(d => (Class: Schema.Classes[d.Item1].Id, Slice: d.Item2, Mask: RunLengthMask.FromBits(d.Item3, Rows, Columns)))
            .Where(d => !d.Mask.IsEmpty).DistinctBy(d => (d.Class, d.Slice))
        select Labels([.. masks.Select(m => FormatRoom.MaskOf(m.Class, $"{Series}.{m.Slice}", 1, m.Mask))]);

    public static LabelDocument Labels(params DocumentMask[] masks) => new(Tilted.SchemaVersion.ToString(), masks, [], new Dictionary<string, DocumentAnswer>());

    public static IEnumerable<string> Said(LabelDocument document) => document.Masks.Select(m => $"{m.Class} {m.SopInstanceUid}#{m.Frame} {m.Rows}×{m.Columns} {m.Runs}").Order(StringComparer.Ordinal);
}
