using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Archive.DicomwebClient;

namespace Pirogov.Integration.Archive;

/// <summary>Frames of every compression leave as they are stored or decoded, as the caller takes them (PS3.18 8.7.3.5).</summary>
public sealed class TranscodedFramesTests(SqliteApp app) : IClassFixture<SqliteApp>
{
    private const string HighThroughput = "../pydicom-data/HTJ2KLossless_08_RGB.dcm";
    private const string Octets = "multipart/related; type=\"application/octet-stream\"";

    /// <param name="twin">
    /// The image before it was compressed without loss, as its publishers give it. Where there is none the file decoded alone, which the unit tests hold
    /// against DCMTK and GDCM.
    /// </param>
    [SkippableTheory]
    [InlineData(DicomUids.JPEGBaseline8Bit, "CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm", null)]
    [InlineData(DicomUids.JPEGExtended12Bit, "CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm", null)]
    [InlineData(DicomUids.JPEGLossless, "CTImage.dcm_JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57.dcm", "CTImage.dcm")]
    [InlineData(DicomUids.JPEGLosslessSV1, "CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm", "CTImage.dcm")]
    [InlineData(DicomUids.JPEGLSLossless, "CTImage.dcm_JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm", "CTImage.dcm")]
    [InlineData(DicomUids.JPEGLSNearLossless, "CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm", null)]
    [InlineData(DicomUids.JPEG2000Lossless, "CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm", "CTImage.dcm")]
    [InlineData(DicomUids.JPEG2000, "CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm", null)]
    [InlineData(DicomUids.RLELossless, "CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm", "CTImage.dcm")]
    [InlineData(DicomUids.JPEG2000Lossless, "../pydicom-data/US1_J2KR.dcm", "../pydicom-data/US1_UNCR.dcm")]
    [InlineData(DicomUids.JPEG2000Lossless, "../pydicom-data/MR2_J2KR.dcm", "../pydicom-data/MR2_UNCR.dcm")]
    [InlineData(DicomUids.JPEGBaseline8Bit, "../pydicom/test_files/SC_rgb_dcmtk_+eb+cr.dcm", "../pydicom-data/SC_rgb_dcmtk_ebcr_dcmd.dcm")]
    [InlineData(DicomUids.HTJ2KLossless, "../pydicom-data/HTJ2KLossless_08_RGB.dcm", null)]
    [InlineData(DicomUids.HTJ2KLosslessRPCL, HighThroughput, HighThroughput)]
    [InlineData(DicomUids.HTJ2K, "../pydicom-data/HTJ2K_08_RGB.dcm", null)]
    public async Task Compressed_frames_go_as_stored_to_who_takes_them_and_native_to_others(string syntax, string path, string? twin)
    {
        var folder = SharedData.Folder("data", "radiology", "cornerstone3d");
        Skip.If(folder is null, "shared/data/radiology/cornerstone3d is absent.");
        var original = DicomReader.ReadFile(Path.Combine(folder!, path));
        if (syntax == DicomUids.HTJ2KLosslessRPCL)
            original = Rpcl(original);
        Assert.Equal(syntax, original.TransferSyntax.Uid);
        var expected = Hash(DicomImage.Open(twin is null ? original : DicomReader.ReadFile(Path.Combine(folder!, twin))).Decode(0).Samples);
        var client = await app.As(Role.DataEngineer);
        var frame = await Kept(client, original.Dataset, syntax, path) + "/frames/1";

        var stored = Assert.Single(await Parts(await Get(client, frame, AnySyntax)));
        Assert.Contains($"transfer-syntax={syntax}", stored.Headers, StringComparison.Ordinal);
        Assert.Equal(expected, Hash(PixelDecoder.Decode(syntax, DicomImage.Open(original).Description, stored.Body).Samples));
        if (syntax is DicomUids.HTJ2KLossless or DicomUids.HTJ2KLosslessRPCL or DicomUids.HTJ2K)
        {
            var named = Assert.Single(await Parts(await Get(client, frame, "multipart/related; type=\"image/jphc\"; transfer-syntax=" + syntax)));
            Assert.Contains("image/jphc", named.Headers, StringComparison.Ordinal);
            Assert.Equal(stored.Body, named.Body);
        }

        var native = Assert.Single(await Parts(await Get(client, frame, Octets)));
        Assert.Equal(expected, Hash(native.Body));
        var whole = DicomReader.Read(Assert.Single(await Parts(await Get(client, frame[..^9], "multipart/related; type=\"application/dicom\""))).Body);
        Assert.Equal(DicomUids.ExplicitVRLittleEndian, whole.TransferSyntax.Uid);
        Assert.Equal(expected, Hash(DicomImage.Open(whole).Decode(0).Samples));
        Assert.Equal(native.Body, whole.Dataset.Find(DicomTags.PixelData)!.Bytes.ToArray()[..native.Body.Length]);
    }

    /// <summary>Sends an image under UIDs of its own, as the published ones share theirs, and lets it pass if it waits for a look.</summary>
    /// <returns>The instance's address.</returns>
    private async Task<string> Kept(HttpClient client, DicomDataset dataset, string syntax, string path)
    {
        var uid = $"2.25.{Convert.ToUInt32(Hash(System.Text.Encoding.UTF8.GetBytes(path + syntax))[..8], 16)}";
        dataset.Set(DicomTags.StudyInstanceUid, uid).Set(DicomTags.SeriesInstanceUid, uid + ".1").Set(DicomTags.SopInstanceUid, uid + ".2");
        if (dataset.GetString(DicomTags.SopClassUid) is null)
            dataset.Set(DicomTags.SopClassUid, DicomUids.SecondaryCaptureImageStorage);
        var batch = await client.OpenBatch(await app.Centre("TF1"), path);
        var sent = await client.SendFile(batch, "IM1", SyntheticCt.File(dataset, syntax));
        Assert.True((string?)sent["outcome"] is "accepted" or "quarantined", sent.ToJsonString());
        foreach (var item in (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/review"))!["items"]!.AsArray())
        {
            await client.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{item!["id"]}/image?frame=1&last={item["frames"]}");
            var passed = await client.PostAsJsonAsync($"/api/v1/batches/{batch}/review/{item["id"]}", new { decision = "accepted" });
            Assert.True(passed.IsSuccessStatusCode, await passed.Content.ReadAsStringAsync());
        }

        await app.Close(client, batch);
        var id = (string)(await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}"))!["items"]![0]!["id"]!;
        var series = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{id}/viewer"))!["series"]![0]!;
        var root = $"/dicomweb/studies/{series["studyInstanceUid"]}/series/{series["seriesInstanceUid"]}/instances";
        var instance = Assert.Single(await Json(client, root))!;
        Assert.Equal(syntax, (string?)instance["00083002"]!["Value"]![0]);
        return $"{root}/{instance["00080018"]!["Value"]![0]}";
    }

    /// <summary>The published codestream goes by resolutions first (RPCL: 2 as progression order in COD, ITU-T T.800 A.6.1) and may be declared as what it is.</summary>
    private static DicomFile Rpcl(DicomFile file)
    {
        var stream = ((DicomEncapsulatedPixelData)file.Dataset.Find(DicomTags.PixelData)!).Fragments[0].Span;
        Assert.Equal(2, stream[stream.IndexOf((byte[])[0xFF, 0x52]) + 5]);
        return file.InTransferSyntax(DicomUids.HTJ2KLosslessRPCL);
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
