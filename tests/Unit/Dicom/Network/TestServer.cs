using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;

namespace Pirogov.Unit.Dicom.Network;

internal sealed class TestServer : IAsyncDisposable
{
    public const int Most = 10;
    private readonly DicomListener listener;

    public TestServer(X509Certificate2? certificate = null, Func<DicomListenerOptions, DicomListenerOptions>? change = null)
    {
        var options = new DicomListenerOptions
        {
            Address = IPAddress.Loopback,
            Port = 0,
            MaximumAssociations = Most,
            Certificate = certificate,
            Patience = TimeSpan.FromSeconds(20),
        };
        options = change?.Invoke(options) ?? options;
        listener = new DicomListener(options, (_, _, _) => new(new AssociationVerdict(new Peer(this), null)));
        listener.Start();
    }

    public long Limit { get; init; } = 1 << 24;

    public List<byte[]> Stored { get; } = [];

    public List<Exception> Defects { get; } = [];

    /// <summary>How associations ended; null after a release.</summary>
    public List<DicomNetworkFault?> Ended { get; } = [];

    /// <summary>Takes this many bytes of an instance, and then fails as a full disk does.</summary>
    public int? Room { get; set; }

    /// <summary>What a query finds and a move sends.</summary>
    public int Matches { get; init; }

    public DicomClientOptions? Destination { get; init; }

    public DicomClientOptions Client => new("127.0.0.1", listener.Port, "SERVER", "CLIENT");

    public Task<DicomClient> Connect(params (string, string[])[] contexts) => DicomClient.Connect(Client, contexts, default);

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    /// <summary>Everything that comes back until the connection ends.</summary>
    public async Task<byte[]> Raw(byte[] bytes)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, listener.Port);
        await socket.SendAsync(bytes);
        socket.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        var chunk = new byte[4096];
        try
        {
            for (int read; (read = await socket.ReceiveAsync(chunk)) > 0;)
                answer.Write(chunk, 0, read);
        }
        catch (SocketException)
        {
            // Reset: an end as good as another.
        }

        return answer.ToArray();
    }

    private sealed class Peer(TestServer server) : DicomPeer
    {
        public override string? Choose(PresentationContext proposed, out bool isKnown)
        {
            isKnown = true;
            return proposed.TransferSyntaxes.Count > 0 ? proposed.TransferSyntaxes[0] : null;
        }

        public override async ValueTask<DimseStatus> Store(StoreRequest request, CancellationToken cancellation)
        {
            using var target = server.Room is { } room ? new MemoryStream(new byte[room]) : new MemoryStream();
            if (!await request.CopyFileTo(target, server.Limit, cancellation))
                return DimseStatus.OutOfResources;
            lock (server.Stored)
                server.Stored.Add(target.ToArray());
            return DimseStatus.Success;
        }

        public override ValueTask<FindAnswer> Find(QueryRequest request, CancellationToken cancellation) => new(new FindAnswer(default,
            Enumerable.Range(0, server.Matches).Select(i => new DicomDataset().Set(DicomTags.StudyInstanceUid, $"2.25.{i + 1}")).ToAsyncEnumerable()));

        public override ValueTask<MovePlan> Move(QueryRequest request, string destination, CancellationToken cancellation) => new(new MovePlan(default, server.Destination,
            [.. Enumerable.Range(0, server.Matches).Select(i => new MoveItem(DicomUids.CTImageStorage, $"2.25.{i + 1}", DicomUids.ExplicitVRLittleEndian,
                (_, _) => Task.FromResult<Stream?>(new MemoryStream(new byte[64]))))]));

        public override ValueTask Ended(DicomNetworkException? fault)
        {
            lock (server.Ended)
                server.Ended.Add(fault?.Fault);
            return ValueTask.CompletedTask;
        }

        public override void Failed(Exception defect)
        {
            lock (server.Defects)
                server.Defects.Add(defect);
        }
    }
}
