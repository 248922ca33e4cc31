using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class PartialAnswersOnSqlite(SqliteApp app) : PartialAnswerTests(app), IClassFixture<SqliteApp>;

public sealed class PartialAnswersOnPostgreSql(PostgreSqlApp app) : PartialAnswerTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>WADO-RS of instances of which some cannot be decoded: an answer never looks whole when it is not.</summary>
public abstract class PartialAnswerTests(PirogovApp app) : OnBothEngines(app)
{
    private const string Octets = "multipart/related; type=\"application/octet-stream\"";
    private const string Files = "multipart/related; type=\"application/dicom\"";
    private const string Pictures = "multipart/related; type=\"image/jpeg\"";

    [SkippableFact]
    public async Task Frames_are_all_there_or_refused()
    {
        var (client, root) = await Sent("PA1", (701, 0, [1]));
        var instance = $"{root}/instances/{await Sop(client, root, 0)}";
        foreach (var (frames, expected) in new[] { ("1", HttpStatusCode.OK), ("1,3", HttpStatusCode.OK), ("1,2,3", HttpStatusCode.UnprocessableEntity), ("2", HttpStatusCode.UnprocessableEntity) })
        {
            using var answer = await Get(client, $"{instance}/frames/{frames}", Octets);
            Assert.True(answer.StatusCode == expected, $"{frames}: {answer.StatusCode}");
            Assert.Equal(expected == HttpStatusCode.OK ? frames.Split(',').Length : 0, await Parts(answer));
            Assert.Equal(expected == HttpStatusCode.OK, answer.Headers.ETag is not null);
        }

        // As stored nothing has to be decoded.
        Assert.Equal(3, await Parts(await Get(client, $"{instance}/frames/1,2,3", Octets + "; transfer-syntax=*")));
    }

    [SkippableFact]
    public async Task What_is_left_out_of_a_series_is_told_by_the_status_and_a_warning()
    {
        var (client, root) = await Sent("PA2", (702, 0, []), (702, 1, [0, 1, 2]), (702, 2, []));
        // The second time it is known what cannot be read.
        for (var round = 0; round < 2; round++)
        {
            foreach (var (path, accept, parts) in new[] { (root, Files, 2), (root[..root.IndexOf("/series", StringComparison.Ordinal)], Files, 2), (root + "/rendered", Pictures, 6), (root + "/bulkdata", Octets, 6), (root + "/pixeldata", Octets, 6) })
            {
                using var answer = await Get(client, path, accept);
                Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
                Assert.Contains("left out", Assert.Single(answer.Headers.GetValues("Warning")), StringComparison.Ordinal);
                Assert.Equal(parts, await Parts(answer));
                Assert.Null(answer.Headers.ETag);
                Assert.True(answer.Headers.CacheControl!.NoStore);
            }
        }

        using var whole = await Get(client, root, Files + "; transfer-syntax=*");
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.Equal(3, await Parts(whole));
        var lost = await Sop(client, root, 1);
        foreach (var (path, accept) in new[] { ("", "application/dicom"), ("", Files), ("/pixeldata", Octets), ("/rendered", "image/jpeg"), ("/frames/1/rendered", "image/jpeg") })
        {
            using var refused = await Get(client, $"{root}/instances/{lost}{path}", accept);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Null(refused.Headers.ETag);
        }
    }

    /// <summary>One series of instances of three frames in JPEG-LS, some of whose frames end early: what is in them can be followed, not decoded.</summary>
    private async Task<(HttpClient Client, string Root)> Sent(string code, params (int Study, int Number, int[] Damaged)[] instances)
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre(code));
        foreach (var (study, number, damaged) in instances)
        {
            var slice = SyntheticCt.Slice(study, number, 3 * number);
            var frame = slice.Find(DicomTags.PixelData)!.Bytes.ToArray();
            var native = DicomFile.Create(slice.Set(DicomTags.NumberOfFrames, 3).Set(DicomTags.PixelData, DicomVr.OW, (byte[])[.. frame, .. frame, .. frame]), DicomUids.ExplicitVRLittleEndian);
            var packed = DicomTranscoder.To(native, DicomUids.JPEGLSLossless);
            var fragments = ((DicomEncapsulatedPixelData)packed.Dataset.Find(DicomTags.PixelData)!).Fragments.Select(f => f.ToArray()).ToArray();
            foreach (var i in damaged)
                fragments[i] = EndingEarly(fragments[i]);
            packed.Dataset.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, fragments.Select(f => (ReadOnlyMemory<byte>)f)));
            Assert.Equal("accepted", (string?)(await client.SendFile(batch, $"{number}.dcm", DicomWriter.ToBytes(packed)))["outcome"]);
        }

        await App.Close(client, batch);
        var found = JsonNode.Parse(await client.GetStringAsync("/dicomweb/series?limit=1000"))!.AsArray()
            .Last(s => (int)s!["00201209"]!["Value"]![0]! == instances.Length)!;
        return (client, $"/dicomweb/studies/{found["0020000D"]!["Value"]![0]}/series/{found["0020000E"]!["Value"]![0]}");
    }

    /// <summary>Two bytes of the scan and the end of the image (ITU-T T.87 C.1).</summary>
    private static byte[] EndingEarly(byte[] stream)
    {
        var scan = stream.AsSpan().IndexOf([(byte)0xFF, (byte)0xDA]) + 2;
        var data = scan + BinaryPrimitives.ReadUInt16BigEndian(stream.AsSpan(scan));
        return [.. stream.AsSpan(0, data + 2), 0xFF, 0xD9];
    }

    private static async Task<string> Sop(HttpClient client, string root, int place) =>
        (string)JsonNode.Parse(await client.GetStringAsync(root + "/instances"))![place]!["00080018"]!["Value"]![0]!;

    private static Task<HttpResponseMessage> Get(HttpClient client, string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return client.SendAsync(request);
    }

    /// <summary>Headers of parts; an answer of none has no boundary.</summary>
    private static async Task<int> Parts(HttpResponseMessage answer)
    {
        var boundary = answer.Content.Headers.ContentType!.Parameters.FirstOrDefault(p => p.Name == "boundary")?.Value;
        var text = Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync());
        return boundary is null ? 0 : text.Split("--" + boundary + "\r\n").Length - 1;
    }
}
