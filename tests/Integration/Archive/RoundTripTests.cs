using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>Real files of every kind come in and are read back by WADO-RS in their own transfer syntax with the same pixels.</summary>
public sealed class RoundTripTests(SqliteApp app) : IClassFixture<SqliteApp>
{
    private const int Folders = 40;
    private const long Largest = 4 << 20;

    [SkippableFact]
    public async Task Files_of_every_transfer_syntax_come_back_with_the_same_pixels_hash_by_hash()
    {
        var root = SharedData.Folder("data", "radiology");
        Skip.If(root is null, "shared/data/radiology is absent.");
        var client = await app.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await app.Centre("RT1"));
        var sent = new Dictionary<string, (string Path, string Syntax, string[] Frames)>();
        foreach (var path in Sampled(root!))
        {
            var bytes = await File.ReadAllBytesAsync(path);
            if (Hashes(bytes) is not { } known)
                continue;
            var answer = await client.SendFile(batch, Path.GetFileName(path), bytes);
            if ((string?)answer["outcome"] == "accepted")
                sent[(string)answer["sopInstanceUid"]!] = (path, known.Syntax, known.Frames);
        }

        // What waits for a reviewer stays outside.
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/batches/{batch}/close?withoutUnreviewed=true", null)).StatusCode);
        await app.Settle();
        Assert.True(sent.Count > 10, $"{sent.Count} files were taken.");
        Assert.True(sent.Values.Select(s => s.Syntax).Distinct().Count() > 3);
        foreach (var (sop, (path, syntax, frames)) in sent)
        {
            var found = JsonNode.Parse(await client.GetStringAsync("/dicomweb/instances?SOPInstanceUID=" + sop))![0]!;
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri((string)found["00081190"]!["Value"]![0]!).PathAndQuery);
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/dicom; transfer-syntax=*"));
            var back = await client.SendAsync(request);
            Assert.True(back.StatusCode == HttpStatusCode.OK, path);
            var (stored, again) = Hashes(await back.Content.ReadAsByteArrayAsync())!.Value;
            Assert.True(frames.SequenceEqual(again), path);
            Assert.True(!DicomTransferSyntax.Of(syntax).IsEncapsulated || syntax == stored, $"{path}: {syntax} became {stored}");
        }
    }

    /// <summary>A few folders' first files, evenly over all of them.</summary>
    private static IEnumerable<string> Sampled(string root)
    {
        var folders = Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => Directory.EnumerateFiles(f).Order(StringComparer.Ordinal).FirstOrDefault(p => new FileInfo(p).Length is > 132 and < Largest)).OfType<string>().ToArray();
        var step = Math.Max(1, folders.Length / Folders);
        return folders.Where((_, i) => i % step == 0);
    }

    /// <returns>Null for what is no image that can be decoded: it is not compared.</returns>
    private static (string Syntax, string[] Frames)? Hashes(byte[] bytes)
    {
        try
        {
            var file = DicomReader.Read(bytes);
            var image = DicomImage.Open(file);
            return (file.TransferSyntax.Uid, [.. Enumerable.Range(0, Math.Min(image.Frames, 3)).Select(f => Convert.ToHexStringLower(SHA256.HashData(image.Decode(f).Samples)))]);
        }
        catch (Exception unread) when (unread is DicomFormatException or ImagingException)
        {
            return null;
        }
    }
}
