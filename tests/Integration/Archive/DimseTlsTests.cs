using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>A host whose DIMSE door speaks TLS, and lets in whom one authority has certified.</summary>
public sealed class DimseTlsApp() : PirogovApp(Engine.Sqlite)
{
    private readonly string folder = Directory.CreateTempSubdirectory("pirogov-tls-").FullName;

    public int Port { get; } = FreePort();

    public int DestinationPort { get; } = FreePort();

    public string Authority => Path.Combine(folder, "authority.pem");

    /// <summary>Options of DCMTK that show a certificate and trust the authority.</summary>
    public string[] Secured(string name) => ["+tls", Path.Combine(folder, name + ".key"), Path.Combine(folder, name + ".pem"), "+cf", Authority];

    public X509Certificate2 Device() => X509Certificate2.CreateFromPemFile(Path.Combine(folder, "device.pem"), Path.Combine(folder, "device.key"));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        Certify();
        builder.UseSetting("Dimse:Port", Port.ToString(CultureInfo.InvariantCulture));
        builder.UseSetting("Dimse:Address", "127.0.0.1");
        builder.UseSetting("Dimse:Tls:Certificate", Path.Combine(folder, "localhost.pem"));
        builder.UseSetting("Dimse:Tls:Key", Path.Combine(folder, "localhost.key"));
        builder.UseSetting("Dimse:Tls:ClientAuthority", Authority);
        foreach (var (i, title, tls) in new[] { (0, "PACS", "true"), (1, "PLAIN", "false") })
        {
            builder.UseSetting($"Dimse:Peers:{i}:Title", title);
            builder.UseSetting($"Dimse:Peers:{i}:Centre", "T1");
            builder.UseSetting($"Dimse:Peers:{i}:MayQuery", "true");
            builder.UseSetting($"Dimse:Peers:{i}:Host", "localhost");
            builder.UseSetting($"Dimse:Peers:{i}:Port", DestinationPort.ToString(CultureInfo.InvariantCulture));
            builder.UseSetting($"Dimse:Peers:{i}:Tls", tls);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Certify()
    {
        using var authority = Make("Authority", null, null);
        File.WriteAllText(Authority, authority.ExportCertificatePem());
        foreach (var (name, issuer) in new[] { ("localhost", authority), ("device", authority), ("stranger", null) })
        {
            using var made = Make(name, issuer, name);
        }
    }

    private X509Certificate2 Make(string name, X509Certificate2? issuer, string? file)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var made = issuer is null ? request.CreateSelfSigned(from, to) : request.Create(issuer, from, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        if (file is not null)
        {
            File.WriteAllText(Path.Combine(folder, file + ".pem"), made.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, file + ".key"), key.ExportPkcs8PrivateKeyPem());
        }

        return made;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>DCMTK's own TLS against the settings of the door, in both directions.</summary>
public sealed class DimseTlsTests(DimseTlsApp app) : IClassFixture<DimseTlsApp>
{
    [SkippableFact]
    public async Task A_certified_device_stores_over_TLS_and_is_sent_its_study_over_TLS_and_nobody_else_is()
    {
        Skip.IfNot(Dcmtk.IsPresent, Dcmtk.Absent);
        await app.Centre("T1");
        Assert.NotEqual(0, (await Run("echoscu", "-aet", "PACS", "-aec", "PIROGOV", "localhost", Port)).Code);
        Assert.NotEqual(0, (await Run("echoscu", [.. app.Secured("stranger"), "-aet", "PACS", "-aec", "PIROGOV", "localhost", Port])).Code);
        Assert.NotEqual(0, (await Run("echoscu", ["+tla", "+cf", app.Authority, "-aet", "PACS", "-aec", "PIROGOV", "localhost", Port])).Code);
        var device = app.Secured("device");
        var echo = await Run("echoscu", [.. device, "-aet", "PACS", "-aec", "PIROGOV", "localhost", Port]);
        Assert.True(echo.Code == 0, echo.Told + app.Log.Errors);

        var folder = Folder("sent");
        foreach (var (slice, k) in SyntheticCt.Slices(851, 0, 3, 6).Select((s, k) => (s, k)))
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{k}.dcm"), SyntheticCt.File(slice));
        var sent = await Run("storescu", [.. device, "-aet", "PACS", "-aec", "PIROGOV", "+sd", "localhost", Port, folder]);
        Assert.True(sent.Code == 0, sent.Told + app.Log.Errors);
        var engineer = await app.As(Role.DataEngineer);
        var batches = (await engineer.GetFromJsonAsync<JsonObject>("/api/v1/batches?size=100"))!["items"]!.AsArray();
        await app.Close(engineer, (string)batches.Single(b => ((string)b!["name"]!).StartsWith("PACS", StringComparison.Ordinal))!["id"]!);
        var study = await app.InDatabase(db => db.Set<Case>().AsNoTracking().Select(c => c.StudyInstanceUid).SingleAsync());

        // Who is not of the authority gets nothing, though it listens where the study is to go; nor does one that speaks no TLS.
        Assert.Empty(await Received("stranger", app.Secured("stranger"), () => Move(study, "PACS"), AllFailed));
        Assert.Empty(await Received("plain", [], () => Move(study, "PACS"), AllFailed));
        Assert.Equal(3, (await Received("localhost", app.Secured("localhost"), () => Move(study, "PACS"), 0)).Length);
        Assert.Equal(3, (await Received("unsecured", [], () => Move(study, "PLAIN"), 0)).Length);
    }

    /// <summary>PS3.4 Table C.4-2.</summary>
    private const ushort AllFailed = 0xA702;

    private string Port => app.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Files that a receiver got while something was done.</summary>
    private async Task<string[]> Received(string name, string[] secured, Func<Task<ushort>> move, ushort status)
    {
        var target = Folder(name);
        using var receiver = Process.Start(new ProcessStartInfo("storescp", [.. secured, "-aet", "PACS", "-od", target, app.DestinationPort.ToString(CultureInfo.InvariantCulture)]))!;
        await Listening();
        var ended = await move();
        receiver.Kill();
        await receiver.WaitForExitAsync();
        Assert.True(ended == status, $"{ended:X4} {app.Log.Errors}");
        var files = Directory.GetFiles(target);
        Assert.All(files, f => Assert.Equal("YES", DicomReader.ReadFile(f).Dataset.GetString(DicomTags.PatientIdentityRemoved)));
        return files;
    }

    /// <summary>DCMTK's movescu speaks no TLS.</summary>
    /// <returns>The last status.</returns>
    private async Task<ushort> Move(string study, string to)
    {
        const string model = DicomUids.StudyRootQueryRetrieveInformationModelMove;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, app.Port);
        var secured = new SslStream(new NetworkStream(socket));
        using var device = app.Device();
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ClientCertificates = [device],
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost",
        });
        await using var pdus = new PduStream(secured, 128 * 1024, default);
        var patience = TimeSpan.FromMinutes(1);
        await pdus.Write(new AssociationRequest("PIROGOV", "PACS", [new(1, model, [DicomUids.ImplicitVRLittleEndian])], 16384).ToPdu(16384), patience);
        Assert.Equal(PduType.AssociateAccept, (await pdus.Read(patience)).Type);
        var channel = new DimseChannel(pdus, 16384, patience);
        await channel.SendCommand(1, CommandSet.Request(CommandField.Move, 1, model, hasDataSet: true).Set(CommandSet.Priority, 0).Set(CommandSet.MoveDestination, to));
        await channel.SendDataSet(1, DicomWriter.DatasetToBytes(
            new DicomDataset().Set(new DicomTag(0x0008, 0x0052), DicomVr.CS, "STUDY").Set(DicomTags.StudyInstanceUid, study), DicomTransferSyntax.ImplicitLittleEndian));
        while (true)
        {
            var (command, context, _) = await channel.ReadCommand(patience);
            if (command!.HasDataSet)
                await channel.ReadDataSet(context, Stream.Null, 1 << 20, default);
            if (command.UInt16(CommandSet.Status) != DimseStatus.Pending.Code)
                return command.UInt16(CommandSet.Status);
        }
    }

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(app.DataFolder, "tls-" + name)).FullName;

    private async Task Listening()
    {
        for (var i = 0; i < 100; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, app.DestinationPort);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task<(int Code, string Told)> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
