using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Xunit;

namespace Pirogov.Unit.Dicom.Network;

public sealed class AssociationTests
{
    private const string Ct = DicomUids.CTImageStorage;

    [Fact]
    public async Task An_instance_arrives_as_the_file_that_it_is()
    {
        await using var server = new TestServer();
        var sent = Dataset(1);
        await using var client = await server.Connect((Ct, [DicomUids.ImplicitVRLittleEndian]));
        var status = await client.Store(Ct, "2.25.1", DicomUids.ImplicitVRLittleEndian, DicomWriter.DatasetToBytes(sent, DicomTransferSyntax.ImplicitLittleEndian), default);
        await client.Release();
        Assert.Equal(0, status.Code);
        var file = DicomReader.Read(Assert.Single(server.Stored));
        Assert.Equal("2.25.1", file.SopInstanceUid);
        Assert.True(sent.ContentEquals(file.Dataset));
    }

    [Fact]
    public async Task Associations_run_side_by_side()
    {
        await using var server = new TestServer();
        var bytes = DicomWriter.DatasetToBytes(Dataset(1), DicomTransferSyntax.ExplicitLittleEndian);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async a =>
        {
            await using var client = await server.Connect((Ct, [DicomUids.ExplicitVRLittleEndian]));
            for (var i = 0; i < 20; i++)
                Assert.Equal(0, (await client.Store(Ct, $"2.25.{a}.{i}", DicomUids.ExplicitVRLittleEndian, bytes, default)).Code);
            await client.Release();
        }));
        Assert.Equal(160, server.Stored.Count);
    }

    [Fact]
    public async Task A_data_set_beyond_the_limit_is_refused_and_the_association_lives_on()
    {
        await using var server = new TestServer { Limit = 1000 };
        await using var client = await server.Connect((Ct, [DicomUids.ExplicitVRLittleEndian]), (DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian]));
        Assert.Equal(0xA700, (await client.Store(Ct, "2.25.1", DicomUids.ExplicitVRLittleEndian, new byte[600_000], default)).Code);
        Assert.Equal(0, (await client.Echo(default)).Code);
        Assert.Empty(server.Stored);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(500_000)]
    [InlineData(599_000)]
    public async Task Wherever_taking_a_data_set_fails_the_rest_is_read_over_and_the_association_lives_on(int room)
    {
        await using var server = new TestServer { Room = room };
        await using var client = await server.Connect((Ct, [DicomUids.ExplicitVRLittleEndian]));
        Assert.Equal(0x0110, (await client.Store(Ct, "2.25.1", DicomUids.ExplicitVRLittleEndian, new byte[600_000], default)).Code);
        server.Room = null;
        Assert.Equal(0, (await client.Store(Ct, "2.25.1", DicomUids.ExplicitVRLittleEndian, DicomWriter.DatasetToBytes(Dataset(1), DicomTransferSyntax.ExplicitLittleEndian), default)).Code);
        Assert.Single(server.Defects);
    }

    [Fact]
    public async Task An_association_that_our_own_stop_cuts_is_not_called_released()
    {
        var server = new TestServer();
        await using (var released = await server.Connect((Ct, [DicomUids.ExplicitVRLittleEndian])))
            await released.Release();
        await using var cut = await server.Connect((DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian]));
        Assert.Equal(0, (await cut.Echo(default)).Code);
        await server.DisposeAsync();
        Assert.Equal([null, DicomNetworkFault.Stopped], server.Ended.Order());
    }

    [Fact]
    public async Task Beyond_the_most_associations_a_further_one_is_refused_for_now()
    {
        await using var server = new TestServer();
        var open = new List<DicomClient>();
        for (var i = 0; i < TestServer.Most; i++)
            open.Add(await server.Connect((DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian])));
        var no = await Assert.ThrowsAsync<DicomNetworkException>(() => server.Connect((DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian])));
        Assert.Equal(DicomNetworkFault.Rejected, no.Fault);
        foreach (var client in open)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task Over_TLS_the_same_association_works()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using var server = new TestServer(certificate);
        var options = server.Client with { Tls = new() { TargetHost = "test", RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString() } };
        await using var client = await DicomClient.Connect(options, [(DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian])], default);
        Assert.Equal(0, (await client.Echo(default)).Code);
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "unknown type", [0x09, 0, 0, 0, 0, 4, 0, 0, 0, 0] },
        { "four gigabytes", [0x01, 0, 0xFF, 0xFF, 0xFF, 0xFF] },
        { "data before a request", [0x04, 0, 0, 0, 0, 6, 0, 0, 0, 2, 1, 3] },
        { "release before a request", [0x05, 0, 0, 0, 0, 4, 0, 0, 0, 0] },
        { "a request too short", [0x01, 0, 0, 0, 0, 4, 0, 1, 0, 0] },
        { "another version", [0x01, 0, 0, 0, 0, 68, .. new byte[68]] },
        { "an item beyond the end", [0x01, 0, 0, 0, 0, 72, 0, 1, .. new byte[66], 0x20, 0, 0xFF, 0xFF] },
        { "text", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_no_PDU_is_answered_with_an_abort(string what, byte[] bytes)
    {
        await using var server = new TestServer();
        var answer = await server.Raw(bytes);
        Assert.True(answer.Length == 10 && answer[0] == 7, what);
        Assert.Equal(2, answer[8]);
    }

    [Fact]
    public async Task Every_damage_to_a_conversation_ends_it_and_nothing_else()
    {
        await using var server = new TestServer();
        var whole = Conversation();
        var seed = 17u;
        for (var run = 0; run < 150; run++)
        {
            var damaged = whole.ToArray();
            for (var flips = 0; flips < 1 + (run % 4); flips++)
            {
                seed = (seed * 1664525) + 1013904223;
                damaged[(int)(seed >> 8) % damaged.Length] = (byte)seed;
            }

            await server.Raw(run % 3 == 0 ? damaged[..(int)((seed >> 8) % damaged.Length)] : damaged);
        }

        Assert.Empty(server.Defects);
        await using var client = await server.Connect((DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian]));
        Assert.Equal(0, (await client.Echo(default)).Code);
    }

    private static DicomDataset Dataset(int number) => new DicomDataset()
        .Set(DicomTags.SopClassUid, Ct).Set(DicomTags.SopInstanceUid, $"2.25.{number}").Set(DicomTags.Modality, "CT")
        .Set(DicomTags.PixelData, DicomVr.OW, new byte[300_000]);

    /// <summary>Request, C-STORE and release, as they go over the wire without waiting for answers.</summary>
    private static byte[] Conversation()
    {
        var request = new AssociationRequest("SERVER", "CLIENT", [new(1, Ct, [DicomUids.ExplicitVRLittleEndian])], 16384).ToPdu(16384);
        var command = CommandSet.Request(CommandField.Store, 1, Ct, hasDataSet: true).Set(CommandSet.AffectedSopInstanceUid, "2.25.1").ToBytes();
        var data = DicomWriter.DatasetToBytes(new DicomDataset().Set(DicomTags.SopClassUid, Ct).Set(DicomTags.SopInstanceUid, "2.25.1"), DicomTransferSyntax.ExplicitLittleEndian);
        return [.. request, .. Pdv(3, command), .. Pdv(2, data), 5, 0, 0, 0, 0, 4, 0, 0, 0, 0];
    }

    private static byte[] Pdv(byte control, byte[] bytes)
    {
        var pdu = new byte[12 + bytes.Length];
        pdu[0] = 4;
        BinaryPrimitives.WriteInt32BigEndian(pdu.AsSpan(2), bytes.Length + 6);
        BinaryPrimitives.WriteInt32BigEndian(pdu.AsSpan(6), bytes.Length + 2);
        (pdu[10], pdu[11]) = (1, control);
        bytes.CopyTo(pdu, 12);
        return pdu;
    }
}
