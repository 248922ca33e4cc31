using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Hospital;

public sealed class HospitalApp : PirogovApp
{
    public HospitalApp() : base(Engine.Sqlite) => UseKestrel(0);
}

/// <summary>A gateway process before the real platform; each test is a centre of its own.</summary>
public sealed class GatewayTests(HospitalApp app) : IClassFixture<HospitalApp>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [SkippableFact]
    public async Task DCMTK_stores_a_series_and_its_twin_is_on_the_platform()
    {
        Skip.If(!File.Exists("/usr/bin/storescu"), "DCMTK is not installed (packages.txt, section test).");
        await using var gateway = await Gateway("GW1");
        await gateway.Configure();
        await gateway.Start();
        for (var k = 0; k < 12; k++)
            scratch.Write($"series/{k}.dcm", SyntheticCt.File(SyntheticCt.Slice(911, k, 3 * k)));
        Assert.Equal(0, await Storescu(gateway.Port, "SCANNER"));
        // Sent again: known by its bytes.
        Assert.Equal(0, await Storescu(gateway.Port, "SCANNER"));
        Assert.NotEqual(0, await Storescu(gateway.Port, "STRANGER"));
        await gateway.Until(() => gateway.Noted("sent") >= 12 && gateway.Count("queue") == 0);
        var status = await gateway.Command("status");
        Assert.True(status.Code == 0, status.Told + status.Errors);
        Assert.Contains("В очереди: 0", status.Told, StringComparison.Ordinal);
        Assert.Contains("Отправлено: 12", status.Told, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Stop());
        Assert.Equal(12, (await Instances("GW1")).Length);
        NothingIdentifyingIn(gateway);
    }

    [SkippableFact]
    public async Task A_pipe_in_the_folder_is_passed_over_and_a_long_journal_is_written_anew()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Pipes are made by mkfifo.");
        await using var gateway = await Gateway("GW10");
        await gateway.Configure(watch: new { settleSeconds = 0.2, rescanSeconds = 0.5 });
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(919, 0, 0)));
        using (var made = System.Diagnostics.Process.Start("mkfifo", scratch["in/pipe"]))
            await made.WaitForExitAsync();
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("sent") >= 1);
        Assert.Contains("не файл", gateway.Log, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Stop());

        var journal = Path.Combine(gateway.State, "journal");
        var lines = await File.ReadAllLinesAsync(journal);
        var original = lines.Single(l => l.Contains("\"original\"", StringComparison.Ordinal));
        await File.AppendAllLinesAsync(journal, Enumerable.Repeat(original, 20_000));
        await gateway.Start();
        await gateway.Until(() => new FileInfo(journal).Length < 100_000);
        Assert.Equal(0, await gateway.Stop());
        // Nothing is forgotten that counts: the original is not taken again, what was sent is not sent again.
        Assert.Equal(lines.Length, (await File.ReadAllLinesAsync(journal)).Length);
        Assert.Single(await Instances("GW10"));
    }

    [Fact]
    public async Task A_file_is_taken_when_it_has_stopped_growing_and_its_original_moves_when_that_is_wanted()
    {
        await using var gateway = await Gateway("GW2");
        await gateway.Configure(watch: new { moveTo = scratch["done"], settleSeconds = 1.5 });
        await gateway.Start();
        var bytes = SyntheticCt.File(SyntheticCt.Slice(912, 0, 0));
        var path = scratch.Write("in/new/1.dcm", bytes[..1000]);
        for (var part = 1; part < 5; part++)
        {
            await Task.Delay(200);
            Assert.Equal(0, gateway.Noted("original"));
            await using var growing = new FileStream(path, FileMode.Append);
            await growing.WriteAsync(part == 4 ? bytes.AsMemory(4000) : bytes.AsMemory(1000 * part, 1000));
        }

        scratch.Write("in/.being-written.dcm", bytes);
        await gateway.Until(() => File.Exists(scratch["done/new/1.dcm"]) && gateway.Noted("sent") == 1);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(scratch["done/new/1.dcm"]));
        Assert.Equal([".being-written.dcm"], scratch.Files("in").Keys);
        Assert.Equal(0, gateway.Count("refused"));
        Assert.Single(await Instances("GW2"));
    }

    [Fact]
    public async Task What_may_bear_text_waits_for_a_person_and_refused_files_are_told_without_names()
    {
        await using var gateway = await Gateway("GW3");
        await gateway.Configure();
        for (var k = 0; k < 3; k++)
            scratch.Write($"in/{SyntheticCt.PatientId}/{k}.dcm", SyntheticCt.File(SyntheticCt.Slice(913, k, 3 * k).Set(DicomTags.BurnedInAnnotation, "YES")));
        scratch.Write($"in/{SyntheticCt.PatientId}/note.txt", "no DICOM"u8.ToArray());
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("original") == 4);
        var status = await gateway.Command("status");
        Assert.Equal(1, status.Code);
        Assert.Contains("Ждут просмотра 3 снимка", status.Told, StringComparison.Ordinal);
        Assert.Contains("1 × отклонён: это не DICOM", status.Told, StringComparison.Ordinal);
        Assert.Contains("note.txt: отклонён: это не DICOM", (await gateway.Command("status", "--paths")).Told, StringComparison.Ordinal);

        var waiting = Directory.GetFiles(Path.Combine(gateway.State, "quarantine"), "*.dcm").Select(f => Path.GetFileName(f)[..12]).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(2, (await gateway.Command("release", "--mask", "70,0,8,8", waiting[0])).Code);
        Assert.Equal(0, (await gateway.Command("release", "--mask", "0,0,64,8", waiting[0])).Code);
        Assert.Equal(0, (await gateway.Command("release", waiting[1])).Code);
        Assert.Equal(0, (await gateway.Command("reject", waiting[2])).Code);
        Assert.Equal(2, (await gateway.Command("reject", waiting[2])).Code);
        await gateway.Until(() => gateway.Noted("sent") == 2);
        Assert.Equal(0, gateway.Count("quarantine"));
        // What was decided about is not asked for again.
        await gateway.Kill();
        File.Delete(Path.Combine(gateway.State, "journal"));
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("original") == 4);
        Assert.Equal((0, 0), (gateway.Count("quarantine"), gateway.Count("queue")));
        await gateway.Kill();
        NothingIdentifyingIn(gateway);
    }

    [Fact]
    public async Task Where_originals_are_deleted_a_copy_of_a_rejected_image_stays_and_a_copy_of_a_sent_one_goes()
    {
        await using var gateway = await Gateway("GW17");
        await gateway.Configure(watch: new { delete = true, rescanSeconds = 0.5 });
        var burned = SyntheticCt.File(SyntheticCt.Slice(938, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES"));
        var plain = SyntheticCt.File(SyntheticCt.Slice(938, 1, 3));
        scratch.Write("in/1.dcm", burned);
        scratch.Write("in/2.dcm", plain);
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("original") == 2 && gateway.Noted("sent") == 1 && gateway.Count("quarantine") == 1);
        var waiting = Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(gateway.State, "quarantine"), "*.dcm")))[..12];
        Assert.Equal(0, (await gateway.Command("reject", waiting)).Code);
        scratch.Write("in/3.dcm", burned);
        scratch.Write("in/4.dcm", plain);
        await gateway.Until(() => gateway.Noted("original") == 4 && !File.Exists(scratch["in/4.dcm"]));
        // Looked over once more, what is noted of them is read.
        await gateway.Kill();
        await gateway.Start();
        scratch.Write("in/5.dcm", SyntheticCt.File(SyntheticCt.Slice(938, 2, 6)));
        await gateway.Until(() => gateway.Noted("sent") == 2 && !File.Exists(scratch["in/5.dcm"]));
        Assert.Equal(["1.dcm", "3.dcm"], scratch.Files("in").Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_room_an_instance_is_refused_for_now_and_a_file_is_left_where_it_is()
    {
        await using var gateway = await Gateway("GW4");
        await gateway.Configure(more: new { minimumFreeMegabytes = 1_000_000_000 });
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(914, 0, 0)));
        await gateway.Start();
        await using (var client = await gateway.Connect())
        {
            Assert.Equal(DimseStatus.OutOfResources.Code, (await GatewayProcess.Store(client, SyntheticCt.Slice(914, 1, 3))).Code);
            await client.Release();
        }

        await gateway.Until(() => gateway.Log.Contains("мало места", StringComparison.Ordinal));
        Assert.Equal((0, 0), (gateway.Noted("original"), gateway.Count("queue")));
        await gateway.Stop();
        await gateway.Configure();
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("sent") == 1);
    }

    [Fact]
    public async Task Over_TLS_only_clients_of_the_named_authority_store()
    {
        using var authority = Certificate("Authority", null);
        using var own = Certificate("localhost", authority);
        using var scanner = Certificate("Scanner", authority);
        using var strange = Certificate("Strange", null);
        await File.WriteAllTextAsync(scratch["own.pem"], own.ExportCertificatePem());
        await File.WriteAllTextAsync(scratch["own.key"], own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(scratch["authority.pem"], authority.ExportCertificatePem());
        await using var gateway = await Gateway("GW8");
        await gateway.Configure(more: new
        {
            listen = new
            {
                port = gateway.Port,
                address = "127.0.0.1",
                title = "GATEWAY",
                peers = new[] { new { title = "SCANNER" } },
                certificate = scratch["own.pem"],
                certificateKey = scratch["own.key"],
                clientAuthority = scratch["authority.pem"],
            },
        });
        await gateway.Start();
        await using (var client = await gateway.Connect(certificate: scanner))
        {
            Assert.Equal(0, (await GatewayProcess.Store(client, SyntheticCt.Slice(917, 0, 0))).Code);
            await client.Release();
        }

        await Assert.ThrowsAsync<DicomNetworkException>(() => gateway.Connect(certificate: strange));
        await Assert.ThrowsAsync<DicomNetworkException>(() => gateway.Connect());
        await gateway.Until(() => gateway.Noted("sent") == 1);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_followed_is_told_and_ends_with_2()
    {
        await using var gateway = await Gateway("GW9");
        await gateway.Configure(watch: new { moveTo = scratch["in/done"] });
        Assert.Contains("не могут лежать внутри", (await gateway.Command()).Errors, StringComparison.Ordinal);
        await gateway.Configure(more: new { kay = "a typing mistake" });
        Assert.Contains("kay", (await gateway.Command()).Errors, StringComparison.Ordinal);
        await gateway.Configure(more: new { listen = new { port = 0, peers = new[] { new { title = "PACS" } }, clientAuthority = scratch["ca.pem"] } });
        Assert.Contains("certificate", (await gateway.Command()).Errors, StringComparison.Ordinal);
        await gateway.Configure(more: new { platform = new { url = "http://pirogov.example", tokenFile = scratch["token"], centre = "GW9" } });
        var open = await gateway.Command();
        Assert.Equal(2, open.Code);
        Assert.Contains("https://", open.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_a_person_closes_in_between_is_followed_by_another()
    {
        await using var gateway = await Gateway("GW5");
        await gateway.Configure();
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(915, 0, 0)));
        await gateway.Start();
        await gateway.Until(() => gateway.Noted("sent") == 1);
        var engineer = await app.As(Role.DataEngineer);
        await app.Close(engineer, await OpenBatch("GW5"));
        scratch.Write("in/2.dcm", SyntheticCt.File(SyntheticCt.Slice(915, 1, 3)));
        await gateway.Until(() => gateway.Noted("sent") == 2);
        Assert.Equal(2, (await Instances("GW5")).Select(i => i.BatchId).Distinct().Count());
    }

    /// <summary>
    /// A line that is cut and a process that is killed, over and over, between 120 files in a folder and 100 instances over DIMSE: every
    /// instance is on the platform once.
    /// </summary>
    [Fact]
    public async Task Killed_and_cut_off_many_times_it_brings_every_instance_exactly_once()
    {
        const int files = 120, stored = 100;
        await using var line = new CuttableLine(app.Nobody().BaseAddress!.Port);
        await using var gateway = await Gateway("GW6", line.Address);
        await gateway.Configure();
        for (var k = 0; k < files; k++)
            scratch.Write($"in/{k / 20}/{k}.dcm", SyntheticCt.File(SyntheticCt.Slice(916 + (k / 20), k % 20, 3 * (k % 20)), k % 2 == 0 ? DicomUids.ExplicitVRLittleEndian : DicomUids.ImplicitVRLittleEndian));
        var slices = new Queue<DicomDataset>(Enumerable.Range(0, stored).Select(k => SyntheticCt.Slice(930 + (k / 20), k % 20, 3 * (k % 20))));

        var (inTheMiddle, expected) = (0, files + stored);
        for (var round = 0; round < 10; round++)
        {
            await gateway.Start();
            var before = gateway.Noted("sent");
            var storing = Store(gateway, slices, 10);
            await gateway.Until(() => gateway.Noted("sent") >= Math.Min(before + 8, expected));
            if (round % 3 == 1)
            {
                line.Cut();
                await Task.Delay(100);
            }

            await gateway.Kill();
            await storing;
            line.Mend();
            inTheMiddle += gateway.Noted("sent") < expected ? 1 : 0;
        }

        await gateway.Start();
        await Store(gateway, slices, stored);
        Assert.Empty(slices);
        await gateway.Until(() => gateway.Count("queue") == 0 && gateway.Noted("original") >= files && gateway.Noted("sent") >= expected);
        await gateway.Kill();
        Assert.True(inTheMiddle >= 8 && line.Cuts >= 3, $"{inTheMiddle} kills in the middle, {line.Cuts} cuts");
        var instances = await Instances("GW6");
        Assert.Equal(expected, instances.Length);
        Assert.Equal(expected, instances.Select(i => i.SopInstanceUid).Distinct().Count());
        var accepted = await app.InDatabase(db => db.Set<IncomingFile>().AsNoTracking().CountAsync(f => f.Verdict == FileVerdict.Accepted && db.Set<Batch>().Any(b => b.Id == f.BatchId && b.CentreCode == "GW6")));
        Assert.Equal(expected, accepted);
        Assert.Equal(files, scratch.Files("in").Count);
        Assert.Equal((0, 0), (gateway.Count("refused"), gateway.Count("quarantine")));
        NothingIdentifyingIn(gateway);
    }

    [Fact]
    public async Task Sending_says_where_images_wait_to_be_looked_at()
    {
        var (_, token) = await app.Person("Sender", [Role.DataEngineer]);
        var centre = await app.Centre("GW7");
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(940, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES")));
        var sent = await CommandLine.Run(new Dictionary<string, string> { ["PIROGOV_URL"] = app.Nobody().BaseAddress!.ToString(), ["PIROGOV_TOKEN"] = token },
            "send", scratch["in"], "--centre", centre, "--batch", "С надписями");
        Assert.Equal(1, sent.Code);
        Assert.Contains($"{app.Nobody().BaseAddress}archive/batches/{await OpenBatch(centre)}/review", sent.Errors, StringComparison.Ordinal);
    }

    private async Task<GatewayProcess> Gateway(string centre, Uri? platform = null)
    {
        var (_, token) = await app.Person("Gateway" + centre, [Role.DataEngineer]);
        return new GatewayProcess(scratch, platform ?? app.Nobody().BaseAddress!, token, await app.Centre(centre));
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2? authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority is null, false, 0, true));
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        if (authority is null)
            return request.CreateSelfSigned(from, to);
        using var signed = request.Create(authority, from, authority.NotAfter, [1, 2, (byte)name.Length]);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>As a device does: what was not answered is sent again later.</summary>
    private static async Task Store(GatewayProcess gateway, Queue<DicomDataset> slices, int most)
    {
        try
        {
            await using var client = await gateway.Connect();
            for (var k = 0; k < most && slices.TryPeek(out var slice); k++)
            {
                if ((await GatewayProcess.Store(client, slice)).Code == 0)
                    slices.Dequeue();
            }

            await client.Release();
        }
        catch (DicomNetworkException)
        {
            // Killed meanwhile.
        }
    }

    private async Task<int> Storescu(int port, string title)
    {
        using var process = System.Diagnostics.Process.Start("storescu",
            ["-aet", title, "-aec", "GATEWAY", "+sd", "127.0.0.1", port.ToString(System.Globalization.CultureInfo.InvariantCulture), scratch["series"]]);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private Task<Instance[]> Instances(string centre) => app.InDatabase(db =>
        db.Set<Instance>().AsNoTracking().Where(i => db.Set<Batch>().Any(b => b.Id == i.BatchId && b.CentreCode == centre)).ToArrayAsync());

    private async Task<string> OpenBatch(string centre)
    {
        var page = await (await app.As(Role.DataEngineer)).GetFromJsonAsync<JsonObject>("/api/v1/batches?size=100");
        return (string)page!["items"]!.AsArray().Single(b => (string)b!["centreCode"]! == centre && (string)b["state"]! == "open")!["id"]!;
    }

    /// <summary>Queue, quarantine, journal, status and log hold nothing of the patient; the key is not among them.</summary>
    private void NothingIdentifyingIn(GatewayProcess gateway)
    {
        foreach (var (name, bytes) in scratch.Files("state").Append(new("log", System.Text.Encoding.UTF8.GetBytes(gateway.Log))))
        {
            Assert.All(SyntheticCt.Secrets, s => Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(s)) < 0, $"{s} in {name}"));
            Assert.True(bytes.AsSpan().IndexOf(File.ReadAllBytes(scratch["key"]).AsSpan()[14..^1]) < 0, name);
        }
    }
}
