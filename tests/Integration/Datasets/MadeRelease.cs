using System.Buffers.Binary;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Datasets;

/// <summary>
/// A release of synthetic CT cases in memory: oblique slices whose instance numbers run against their positions, two
/// classes that may overlap, one question.
/// </summary>
internal sealed class MadeRelease : ICases, IReleases
{
    public const int Rows = 12, Columns = 16, Slices = 5;
    public const double RowSpacing = 0.8, ColumnSpacing = 0.6, SliceSpacing = 2.5;
    private static readonly ReleasedClass[] Classes =
        [new("liver", new("Печень", "Liver"), "#aa3300"), new("tumour", new("Опухоль", "Tumour"), "#00aa33")];
    private static readonly ReleasedQuestion[] Questions = [new("side", new("Сторона", "Side"), "choice", [new("left", new("Левая", "Left")), new("right", new("Правая", "Right"))])];

    private readonly Dictionary<ReleaseId, ReleaseSummary> summaries = [];
    private readonly Dictionary<CaseId, (CaseSummary Summary, CaseFile[] Files, ReleasedLabels Labels)> made = [];

    public CaseFile[] FilesOf(CaseId id) => made[id].Files;

    public ReleasedLabels LabelsOf(CaseId id) => made[id].Labels;

    /// <summary>Case n belongs to patient n / 2 when <paramref name="twoCasesAPatient"/>, else to its own; every release has patients of its own.</summary>
    public async Task<ReleaseId> Make(PirogovApp app, int cases, bool twoCasesAPatient = false, bool overlap = false)
    {
        var among = $"{summaries.Count}-";
        var ids = new List<CaseId>();
        for (var n = 0; n < cases; n++)
            ids.Add(await app.InScope(s => MakeCase(s.GetRequiredService<ObjectStore>(), n, twoCasesAPatient ? n / 2 : n, among, overlap)));
        var release = EntityId.New<ReleaseId>();
        summaries[release] = new(release, "Печень на КТ", 1, DateTimeOffset.UnixEpoch, null, "liver", new string('a', 64), Classes, Questions, ids,
            new Dictionary<string, double?> { ["dice"] = 0.91 });
        return release;
    }

    private async Task<CaseId> MakeCase(ObjectStore store, int number, int patient, string among, bool overlap)
    {
        var (study, series) = (DicomUid.FromGuid(Guid.CreateVersion7()), DicomUid.FromGuid(Guid.CreateVersion7()));
        var (files, masks) = (new List<CaseFile>(), new List<ReleasedMask>());
        for (var k = 0; k < Slices; k++)
        {
            var (sop, instance) = (DicomUid.FromGuid(Guid.CreateVersion7()), Slices - k);
            var bytes = DicomWriter.ToBytes(DicomFile.Create(Slice(study, series, sop, k, instance, number, among + patient), DicomUids.ExplicitVRLittleEndian));
            var stored = await store.Put(bytes, default);
            files.Add(new(study, series, sop, instance, 1, Rows, Columns, stored.Md5, stored.Sha256, stored.Size));
            if (k is 1 or 2)
                masks.Add(await Mask(store, "liver", sop, (r, c) => r is >= 2 and < 6 && c >= 3 && c < 9 + number % 3));
            if (k == 2 && number % 2 == 0)
                masks.Add(await Mask(store, "tumour", sop, (r, c) => r >= (overlap ? 5 : 8) && r < 10 && c is >= 4 and < 8));
        }

        var id = EntityId.New<CaseId>();
        var document = await store.Put("{}"u8.ToArray(), default);
        made[id] = (new(id, $"SECRET-{number:000000}", DataKind.Radiology, new(Guid.Empty), new(Guid.Empty), $"pseudonym-{among}{patient}", new string('c', 64),
                patient % 2 == 0 ? "F" : "M", $"0{40 + patient}Y", "", DateTimeOffset.UnixEpoch, [new(study, series, "CT", "", Slices, null, Rows, Columns)]),
            [.. files], new(id, document.Md5, document.Sha256, document.Size, masks, new Dictionary<string, string?> { ["side"] = number % 2 == 0 ? "left" : "right" }));
        return id;
    }

    /// <summary>The stored value of voxel (column i, row j, slice k).</summary>
    public static short Stored(int i, int j, int k, int number) => (short)(i + 20 * j + 300 * k + 1000 + number);

    private static DicomDataset Slice(string study, string series, string sop, int k, int instance, int number, string patient)
    {
        var pixels = new byte[Rows * Columns * 2];
        for (var j = 0; j < Rows; j++)
        {
            for (var i = 0; i < Columns; i++)
                BinaryPrimitives.WriteInt16LittleEndian(pixels.AsSpan(2 * (j * Columns + i)), Stored(i, j, k, number));
        }

        return new DicomDataset()
            .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, sop)
            .Set(DicomTags.StudyInstanceUid, study).Set(DicomTags.SeriesInstanceUid, series).Set(DicomTags.Modality, "CT")
            .Set(DicomTags.Manufacturer, "Maker").Set(DicomTags.ManufacturerModelName, number % 2 == 0 ? "One" : "Two")
            .Set(DicomTags.PatientID, $"pseudonym-{patient}").Set(DicomTags.SliceThickness, 2.5).Set(DicomTags.InstanceNumber, instance)
            .Set(DicomTags.DeidentificationMethod, "Basic Profile")
            .Set(DicomTags.ImageOrientationPatient, 1.0, 0, 0, 0, 0.8, -0.6)
            .Set(DicomTags.ImagePositionPatient, -20.0, -30.0 + 0.6 * SliceSpacing * k, 100.0 + 0.8 * SliceSpacing * k)
            .Set(DicomTags.PixelSpacing, RowSpacing, ColumnSpacing)
            .Set(DicomTags.Rows, Rows).Set(DicomTags.Columns, Columns).Set(DicomTags.SamplesPerPixel, 1)
            .Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 16).Set(DicomTags.HighBit, 15)
            .Set(DicomTags.PixelRepresentation, 1).Set(DicomTags.RescaleIntercept, -1024.0).Set(DicomTags.RescaleSlope, 1.0)
            .Set(DicomTags.PixelData, DicomVr.OW, pixels);
    }

    private static async Task<ReleasedMask> Mask(ObjectStore store, string label, string sop, Func<int, int, bool> inside)
    {
        var bits = new bool[Rows * Columns];
        for (var n = 0; n < bits.Length; n++)
            bits[n] = inside(n / Columns, n % Columns);
        var stored = await store.Put(RunLengthMask.FromBits(bits, Rows, Columns).Encode(), default);
        return new(label, sop, 1, Rows, Columns, stored.Md5, stored.Sha256, stored.Size);
    }

    Task<CaseSummary?> ICases.Find(CaseId id, CancellationToken cancellation) => Task.FromResult(made.TryGetValue(id, out var one) ? one.Summary : null);

    Task<IReadOnlyList<CaseSummary>> ICases.Find(IReadOnlyCollection<CaseId> ids, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<CaseSummary>>([.. ids.Where(made.ContainsKey).Select(id => made[id].Summary)]);

    Task<Page<CaseSummary>> ICases.Search(CaseQuery query, int page, int size, CancellationToken cancellation) =>
        Task.FromResult(new Page<CaseSummary>([.. made.Values.Select(m => m.Summary)], 1, made.Count, made.Count));

    Task<IReadOnlyList<CaseFile>> ICases.Files(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseFile>>(made[id].Files);

    Task<IReadOnlyList<CaseText>> ICases.Texts(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseText>>([]);

    Task<VolumeGeometry?> ICases.Geometry(CaseId id, string seriesInstanceUid, CancellationToken cancellation) => Task.FromResult<VolumeGeometry?>(null);

    Task<IReadOnlyList<DicomDataset>> ICases.Headers(CaseId id, string seriesInstanceUid, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DicomDataset>>([]);

    Task<IReadOnlyDictionary<string, CaseId>> ICases.CasesOf(IReadOnlyCollection<string> sopInstanceUids, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, CaseId>>(new Dictionary<string, CaseId>());

    Task<Page<ListedRelease>> IReleases.List(int page, int size, CancellationToken cancellation) => Task.FromResult(Page.Of(
        [.. summaries.Values.OrderByDescending(r => r.ReleasedAt).Select(r => new ListedRelease(r.Id, r.ProjectName, r.Number, r.ReleasedAt, r.ClinicalTaskId, r.Cases.Count, r.Classes))], page, size));

    Task<ReleaseSummary?> IReleases.Find(ReleaseId id, CancellationToken cancellation) => Task.FromResult(summaries.GetValueOrDefault(id));

    Task<ReleasedLabels?> IReleases.Labels(ReleaseId id, CaseId caseId, CancellationToken cancellation) => Task.FromResult<ReleasedLabels?>(made[caseId].Labels);
}
