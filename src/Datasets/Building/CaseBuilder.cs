using System.Globalization;
using Pirogov.Archive.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Datasets.Building;

internal sealed record BuiltCase(IReadOnlyList<DatasetFile> Files, string? LabelMd5, IReadOnlyDictionary<string, string?> Answers, CaseFacts Facts);

/// <summary>
/// Makes the files of one case: its de-identified instances as they are, the labelled series as one image volume, and
/// the labels on the same grid.
/// </summary>
internal sealed class CaseBuilder(ICases cases, IReleases releases, ObjectStore store, StoreFolders folders)
{
    public async Task<BuiltCase> Build(DatasetVersion version, VersionTargets targets, DatasetCase one, CancellationToken cancellation)
    {
        var summary = await cases.Find(one.CaseId, cancellation) ?? throw new JobRefusedException("datasets.job.case-is-gone");
        var labels = await releases.Labels(version.ReleaseId, one.CaseId, cancellation) ?? throw new JobRefusedException("datasets.job.labels-are-gone");
        var instances = await cases.Files(one.CaseId, cancellation);
        var files = new CaseFolder(version.Id, one.Name, one.Split);
        foreach (var (series, index) in BySeries(instances).Select((s, i) => (s, i)))
        {
            foreach (var (file, number) in SeriesGrid.Ordered(series).Select((f, n) => (f, n + 1)))
                files.Add(files.Open($"dicom/{index + 1:00}/{number:0000}.dcm"), file.Md5, file.Sha256, file.Size, Audience.Data);
        }

        if (await LabelledSeries(instances, labels, cancellation) is not { } grid)
        {
            if (targets.Classes.Count > 0)
                throw new JobRefusedException("datasets.job.series-is-no-grid");
            return new(files.All, null, labels.Answers, Facts(summary, instances, null, null, null));
        }

        var imageNote = await PutImage(grid, files, cancellation);
        var (volume, label) = targets.Classes.Count == 0 ? (null, null) : await PutLabels(grid, targets, labels, files, cancellation);
        return new(files.All, label?.Md5, labels.Answers, Facts(summary, instances, grid, volume, imageNote));
    }

    private static IEnumerable<IGrouping<string, CaseFile>> BySeries(IReadOnlyList<CaseFile> instances) =>
        instances.GroupBy(f => f.SeriesInstanceUid).OrderBy(s => s.Key, StringComparer.Ordinal);

    /// <summary>The series that carries the masks; where nothing was marked, the longest one that makes a volume.</summary>
    private async Task<SeriesGrid?> LabelledSeries(IReadOnlyList<CaseFile> instances, ReleasedLabels labels, CancellationToken cancellation)
    {
        var marked = labels.Masks.Select(m => m.SopInstanceUid).ToHashSet();
        var bySeries = BySeries(instances).ToArray();
        var carrying = bySeries.Where(s => s.Any(f => marked.Contains(f.SopInstanceUid))).ToArray();
        if (carrying.Length > 1)
            throw new JobRefusedException("datasets.job.labels-on-several-series");
        if (carrying.Length == 1)
            return await SeriesGrid.Read(carrying[0], store, cancellation) ?? throw new JobRefusedException("datasets.job.series-is-no-grid");
        SeriesGrid? stack = null;
        foreach (var series in bySeries.OrderByDescending(s => s.Sum(f => f.Frames)))
        {
            if (await SeriesGrid.Read(series, store, cancellation) is not { } grid)
                continue;
            if (grid.IsVolume)
                return grid;
            stack ??= grid;
        }

        return stack;
    }

    /// <returns>Why there is no image volume; null when there is one.</returns>
    private async Task<string?> PutImage(SeriesGrid grid, CaseFolder files, CancellationToken cancellation)
    {
        try
        {
            var image = await ImageVolume.Read(grid, store, cancellation);
            var stored = await PutNifti(image, cancellation);
            files.Add(files.Open("image.nii.gz"), stored, Audience.Data);
            return null;
        }
        catch (ImagingException refused) when (refused.Fault is not ImagingFault.CodecMissing)
        {
            return refused.Fault.ToString();
        }
    }

    private async Task<(LabelVolume Volume, StoredObject Stored)> PutLabels(
        SeriesGrid grid, VersionTargets targets, ReleasedLabels labels, CaseFolder files, CancellationToken cancellation)
    {
        var volume = await LabelVolume.Read(grid, [.. targets.Classes.Select(c => c.Id)], labels.Masks, store, cancellation);
        var stored = await PutNifti(NiftiImage.FromMask(volume.Labels, grid.Ras), cancellation);
        files.AddTruth("labels.nii.gz", stored);
        for (var i = 0; i < volume.Apart.Count; i++)
            files.AddTruth($"labels-class-{i + 1}.nii.gz", await PutNifti(NiftiImage.FromMask(volume.Apart[i], grid.Ras), cancellation));
        return (volume, stored);
    }

    private async Task<StoredObject> PutNifti(NiftiImage image, CancellationToken cancellation)
    {
        var path = Path.Combine(folders.Incoming, Guid.CreateVersion7().ToString("N"));
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 17, FileOptions.DeleteOnClose);
        NiftiWriter.Write(file, image, gzip: true);
        file.Position = 0;
        return await store.Put(file, cancellation);
    }

    private static CaseFacts Facts(CaseSummary summary, IReadOnlyList<CaseFile> instances, SeriesGrid? grid, LabelVolume? labels, string? imageNote)
    {
        var header = grid?.Header;
        var millilitres = grid is null ? 0 : grid.Grid.VoxelVolume / 1000;
        return new(summary.PatientSex, summary.PatientAge,
            header?.GetString(DicomTags.Modality) ?? (summary.Series is [var first, ..] ? first.Modality : null),
            header?.GetString(DicomTags.Manufacturer), header?.GetString(DicomTags.ManufacturerModelName), header?.GetString(DicomTags.DeidentificationMethod),
            header?.GetDouble(DicomTags.SliceThickness),
            grid is null ? [] : [grid.Grid.Columns, grid.Grid.Rows, grid.Grid.Slices],
            grid is null ? [] : [grid.Grid.ColumnSpacing, grid.Grid.RowSpacing, grid.Grid.SliceSpacing],
            labels is null ? [] : [.. labels.Voxels.Select(v => v * millilitres)],
            labels?.Overlapping ?? 0, instances.Count, imageNote);
    }
}

/// <summary>
/// Where the files of a case lie. Both tests share one public folder, so that nobody sees which of them a case is in;
/// only the hidden files tell.
/// </summary>
internal sealed class CaseFolder(DatasetVersionId version, string name, Split split)
{
    private readonly List<DatasetFile> files = [];

    public IReadOnlyList<DatasetFile> All => files;

    public string Open(string inside) => $"{(split is Split.Train ? "train" : "test")}/{name}/{inside}";

    public static string HiddenFolder(Split split) => split is Split.PublicTest ? "hidden/public-test" : "hidden/hidden-test";

    public void Add(string path, string md5, string sha256, long size, Audience audience) =>
        files.Add(new(version, path, md5, sha256, size, audience));

    public void Add(string path, StoredObject stored, Audience audience) => Add(path, stored.Md5, stored.Sha256, stored.Size, audience);

    public void AddTruth(string inside, StoredObject stored)
    {
        if (split is Split.Train)
            Add(Open(inside), stored, Audience.Data);
        else
            Add(string.Create(CultureInfo.InvariantCulture, $"{HiddenFolder(split)}/{name}/{inside}"), stored, Audience.Hidden);
    }
}
