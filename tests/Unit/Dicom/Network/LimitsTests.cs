using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Xunit;

namespace Pirogov.Unit.Dicom.Network;

/// <summary>What a caller may take of the door: connections, time, bytes of a PDU; and what it may call off.</summary>
public sealed class LimitsTests
{
    private static readonly (string, string[]) Verification = (DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian]);

    [Fact]
    public async Task Connections_that_ask_for_nothing_take_no_place_of_associations()
    {
        await using var server = new TestServer();
        var silent = new List<Socket>();
        for (var i = 0; i < 3 * TestServer.Most; i++)
            silent.Add(await Connected(server));
        await using (var client = await server.Connect(Verification))
            Assert.Equal(0, (await client.Echo(default)).Code);
        silent.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task A_flood_of_connections_is_shut_and_the_door_lives_on()
    {
        await using var server = new TestServer(change: o => o with { MaximumConnectionsOfOne = 20, MaximumConnections = 30 });
        await using var early = await server.Connect(Verification);
        var flood = new List<Socket>();
        for (var i = 0; i < 300; i++)
            flood.Add(await Connected(server));
        // The last of them is shut without a word.
        Assert.Equal(0, await ReadToEnd(flood[^1]));
        Assert.Equal(0, (await early.Echo(default)).Code);
        flood.ForEach(s => s.Dispose());
        for (var tries = 0; ; tries++)
        {
            try
            {
                await using var late = await server.Connect(Verification);
                Assert.Equal(0, (await late.Echo(default)).Code);
                return;
            }
            catch (DicomNetworkException) when (tries < 100)
            {
                // Those before it are still being let go.
                await Task.Delay(50);
            }
        }
    }

    [Fact]
    public async Task Who_is_silent_between_messages_is_shown_out()
    {
        await using var server = new TestServer(change: o => o with { Idle = TimeSpan.FromSeconds(1) });
        await using var client = await server.Connect(Verification);
        Assert.Equal(0, (await client.Echo(default)).Code);
        await Task.Delay(2500);
        await Assert.ThrowsAsync<DicomNetworkException>(() => client.Echo(default));
    }

    [Fact]
    public async Task Who_connects_and_says_nothing_is_shown_out()
    {
        await using var server = new TestServer(change: o => o with { Patience = TimeSpan.FromMilliseconds(200) });
        using var silent = await Connected(server);
        // A-ABORT, and the end.
        Assert.Equal(10, await ReadToEnd(silent));
    }

    [Fact]
    public async Task Who_stops_within_the_first_PDU_of_a_message_is_not_waited_for_as_one_who_is_idle()
    {
        await using var server = new TestServer(change: o => o with { Patience = TimeSpan.FromMilliseconds(400), Idle = TimeSpan.FromHours(1) });
        using var socket = await Connected(server);
        await using var pdus = new PduStream(new NetworkStream(socket), 128 * 1024, default);
        var patience = TimeSpan.FromSeconds(20);
        await pdus.Write(new AssociationRequest("SERVER", "CLIENT", [new(1, DicomUids.CTImageStorage, [DicomUids.ImplicitVRLittleEndian])], 16384).ToPdu(16384), patience);
        Assert.Equal(PduType.AssociateAccept, (await pdus.Read(patience)).Type);
        // Of 200 announced bytes, three.
        await pdus.Write(new byte[] { 4, 0, 0, 0, 0, 200, 0, 0, 0 }, patience);
        Assert.Equal(PduType.Abort, (await pdus.Read(patience)).Type);
    }

    [Theory]
    [InlineData(128)]
    [InlineData(4096)]
    [InlineData(16384)]
    [InlineData(0)]
    public async Task No_PDU_is_longer_than_the_other_side_takes(int maximum)
    {
        await using var receiver = new TestServer(change: o => o with { MaximumLength = maximum == 0 ? 128 * 1024 : maximum });
        await using var client = await receiver.Connect((DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian]));
        Assert.Equal(0, (await client.Store(DicomUids.CTImageStorage, "2.25.9", DicomUids.ExplicitVRLittleEndian, new byte[100_000], default)).Code);
        Assert.True(receiver.Stored.Single().Length > 100_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_search_is_called_off_between_two_matches(bool isSecured)
    {
        using var certificate = isSecured ? Certificate("CN=server") : null;
        await using var server = new TestServer(certificate) { Matches = 5000 };
        var statuses = await Cancelled(server, CommandField.Find, DicomUids.StudyRootQueryRetrieveInformationModelFind, isSecured);
        Assert.Equal(DimseStatus.Cancelled.Code, statuses[^1]);
        Assert.InRange(statuses.Count, 2, 4000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_move_is_called_off_between_two_instances(bool isSecured)
    {
        using var certificate = isSecured ? Certificate("CN=server") : null;
        await using var destination = new TestServer();
        await using var server = new TestServer(certificate) { Matches = 500, Destination = destination.Client };
        var statuses = await Cancelled(server, CommandField.Move, DicomUids.StudyRootQueryRetrieveInformationModelMove, isSecured);
        Assert.Equal(DimseStatus.Cancelled.Code, statuses[^1]);
        Assert.InRange(destination.Stored.Count, 1, 499);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task With_an_authority_only_its_devices_are_let_in(bool hasCertificate, bool isLetIn)
    {
        using var certificate = Certificate("CN=server");
        using var device = Certificate("CN=device");
        await using var server = new TestServer(certificate, o => o with { ClientCertificate = (_, shown, _, _) => shown?.GetCertHashString() == device.GetCertHashString() });
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = "server",
            ClientCertificates = hasCertificate ? [device] : null,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
            EnabledSslProtocols = SslProtocols.Tls12,
        };
        async Task<ushort> Echo()
        {
            await using var client = await DicomClient.Connect(server.Client with { Tls = tls }, [Verification], default);
            return (await client.Echo(default)).Code;
        }

        if (isLetIn)
            Assert.Equal(0, await Echo());
        else
            await Assert.ThrowsAsync<DicomNetworkException>(Echo);
    }

    /// <summary>It keeps the connection alive, and sends a data set of bytes so slowly that it would never end.</summary>
    [Fact]
    public async Task Who_drips_a_data_set_is_shown_out()
    {
        await using var server = new TestServer(change: o => o with { Patience = TimeSpan.FromMilliseconds(400) });
        using var socket = await Connected(server);
        await using var pdus = new PduStream(new NetworkStream(socket), 128 * 1024, default);
        var patience = TimeSpan.FromSeconds(20);
        await pdus.Write(new AssociationRequest("SERVER", "CLIENT", [new(1, DicomUids.CTImageStorage, [DicomUids.ImplicitVRLittleEndian])], 16384).ToPdu(16384), patience);
        Assert.Equal(PduType.AssociateAccept, (await pdus.Read(patience)).Type);
        var store = CommandSet.Request(CommandField.Store, 1, DicomUids.CTImageStorage, hasDataSet: true).Set(CommandSet.AffectedSopInstanceUid, "2.25.1").Set(CommandSet.Priority, 0);
        await new DimseChannel(pdus, 16384, patience).SendCommand(1, store);
        // One byte a PDU, each well within the patience for a PDU.
        byte[] drop = [4, 0, 0, 0, 0, 7, 0, 0, 0, 3, 1, 0, 0x08];
        var answer = pdus.Read(patience).AsTask();
        try
        {
            while (!answer.IsCompleted)
            {
                await socket.SendAsync(drop);
                await Task.Delay(20);
            }
        }
        catch (SocketException)
        {
            // Shut while a drop was on its way.
        }

        Assert.Equal(PduType.Abort, (await answer).Type);
        Assert.Empty(server.Stored);
    }

    /// <summary>The request with its cancellation right behind it; all answers.</summary>
    private static async Task<List<ushort>> Cancelled(TestServer server, ushort field, string model, bool isSecured)
    {
        using var socket = await Connected(server);
        Stream stream = new NetworkStream(socket);
        if (isSecured)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "server", RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=server" });
            stream = secured;
        }

        await using var pdus = new PduStream(stream, 128 * 1024, default);
        var patience = TimeSpan.FromSeconds(20);
        await pdus.Write(new AssociationRequest("SERVER", "CLIENT", [new(1, model, [DicomUids.ImplicitVRLittleEndian])], 16384).ToPdu(16384), patience);
        Assert.Equal(PduType.AssociateAccept, (await pdus.Read(patience)).Type);
        var channel = new DimseChannel(pdus, 16384, patience);
        var request = CommandSet.Request(field, 7, model, hasDataSet: true).Set(CommandSet.Priority, 0);
        if (field == CommandField.Move)
            request.Set(CommandSet.MoveDestination, "CLIENT");
        await channel.SendCommand(1, request);
        await channel.SendDataSet(1, DicomWriter.DatasetToBytes(new DicomDataset().Set(new DicomTag(0x0008, 0x0052), DicomVr.CS, "STUDY"), DicomTransferSyntax.ImplicitLittleEndian));
        await channel.SendCommand(1, new CommandSet().Set(CommandSet.Field, CommandField.Cancel).Set(CommandSet.RespondedMessageId, 7).Set(CommandSet.DataSetType, 0x0101));
        var statuses = new List<ushort>();
        while (statuses.Count == 0 || statuses[^1] == DimseStatus.Pending.Code)
        {
            var (command, context, _) = await channel.ReadCommand(patience);
            statuses.Add(command!.UInt16(CommandSet.Status));
            if (command.HasDataSet)
                await channel.ReadDataSet(context, Stream.Null, 1 << 20, default);
        }

        return statuses;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
    }

    private static async Task<Socket> Connected(TestServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Client.Port);
        return socket;
    }

    private static async Task<int> ReadToEnd(Socket socket)
    {
        var (all, chunk) = (0, new byte[4096]);
        try
        {
            while (await socket.ReceiveAsync(chunk) is var read and > 0)
                all += read;
        }
        catch (SocketException)
        {
            // Reset: an end as good as another.
        }

        return all;
    }
}
