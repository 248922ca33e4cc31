using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.EndToEnd.Crash;
using Pirogov.Imaging;

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
        var studies = new[] { 30_001, 30_002 }.Select(seed => PhantomCt.Generate(new PhantomOptions(seed, 64, Slices)).Files).ToArray();
        var (orthanc, ours) = await Exchanged(studies);
        await using var closing = orthanc;
        var sent = studies.SelectMany(s => s).ToDictionary(IncomingStudies.PixelsOf);
        foreach (var study in ours)
        {
            var found = Assert.Single(await orthanc.Search("/studies", new() { ["StudyInstanceUID"] = study }))!;
            Assert.Contains(study, found.ToJsonString(), StringComparison.Ordinal);
            Assert.Equal(Slices, (await orthanc.Search($"/studies/{study}/instances", [])).Count);
            var files = await orthanc.Retrieve(study);
            Assert.Equal(Slices, files.Count);
            Assert.All(files.Select(f => DicomReader.Read(f)), file => IsTwinOf(sent[IncomingStudies.PixelsOf(file)], file));
        }
    }

    [SkippableFact]
    public async Task Compressed_coloured_and_multi_frame_images_come_back_from_Orthanc_with_the_same_pixels_in_every_frame()
    {
        Skip.IfNot(Orthanc.IsPresent, "Orthanc is not installed (packages.txt, section test: orthanc, orthanc-dicomweb).");
        var studies = new[] { 30_011, 30_012 }.Select(Kinds).ToArray();
        var (orthanc, ours) = await Exchanged(studies);
        await using var closing = orthanc;
        var sent = studies.SelectMany(s => s).ToDictionary(FramesOf);
        foreach (var study in ours)
        {
            var files = (await orthanc.Retrieve(study)).Select(f => DicomReader.Read(f)).ToArray();
            Assert.Equal(studies[0].Length, files.Length);
            foreach (var file in files)
            {
                Assert.True(sent.TryGetValue(FramesOf(file), out var original), $"{file.SopClassUid}, {file.TransferSyntax.Uid}: no such frames were sent");
                foreach (var tag in Kept.Where(t => t != DicomTags.PixelData && t != DicomTags.PhotometricInterpretation && original!.Dataset.Contains(t)))
                    Assert.True(original!.Dataset.Find(tag)!.Bytes.Span.SequenceEqual(file.Dataset.Find(tag)!.Bytes.Span), $"{tag} differs");
            }

            Assert.Equal(files.Length, files.Select(FramesOf).Distinct().Count());
        }
    }

    /// <summary>A slice in each compressed syntax, a stack of slices in one file, and colour, native and compressed.</summary>
    private static DicomFile[] Kinds(int seed)
    {
        var slices = PhantomCt.Generate(new PhantomOptions(seed, 64, 8)).Files;
        var stack = slices[4].Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray().Concat(slices[5].Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray()).ToArray();
        slices[4].Dataset.Set(DicomTags.NumberOfFrames, 2).Set(DicomTags.PixelData, DicomVr.OW, stack);
        foreach (var slice in new[] { slices[6], slices[7] })
        {
            var gray = slice.Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray();
            byte[] colour = [.. Enumerable.Range(0, gray.Length / 2).SelectMany(i => (byte[])[gray[2 * i], gray[(2 * i) + 1], (byte)i])];
            slice.Dataset.Set(DicomTags.SopClassUid, DicomUids.EnhancedMRColorImageStorage).Set(DicomTags.SamplesPerPixel, 3).Set(DicomTags.PhotometricInterpretation, "RGB")
                .Set(DicomTags.PlanarConfiguration, 0).Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(DicomTags.PixelRepresentation, 0)
                .Set(DicomTags.PixelData, DicomVr.OB, colour);
        }

        string[] syntaxes =
        [
            DicomUids.JPEGLSLossless, DicomUids.RLELossless, DicomUids.JPEG2000Lossless, DicomUids.ExplicitVRLittleEndian, DicomUids.RLELossless, DicomUids.ExplicitVRLittleEndian,
            DicomUids.JPEGLSLossless,
        ];
        return [.. new[] { 0, 1, 2, 3, 4, 6, 7 }.Select((slice, i) => DicomTranscoder.To(DicomFile.Create(slices[slice].Dataset, DicomUids.ExplicitVRLittleEndian), syntaxes[i]))];
    }

    private static string FramesOf(DicomFile file)
    {
        var image = DicomImage.Open(file);
        return Convert.ToHexStringLower(SHA256.HashData([.. Enumerable.Range(0, image.Frames).SelectMany(i => image.Decode(i).Interleaved().Samples)]));
    }

    /// <summary>The first study goes by C-STORE, the second by STOW-RS; UIDs of both in the archive.</summary>
    private async Task<(Orthanc Orthanc, string[] Studies)> Exchanged(IReadOnlyList<IReadOnlyList<DicomFile>> studies)
    {
        var engineer = await demo.As("engineer");
        var before = await OpenBatches(engineer);
        var orthanc = await Orthanc.Start(demo.Process, demo.DimsePort, DemoPlatform.Device, engineer.Token, "DEMO1");
        await orthanc.StoreByDimse(await orthanc.Import(studies[0].Select(f => DicomWriter.ToBytes(f))));
        await orthanc.StoreByStow(await orthanc.Import(studies[1].Select(f => DicomWriter.ToBytes(f))));
        var batches = (await OpenBatches(engineer)).Except(before).ToArray();
        Assert.Equal(2, batches.Length);
        foreach (var batch in batches)
            await engineer.Job((await engineer.Post($"/api/v1/batches/{batch}/close"))["jobId"]!);
        var ours = await StoredBytes.Rows(demo.Process.DataFolder,
            $"SELECT DISTINCT \"StudyInstanceUid\" FROM archive_instance WHERE lower(\"BatchId\") IN ({string.Join(',', batches.Select(b => $"'{b}'"))})");
        Assert.Equal(2, ours.Count);
        return (orthanc, [.. ours.Select(r => r[0])]);
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
