using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>DCMTK sends all shared files in their own syntaxes and moves their twins back: every image that was taken returns with the pixels with which it came.</summary>
public sealed class DimseFilesTests(DimseApp app) : IClassFixture<DimseApp>
{
    [SkippableFact]
    public async Task All_shared_files_that_are_taken_come_back_with_the_same_pixels()
    {
        Skip.IfNot(Dcmtk.IsPresent, Dcmtk.Absent);
        var root = SharedData.Folder("data", "radiology");
        Skip.If(root is null, "shared/data/radiology is absent.");
        await app.Centre("D1");
        var files = Directory.EnumerateFiles(root!, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Read).OfType<Sendable>().ToArray();
        var sent = new List<string>();
        foreach (var group in (await Apart(files)).GroupBy(f => f.Syntax).OrderBy(g => g.Key, StringComparer.Ordinal))
            sent.AddRange(await Send(group.Key, [.. group]));
        var rejected = await Review();

        var instances = await app.InDatabase(db => db.Set<Instance>().AsNoTracking().ToArrayAsync());
        var studies = instances.Select(i => i.StudyInstanceUid).Distinct().ToArray();
        var received = await Dcmtk.Received("PACS", app.DestinationPort, Folder("back"), () => Move(studies), "+xa");
        var back = received.Select(path => Pixels(DicomReader.ReadFile(path))).ToArray();
        Assert.Equal(sent.Count - rejected, instances.Length);
        Assert.All(back, pixels => Assert.True(sent.Remove(pixels), pixels));
        Assert.Equal(rejected, sent.Count);
        Assert.InRange(back.Length, 300, int.MaxValue);
        Assert.InRange(instances.Select(i => i.TransferSyntaxUid).Distinct().Count(), 12, int.MaxValue);
    }

    private const string Unread = " unread";

    private sealed record Sendable(string Path, string Syntax, string SopClass, string Uid, string Pixels);

    /// <returns>Null for what is no DICOM file or does not say what it is.</returns>
    private static Sendable? Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var head = new byte[132];
            if (stream.ReadAtLeast(head, 132, throwOnEndOfStream: false) < 132 || !head.AsSpan(128).SequenceEqual("DICM"u8))
                return null;
            var file = DicomReader.ReadFile(path);
            return file.SopClassUid is { } kind ? new(path, file.TransferSyntax.Uid, kind, file.SopInstanceUid ?? "", Pixels(file)) : null;
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    /// <summary>The kind of object, and a hash of its decoded frames where they can be decoded.</summary>
    private static string Pixels(DicomFile file)
    {
        if (!file.Dataset.Any(e => e.Tag.IsPixelData))
            return file.SopClassUid!;
        try
        {
            var image = DicomImage.Open(file);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var frame = 0; frame < image.Frames; frame++)
                hash.AppendData(image.Decode(frame).Samples);
            return $"{file.SopClassUid} {image.Frames} {Convert.ToHexStringLower(hash.GetHashAndReset())}";
        }
        catch (ImagingException)
        {
            return file.SopClassUid + Unread;
        }
    }

    /// <summary>Published files share UIDs: all but the first of each are sent as copies with a SOP Instance UID of their own.</summary>
    private async Task<Sendable[]> Apart(Sendable[] files)
    {
        var folder = Folder("apart");
        var known = new HashSet<string>();
        var apart = files.Select((f, i) => known.Add(f.Uid) ? f : f with { Path = Path.Combine(folder, $"{i}.dcm") }).ToArray();
        var copies = apart.Zip(files).Where(p => p.First != p.Second).ToArray();
        foreach (var (copy, file) in copies)
            File.Copy(file.Path, copy.Path);
        var renamed = await Dcmtk.Run("dcmodify", ["-nb", "-gin", .. copies.Select(c => c.First.Path)]);
        Assert.True(renamed.Code == 0, renamed.Told);
        return apart;
    }

    /// <summary>In one association that proposes this syntax alone. DCMTK 3.6.7 itself fails at HTJ2K and at deflated frames.</summary>
    /// <returns>The pixels of those that were taken.</returns>
    private async Task<IEnumerable<string>> Send(string syntax, Sendable[] files)
    {
        var profile = new StringBuilder($"[[TransferSyntaxes]]\n[Own]\nTransferSyntax1 = {syntax}\n[[PresentationContexts]]\n[All]\n");
        foreach (var (kind, i) in files.Select(f => f.SopClass).Distinct().Select((k, i) => (k, i)))
            profile.Append(CultureInfo.InvariantCulture, $"PresentationContext{i + 1} = {kind}\\Own\n");
        profile.Append("[[Profiles]]\n[Default]\nPresentationContexts = All\n");
        var path = Path.Combine(app.DataFolder, "storescu.cfg");
        await File.WriteAllTextAsync(path, profile.ToString());
        var (_, told) = await Dcmtk.Run("storescu", ["-v", "-nh", "-aet", "PACS", "-aec", "PIROGOV", "-xf", path, "Default", "127.0.0.1", Port, .. files.Select(f => f.Path)]);
        var taken = new List<string>();
        var current = "";
        foreach (var line in told.Split('\n'))
        {
            if (line.StartsWith("I: Sending file: ", StringComparison.Ordinal))
                current = line["I: Sending file: ".Length..];
            else if (line == "I: Received Store Response (Success)")
                taken.Add(files.Single(f => f.Path == current).Pixels);
        }

        return taken;
    }

    /// <summary>A person looks at all that waits and finds it clean, but for what no picture can be made of.</summary>
    /// <returns>How many files stay outside for that.</returns>
    private async Task<int> Review()
    {
        var client = await app.As(Role.DataEngineer);
        var batch = (string)(await client.GetFromJsonAsync<JsonObject>("/api/v1/batches"))!["items"]!.AsArray().Single()!["id"]!;
        var rejected = 0;
        foreach (var item in (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/review"))!["items"]!.AsArray())
        {
            var (address, frames, isSeen) = ($"/api/v1/batches/{batch}/review/{item!["id"]}", (int)item["frames"]!, true);
            for (var frame = 1; frame <= frames; frame += 20)
                isSeen &= (await client.GetAsync($"{address}/image?frame={frame}&last={frame + 19}")).IsSuccessStatusCode;
            rejected += isSeen ? 0 : 1;
            var decided = await client.PostAsJsonAsync(address, new { decision = isSeen ? "accepted" : "rejected" });
            Assert.True(decided.IsSuccessStatusCode, await decided.Content.ReadAsStringAsync());
        }

        await app.Close(client, batch);
        return rejected;
    }

    private async Task Move(string[] studies)
    {
        foreach (var study in studies)
        {
            var moved = await Dcmtk.Run("movescu", "-aet", "PACS", "-aec", "PIROGOV", "-aem", "PACS", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", $"StudyInstanceUID={study}", "127.0.0.1", Port);
            Assert.True(moved.Code == 0, moved.Told + app.Log.Errors);
        }
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(app.DataFolder, "dimse-" + name)).FullName;

    private string Port => app.Port.ToString(CultureInfo.InvariantCulture);
}
