using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.EndToEnd.Journey;

/// <summary>
/// A folder as a hospital would choose it in the intake: real CT series of several patients where the shared data are
/// beside the repository, phantoms elsewhere. The first series is the longest one.
/// </summary>
internal sealed class IncomingFolder : IDisposable
{
    /// <summary>Blank in the published files; filled as a modality would.</summary>
    private const string CompletedStudy = "2.25.118059213049958220314774410839125560001";
    private const string CompletedSeries = "2.25.118059213049958220314774410839125560002";

    private static readonly string[][] Real =
    [
        ["data", "radiology", "totalsegmentator", "example_ct_dicom"],
        ["data", "radiology", "dcmqi", "segmentations", "ct-3slice"],
        ["data", "radiology", "dicom2nifti", "failing", "gantrytilting", "001"],
        ["data", "radiology", "dicom2nifti", "failing", "sliceincrement", "001"],
    ];

    private static readonly DicomTag[] Identifying =
    [
        DicomTags.PatientName, DicomTags.PatientID, DicomTags.PatientBirthDate, DicomTags.OtherPatientIDs, DicomTags.PatientAddress,
        DicomTags.AccessionNumber, DicomTags.InstitutionName, DicomTags.InstitutionAddress, DicomTags.ReferringPhysicianName,
        DicomTags.OperatorsName, DicomTags.PerformingPhysicianName, DicomTags.PhysiciansOfRecord, DicomTags.RequestingPhysician,
        DicomTags.StudyInstanceUid, DicomTags.SeriesInstanceUid, DicomTags.SopInstanceUid, DicomTags.FrameOfReferenceUid,
    ];

    private readonly List<IReadOnlyList<string>> series = [];

    private IncomingFolder(bool isReal) => IsReal = isReal;

    public bool IsReal { get; }

    public string Path { get; } = Directory.CreateTempSubdirectory("incoming-").FullName;

    /// <summary>The files of each series; one study and one case each.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Series => series;

    public int Files => series.Sum(s => s.Count);

    public static IncomingFolder Make()
    {
        var sources = Real.Select(parts => SharedData.Folder(parts)).ToArray();
        var folder = new IncomingFolder(sources.All(s => s is not null));
        if (folder.IsReal)
        {
            foreach (var source in sources)
                folder.Add([.. Directory.EnumerateFiles(source!).Order(StringComparer.Ordinal).Where(IsDicom).Select(p => DicomReader.ReadFile(p))]);
        }
        else
        {
            foreach (var (seed, slices) in new[] { (501, 20), (502, 4), (503, 4), (504, 4) })
                folder.Add(PhantomCt.Generate(new PhantomOptions(seed, 256, slices)).Files);
        }

        return folder;
    }

    /// <summary>What was in the headers of the originals and must be nowhere afterwards.</summary>
    public IReadOnlyList<string> Secrets()
    {
        var values = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in series.SelectMany(s => s))
        {
            var file = DicomReader.ReadFile(path, new DicomReaderOptions { StopBeforePixelData = true });
            values.UnionWith(Identifying.SelectMany(t => file.Dataset.GetStrings(t)).Append(file.SopInstanceUid ?? "").SelectMany(v => v.Split('\n')).Select(v => v.Trim()));
        }

        return [.. values.Where(v => v.Length >= 4)];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Add(IReadOnlyList<DicomFile> files)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, $"series-{series.Count + 1}")).FullName;
        var written = new List<string>();
        foreach (var file in files)
        {
            if (file.Dataset.GetString(DicomTags.StudyInstanceUid) is null)
                Complete(file.Dataset);
            written.Add(System.IO.Path.Combine(folder, $"{written.Count + 1:D4}.dcm"));
            DicomWriter.WriteFile(written[^1], file);
        }

        series.Add(written);
    }

    private static void Complete(DicomDataset dataset) => dataset
        .Set(DicomTags.StudyInstanceUid, CompletedStudy)
        .Set(DicomTags.SeriesInstanceUid, CompletedSeries)
        .Set(DicomTags.PatientName, "Journeyman^Completed")
        .Set(DicomTags.PatientID, "JOURNEY-0001")
        .Set(DicomTags.PatientBirthDate, "19370226")
        .Set(DicomTags.AccessionNumber, "ACC-JOURNEY-1");

    private static bool IsDicom(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[132];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan(128).SequenceEqual("DICM"u8);
    }
}
