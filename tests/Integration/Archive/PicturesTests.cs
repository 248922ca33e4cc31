using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using static Pirogov.Integration.Archive.DicomwebClient;

namespace Pirogov.Integration.Archive;

/// <summary>Pictures of a study one of whose instances has frames that differ (PS3.18 10.4.1.1.3 and .4).</summary>
public sealed class PicturesTests(SqliteApp app) : IClassFixture<SqliteApp>
{
    private const int Side = 64;

    [Fact]
    public async Task A_study_is_rendered_frame_by_frame_and_each_frame_alone_is_the_same_picture()
    {
        var (client, study, loop) = await Sent("PC1", 361);
        var all = await Parts(await Get(client, study + "/rendered", "multipart/related; type=\"image/jpeg\""));
        Assert.Equal(4, all.Count);
        for (var frame = 1; frame <= 3; frame++)
        {
            var alone = await Picture(client, $"{loop}/frames/{frame}/rendered");
            Assert.Equal(frame, FrameOf(alone));
            Assert.Equal(alone, all[frame].Body);
        }

        foreach (var absent in new[] { "rendered", "thumbnail" })
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{loop}/frames/4/{absent}")).StatusCode);
    }

    [Fact]
    public async Task A_thumbnail_is_of_the_frame_that_is_asked_for()
    {
        var (client, _, loop) = await Sent("PC2", 362);
        for (var frame = 1; frame <= 3; frame++)
            Assert.Equal(frame, FrameOf(await Picture(client, $"{loop}/frames/{frame}/thumbnail")));
    }

    /// <summary>One slice, and behind it an instance of three frames: a slope to the right, one to the left and one downwards.</summary>
    /// <returns>Addresses of the study and of the instance.</returns>
    private async Task<(HttpClient Client, string Study, string Loop)> Sent(string centre, int number)
    {
        var client = await app.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await app.Centre(centre));
        var loop = SyntheticCt.Slice(number, 1, 3).Set(DicomTags.NumberOfFrames, 3).Set(DicomTags.PixelData, DicomVr.OW, (byte[])
            [.. Slope((x, _) => x), .. Slope((x, _) => Side - 1 - x), .. Slope((_, y) => y)]);
        foreach (var dataset in new[] { SyntheticCt.Slice(number, 0, 0), loop })
            Assert.Equal("accepted", (string?)(await client.SendFile(batch, "IM.dcm", SyntheticCt.File(dataset)))["outcome"]);
        await app.Close(client, batch);
        var id = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}"))!["items"]![0]!["id"];
        var series = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{id}/viewer"))!["series"]![0]!;
        var study = $"/dicomweb/studies/{series["studyInstanceUid"]}";
        var found = (await Json(client, $"{study}/series/{series["seriesInstanceUid"]}/instances?InstanceNumber=2"))[0]!;
        return (client, study, $"{study}/series/{series["seriesInstanceUid"]}/instances/{found["00080018"]!["Value"]![0]}");
    }

    private static byte[] Slope(Func<int, int, int> height) =>
        [.. Enumerable.Range(0, Side * Side).SelectMany(i => BitConverter.GetBytes((short)(16 * height(i % Side, i / Side))))];

    private static async Task<byte[]> Picture(HttpClient client, string address)
    {
        var answer = await client.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/jpeg", answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>Which of the three frames is seen, by where it is light.</summary>
    private static int FrameOf(byte[] jpeg)
    {
        var description = new PixelDescription(Side, Side, 8, 8, 7, 0, 1, 0, "MONOCHROME2");
        var samples = PixelDecoder.Decode(DicomUids.JPEGBaseline8Bit, description, jpeg).Samples;
        const int near = 8;
        const int far = Side - near;
        var (start, right, down) = (samples[(near * Side) + near], samples[(near * Side) + far], samples[(far * Side) + near]);
        return right > start + 100 ? 1 : right < start - 100 ? 2 : down > start + 100 ? 3 : 0;
    }
}
