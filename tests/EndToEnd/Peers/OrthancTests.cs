using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.EndToEnd.Crash;

namespace Pirogov.EndToEnd.Peers;

/// <summary>Orthanc sends to the platform by C-STORE and by STOW-RS, finds by QIDO-RS and reads back by WADO-RS.</summary>
[Collection(OnTheDemo.Name)]
public sealed class OrthancTests(DemoPlatform demo)
{
    private const int Slices = 6;

    /// <summary>What de-identification by the basic profile keeps of a CT image as it came.</summary>
    private static readonly DicomTag[] Kept =
    [
        DicomTags.SopClassUid, DicomTags.Modality, DicomTags.Manufacturer, DicomTags.BodyPartExamined, DicomTags.SliceThickness, DicomTags.SeriesNumber,
        DicomTags.InstanceNumber, DicomTags.ImagePositionPatient, DicomTags.ImageOrientationPatient, DicomTags.SamplesPerPixel, DicomTags.PhotometricInterpretation,
        DicomTags.Rows, DicomTags.Columns, DicomTags.PixelSpacing, DicomTags.BitsAllocated, DicomTags.BitsStored, DicomTags.HighBit, DicomTags.PixelRepresentation,
        DicomTags.WindowCenter, DicomTags.WindowWidth, DicomTags.RescaleIntercept, DicomTags.RescaleSlope, DicomTags.PixelData,
    ];

    [SkippableFact]
    public async Task What_Orthanc_sends_it_finds_and_reads_back_with_the_same_elements_and_pixels()
    {
        Skip.IfNot(Orthanc.IsPresent, "Orthanc is not installed (packages.txt, section test: orthanc, orthanc-dicomweb).");
        var engineer = await demo.As("engineer");
        var before = await OpenBatches(engineer);
        await using var orthanc = await Orthanc.Start(demo.Process, demo.DimsePort, DemoPlatform.Device, engineer.Token, "DEMO1");
        var studies = new[] { 30_001, 30_002 }.Select(seed => PhantomCt.Generate(new PhantomOptions(seed, 64, Slices)).Files).ToArray();
        await orthanc.StoreByDimse(await orthanc.Import(studies[0].Select(f => DicomWriter.ToBytes(f))));
        await orthanc.StoreByStow(await orthanc.Import(studies[1].Select(f => DicomWriter.ToBytes(f))));

        var batches = (await OpenBatches(engineer)).Except(before).ToArray();
        Assert.Equal(2, batches.Length);
        foreach (var batch in batches)
            await engineer.Job((await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!);
        var ours = await StoredBytes.Rows(demo.Process.DataFolder,
            $"SELECT DISTINCT \"StudyInstanceUid\" FROM archive_instance WHERE lower(\"BatchId\") IN ({string.Join(',', batches.Select(b => $"'{b}'"))})");
        Assert.Equal(2, ours.Count);
        var sent = studies.SelectMany(s => s).ToDictionary(IncomingStudies.PixelsOf);
        foreach (var study in ours.Select(r => r[0]))
        {
            var found = Assert.Single(await orthanc.Search("/studies", new() { ["StudyInstanceUID"] = study }))!;
            Assert.Contains(study, found.ToJsonString(), StringComparison.Ordinal);
            Assert.Equal(Slices, (await orthanc.Search($"/studies/{study}/instances", [])).Count);
            var files = await orthanc.Retrieve(study);
            Assert.Equal(Slices, files.Count);
            Assert.All(files.Select(f => DicomReader.Read(f)), file => IsTwinOf(sent[IncomingStudies.PixelsOf(file)], file));
        }
    }

    private static void IsTwinOf(DicomFile original, DicomFile twin)
    {
        Assert.Equal("YES", twin.Dataset.GetString(DicomTags.PatientIdentityRemoved));
        Assert.NotEqual(original.SopInstanceUid, twin.SopInstanceUid);
        Assert.NotEqual(original.Dataset.GetString(DicomTags.PatientID), twin.Dataset.GetString(DicomTags.PatientID));
        foreach (var tag in Kept.Where(t => original.Dataset.Contains(t)))
        {
            var (was, now) = (original.Dataset.Find(tag)!, twin.Dataset.Find(tag));
            Assert.True(now is not null && was.Vr == now.Vr && was.Bytes.Span.SequenceEqual(now.Bytes.Span), $"{tag} differs");
        }
    }

    private static async Task<string[]> OpenBatches(Api engineer) => [.. (await engineer.Items("/api/v1/batches?size=200"))
        .Where(b => (string)b["state"]! == "open").Select(b => (string)b["id"]!)];
}
