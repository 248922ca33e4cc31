using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Imaging;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using static Pirogov.Integration.Archive.Dcmtk;

namespace Pirogov.Integration.Archive;

/// <summary>A host whose DIMSE door is open for two devices of one centre and one of another.</summary>
public sealed class DimseApp() : PirogovApp(Engine.Sqlite)
{
    public int Port { get; } = FreePort();

    public int DestinationPort { get; } = FreePort();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Dimse:Port", Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        builder.UseSetting("Dimse:Address", "127.0.0.1");
        string[][] peers = [["SCANNER", "D1", "false"], ["PACS", "D1", "true"], ["STRANGER", "D2", "true"]];
        foreach (var (peer, i) in peers.Select((p, i) => (p, i)))
        {
            builder.UseSetting($"Dimse:Peers:{i}:Title", peer[0]);
            builder.UseSetting($"Dimse:Peers:{i}:Centre", peer[1]);
            builder.UseSetting($"Dimse:Peers:{i}:MayQuery", peer[2]);
        }

        builder.UseSetting("Dimse:Peers:1:Host", "127.0.0.1");
        builder.UseSetting("Dimse:Peers:1:Port", DestinationPort.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>DCMTK speaks to the door as modalities and PACS do.</summary>
public sealed class DimseTests(DimseApp app) : IClassFixture<DimseApp>
{
    [SkippableFact]
    public async Task DCMTK_stores_a_study_and_finds_and_moves_its_de_identified_twin()
    {
        await Ready();
        Assert.Equal(0, (await Run("echoscu", "-aet", "PACS", "-aec", "PIROGOV", "127.0.0.1", Port)).Code);
        var folder = Folder("study");
        foreach (var (slice, k) in SyntheticCt.Slices(801, 0, 3, 6, 9).Select((s, k) => (s, k)))
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{k}.dcm"), SyntheticCt.File(slice));
        var sent = await Run("storescu", "-aet", "SCANNER", "-aec", "PIROGOV", "+sd", "127.0.0.1", Port, folder);
        Assert.True(sent.Code == 0, sent.Told + app.Log.Errors);

        var engineer = await app.As(Role.DataEngineer);
        var batch = await Batch("SCANNER");
        await app.Close(engineer, batch);
        var instances = await app.InDatabase(db => db.Set<Instance>().AsNoTracking().Where(i => i.BatchId == BatchId.From(Guid.Parse(batch))).ToArrayAsync());
        Assert.Equal(4, instances.Length);
        var study = instances[0].StudyInstanceUid;

        var found = await Run("findscu", "-aet", "PACS", "-aec", "PIROGOV", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "ModalitiesInStudy=CT", "-k", "StudyInstanceUID",
            "-k", "PatientName", "-k", "PatientBirthDate", "-k", "NumberOfStudyRelatedInstances", "127.0.0.1", Port);
        Assert.Contains(study, found.Told, StringComparison.Ordinal);
        Assert.DoesNotContain("1.2.826.0.1.3680043.99", found.Told, StringComparison.Ordinal);
        Assert.All(SyntheticCt.Secrets, s => Assert.DoesNotContain(s, found.Told, StringComparison.Ordinal));
        var images = await Run("findscu", "-aet", "PACS", "-aec", "PIROGOV", "-P", "-k", "QueryRetrieveLevel=IMAGE", "-k", $"StudyInstanceUID={study}", "-k", "SOPInstanceUID", "127.0.0.1", Port);
        Assert.All(instances, i => Assert.Contains(i.SopInstanceUid, images.Told, StringComparison.Ordinal));
        var stranger = await Run("findscu", "-aet", "STRANGER", "-aec", "PIROGOV", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "127.0.0.1", Port);
        Assert.DoesNotContain(study, stranger.Told, StringComparison.Ordinal);

        var files = await Received("PACS", app.DestinationPort, Folder("moved"), async () =>
        {
            var moved = await Run("movescu", "-d", "-aet", "PACS", "-aec", "PIROGOV", "-aem", "PACS", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", $"StudyInstanceUID={study}", "127.0.0.1", Port);
            Assert.True(moved.Code == 0, moved.Told + app.Log.Errors);
        });
        var received = files.Select(f => DicomReader.ReadFile(f)).ToArray();
        Assert.Equal(instances.Select(i => i.SopInstanceUid).Order(StringComparer.Ordinal), received.Select(f => f.SopInstanceUid!).Order(StringComparer.Ordinal));
        Assert.All(received, f => Assert.Equal("YES", f.Dataset.GetString(DicomTags.PatientIdentityRemoved)));

        var elsewhere = await Run("movescu", "-d", "-aet", "PACS", "-aec", "PIROGOV", "-aem", "STRANGER", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", $"StudyInstanceUID={study}", "127.0.0.1", Port);
        Assert.Contains("a801", elsewhere.Told, StringComparison.OrdinalIgnoreCase);
        await app.Settle();
        var acts = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.ObjectKind == "application-entity").Select(e => e.Action).Distinct().ToArrayAsync());
        Assert.Empty(((string[])["archive.dimse-association", "archive.dimse-find", "archive.dimse-move"]).Except(acts));
    }

    [SkippableFact]
    public async Task A_title_that_is_not_known_and_a_wrong_called_title_are_refused_and_noted()
    {
        await Ready();
        Assert.NotEqual(0, (await Run("echoscu", "-aet", "NOBODY", "-aec", "PIROGOV", "127.0.0.1", Port)).Code);
        Assert.NotEqual(0, (await Run("echoscu", "-aet", "PACS", "-aec", "ORTHANC", "127.0.0.1", Port)).Code);
        for (var n = 0; n < 3; n++)
            Assert.NotEqual(0, (await Run("echoscu", "-aet", "NOBODY", "-aec", "PIROGOV", "127.0.0.1", Port)).Code);
        await app.Settle();
        var refused = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.Action == "archive.dimse-refused").Select(e => e.ObjectId).ToArrayAsync());
        Assert.Single(refused, "NOBODY");
        Assert.Single(refused, "PACS");
    }

    [Fact]
    public async Task What_cannot_be_de_identified_is_refused_with_its_reason_and_the_rest_is_taken()
    {
        await Ready(needsDcmtk: false);
        await using var client = await Connect("PACS");
        var burned = SyntheticCt.Slice(802, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES");
        var good = SyntheticCt.Slice(802, 1, 3);
        Assert.Equal(0xA900, (await Store(client, new DicomDataset().Set(DicomTags.Modality, "CT"), "2.25.7")).Code);
        _ = await Store(client, burned, burned.GetString(DicomTags.SopInstanceUid)!);
        Assert.Equal(0, (await Store(client, good, good.GetString(DicomTags.SopInstanceUid)!)).Code);
        // The command names another instance than the data set.
        Assert.Equal(0xA900, (await Store(client, SyntheticCt.Slice(802, 2, 6), "2.25.99")).Code);
        // Sent again: known, and no second instance.
        Assert.Equal(0, (await Store(client, good, good.GetString(DicomTags.SopInstanceUid)!)).Code);
        await client.Release();
    }

    [Fact]
    public async Task Each_status_of_the_conformance_statement_is_told_with_its_reason()
    {
        await Ready(needsDcmtk: false);
        await using var client = await Connect("PACS", DicomUids.CTImageStorage, DicomUids.EncapsulatedPDFStorage);
        var waiting = await Files(FileVerdict.Quarantined);
        var burned = SyntheticCt.Slice(803, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES");
        Assert.Equal(DimseStatus.Success, await Store(client, burned));
        Assert.Equal(waiting + 1, await Files(FileVerdict.Quarantined));
        var text = SyntheticCt.Slice(803, 1, 3).Set(DicomTags.SopClassUid, DicomUids.EncapsulatedPDFStorage);
        Assert.Equal(DimseStatus.CannotUnderstand.Because("free-text-document"), await Store(client, text));
        var good = SyntheticCt.Slice(803, 2, 6);
        Assert.Equal(DimseStatus.InvalidSopInstance, await Store(client, good, "no UID"));
        Assert.Equal(DimseStatus.DataSetDoesNotMatch.Because("other-instance"), await Store(client, good, "2.25.99"));
        Assert.Equal(DimseStatus.Success, await Store(client, good));
        var other = SyntheticCt.Slice(803, 2, 6).Set(DicomTags.KVP, 80.0);
        Assert.Equal(DimseStatus.DataSetDoesNotMatch.Because("same-uid-other-content"), await Store(client, other));
        await client.Release();
    }

    [Fact]
    public async Task What_the_disk_does_not_take_may_be_sent_again_in_the_same_association()
    {
        await Ready(needsDcmtk: false);
        await using var client = await Connect("PACS");
        var notNow = DimseStatus.OutOfResources.Because("archive.not-stored");
        var (small, next) = (SyntheticCt.Slice(804, 0, 0), SyntheticCt.Slice(804, 1, 3));
        var large = SyntheticCt.Slice(804, 2, 6).Set(DicomTags.Rows, 4200).Set(DicomTags.Columns, 4200).Set(DicomTags.PixelData, DicomVr.OW, new byte[4200 * 4200 * 2]);
        var files = app.Services.GetRequiredService<LargeFiles>();
        var least = files.LeastFree;
        files.LeastFree = long.MaxValue;
        Assert.Equal(notNow, await Store(client, large));
        Assert.Equal(DimseStatus.Success, await Store(client, small));
        files.LeastFree = least;
        Assert.Equal(DimseStatus.Success, await Store(client, large));
        var incoming = Path.Combine(app.DataFolder, "store", "incoming");
        Directory.Move(incoming, incoming + ".away");
        var status = await Store(client, next);
        Directory.Move(incoming + ".away", incoming);
        Assert.Equal(notNow, status);
        Assert.Equal(DimseStatus.Success, await Store(client, next));
        await client.Release();
    }

    [Theory]
    [InlineData(DicomUids.ImplicitVRLittleEndian, 841)]
    [InlineData(DicomUids.ExplicitVRBigEndian, 842)]
    [InlineData(DicomUids.DeflatedExplicitVRLittleEndian, 843)]
    [InlineData(DicomUids.RLELossless, 844)]
    [InlineData(DicomUids.JPEGLSLossless, 845)]
    [InlineData(DicomUids.JPEG2000Lossless, 846)]
    public async Task An_instance_is_taken_in_each_syntax_that_was_agreed(string syntax, int number)
    {
        await Ready(needsDcmtk: false);
        var slice = SyntheticCt.Slice(number, 0, 0);
        var file = DicomFile.Create(slice, DicomUids.ExplicitVRLittleEndian);
        file = DicomTranscoder.CanWrite(syntax) ? DicomTranscoder.To(file, syntax) : file.InTransferSyntax(syntax);
        var bytes = DicomWriter.ToBytes(file);
        // Meta header of its own: what follows it travels.
        var dataset = bytes[(144 + BitConverter.ToInt32(bytes, 140))..];
        await using var client = await DicomClient.Connect(new("127.0.0.1", app.Port, "PIROGOV", "PACS"), [(DicomUids.CTImageStorage, [syntax])], default);
        var status = await client.Store(DicomUids.CTImageStorage, slice.GetString(DicomTags.SopInstanceUid)!, syntax, dataset, default);
        Assert.True(status.Code == 0, $"{status.Code:X4} {status.Comment}");
        await client.Release();
    }

    [Fact]
    public async Task Associations_of_one_device_share_its_batch()
    {
        await Ready(needsDcmtk: false);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async a =>
        {
            await using var client = await Connect("STRANGER");
            for (var k = 0; k < 3; k++)
            {
                var slice = SyntheticCt.Slice(810 + a, k, 3 * k);
                Assert.Equal(0, (await Store(client, slice, slice.GetString(DicomTags.SopInstanceUid)!)).Code);
            }

            await client.Release();
        }));
        var batch = BatchId.From(Guid.Parse(await Batch("STRANGER")));
        Assert.Equal(12, await app.InDatabase(db => db.Set<Instance>().CountAsync(i => i.BatchId == batch)));
    }

    [Fact]
    public async Task A_line_cut_within_an_instance_leaves_nothing_of_it()
    {
        await Ready(needsDcmtk: false);
        var before = await app.InDatabase(db => db.Set<IncomingFile>().CountAsync());
        var data = DicomWriter.DatasetToBytes(SyntheticCt.Slice(820, 0, 0), DicomTransferSyntax.ExplicitLittleEndian);
        var request = new AssociationRequest("PIROGOV", "PACS", [new(1, DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian])], 16384).ToPdu(16384);
        var command = CommandSet.Request(CommandField.Store, 1, DicomUids.CTImageStorage, hasDataSet: true).Set(CommandSet.AffectedSopInstanceUid, "2.25.1").ToBytes();
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, app.Port);
            await socket.SendAsync((byte[])[.. request, .. Pdv(3, command), .. Pdv(0, data[..4000])]);
            await socket.ReceiveAsync(new byte[16]);
            socket.LingerState = new LingerOption(true, 0);
        }

        var ended = "";
        for (var i = 0; i < 100 && !ended.Contains("\"ended\":\"Closed\"", StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
            ended = string.Join(' ', await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.Action == "archive.dimse-association").Select(e => e.Details).ToArrayAsync()));
        }

        Assert.Contains("\"ended\":\"Closed\"", ended, StringComparison.Ordinal);
        Assert.Equal(before, await app.InDatabase(db => db.Set<IncomingFile>().CountAsync()));
    }

    private string Port => app.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task Ready(bool needsDcmtk = true)
    {
        Skip.If(needsDcmtk && !Dcmtk.IsPresent, Absent);
        await app.Centre("D1");
        await app.Centre("D2");
    }

    private Task<int> Files(FileVerdict verdict) => app.InDatabase(db => db.Set<IncomingFile>().CountAsync(f => f.Verdict == verdict));

    private Task<DicomClient> Connect(string title, params string[] classes) => DicomClient.Connect(new("127.0.0.1", app.Port, "PIROGOV", title),
        [.. classes.DefaultIfEmpty(DicomUids.CTImageStorage).Select(c => (c, (string[])[DicomUids.ExplicitVRLittleEndian]))], default);

    private static Task<DimseStatus> Store(DicomClient client, DicomDataset dataset, string? uid = null) => client.Store(
        dataset.GetString(DicomTags.SopClassUid) ?? DicomUids.CTImageStorage, uid ?? dataset.GetString(DicomTags.SopInstanceUid)!, DicomUids.ExplicitVRLittleEndian, DicomWriter.DatasetToBytes(dataset, DicomTransferSyntax.ExplicitLittleEndian), default);

    private async Task<string> Batch(string device)
    {
        var engineer = await app.As(Role.DataEngineer);
        var page = (await engineer.GetFromJsonAsync<JsonObject>("/api/v1/batches?size=100"))!;
        return (string)page["items"]!.AsArray().Single(b => ((string)b!["name"]!).StartsWith(device, StringComparison.Ordinal))!["id"]!;
    }

    private static byte[] Pdv(byte control, byte[] bytes) =>
        [4, 0, .. BigEndian(bytes.Length + 6), .. BigEndian(bytes.Length + 2), 1, control, .. bytes];

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(app.DataFolder, "dimse-" + name)).FullName;
}
