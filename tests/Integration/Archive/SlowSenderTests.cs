using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>Many senders begin files that they announce as large and do not end them; a quick one is taken by every door meanwhile.</summary>
public sealed class SlowSenderTests(DimseApp app) : IClassFixture<DimseApp>
{
    private const int Slow = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Many_slow_uploads_keep_no_quick_one_out()
    {
        var client = await app.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await app.Centre("D1"));
        using var end = new CancellationTokenSource();
        var slow = Enumerable.Range(0, Slow).Select(k => new Dripping(SyntheticCt.File(SyntheticCt.Slice(880, k, k)), announced: 60 << 20)).ToArray();
        var sending = slow.Select((content, k) => Swallow(k % 2 == 0 ? client.PostAsync($"/api/v1/batches/{batch}/files", content, end.Token)
            : client.PostAsync("/dicomweb/studies?centre=D1", content.As("application/dicom"), end.Token))).ToArray();
        await Task.WhenAll(slow.Select(s => s.IsUnderWay));
        Assert.Equal("accepted", (string?)(await client.SendFile(batch, "quick.dcm", SyntheticCt.File(SyntheticCt.Slice(881, 0, 0))))["outcome"]);
        Assert.True(app.Services.GetRequiredService<IntakeMemory>().Free > 256, "Who sends little holds little.");
        await end.CancelAsync();
        await Task.WhenAll(sending);
    }

    [Fact]
    public async Task Many_slow_associations_keep_no_quick_one_out()
    {
        await app.Centre("D1");
        var client = await app.As(Role.DataEngineer);
        var sockets = new List<Socket>();
        try
        {
            for (var k = 0; k < Slow; k++)
                sockets.Add(await BeginStore(k));
            await using var quick = await DicomClient.Connect(new DicomClientOptions("127.0.0.1", app.Port, "PIROGOV", "SCANNER"),
                [(DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian])], default);
            var slice = SyntheticCt.Slice(882, 0, 0);
            var bytes = DicomWriter.DatasetToBytes(slice, DicomTransferSyntax.Of(DicomUids.ExplicitVRLittleEndian));
            var status = await quick.Store(DicomUids.CTImageStorage, slice.GetString(DicomTags.SopInstanceUid)!, DicomUids.ExplicitVRLittleEndian, bytes, default);
            Assert.True(status.Code == 0, status + app.Log.Errors);
            await quick.Release();
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    /// <summary>A C-STORE whose data set begins and does not go on.</summary>
    private async Task<Socket> BeginStore(int k)
    {
        // The door opens a moment after the host.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, app.Port);
                break;
            }
            catch (SocketException) when (attempt < 100)
            {
                await Task.Delay(100);
            }
        }

        var pdus = new PduStream(new NetworkStream(socket), 128 * 1024, default);
        await pdus.Write(new AssociationRequest("PIROGOV", "SCANNER", [new(1, DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian])], 16384).ToPdu(16384), Patience);
        Assert.Equal(PduType.AssociateAccept, (await pdus.Read(Patience)).Type);
        var store = CommandSet.Request(CommandField.Store, 1, DicomUids.CTImageStorage, hasDataSet: true).Set(CommandSet.AffectedSopInstanceUid, $"2.25.{k + 1}").Set(CommandSet.Priority, 0);
        await new DimseChannel(pdus, 16384, Patience).SendCommand(1, store);
        await pdus.Write(new byte[] { 4, 0, 0, 0, 0, 10, 0, 0, 0, 6, 1, 0, 8, 0, 5, 0 }, Patience);
        return socket;
    }

    private static async Task Swallow(Task<HttpResponseMessage> sending)
    {
        try
        {
            (await sending).Dispose();
        }
        catch (Exception ended) when (ended is OperationCanceledException or HttpRequestException or IOException)
        {
            // Called off by the test.
        }
    }

    /// <summary>Sends a beginning, and then nothing.</summary>
    private sealed class Dripping(byte[] beginning, long announced) : HttpContent
    {
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsUnderWay => begun.Task;

        public Dripping As(string type)
        {
            Headers.ContentType = new MediaTypeHeaderValue(type);
            return this;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(beginning, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = announced;
            return true;
        }
    }
}
