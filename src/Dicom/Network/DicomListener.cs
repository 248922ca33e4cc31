using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Pirogov.Dicom.Network;

/// <summary>Why an association is refused (PS3.8 Table 9-21).</summary>
public sealed record AssociationRejection(byte Result, byte Source, byte Reason)
{
    public static readonly AssociationRejection CallingTitleUnknown = new(1, 1, 3);
    public static readonly AssociationRejection CalledTitleUnknown = new(1, 1, 7);

    /// <summary>Transient: try again later.</summary>
    public static readonly AssociationRejection TooMany = new(2, 3, 2);
}

/// <summary>Either side is null.</summary>
public sealed record AssociationVerdict(DicomPeer? Peer, AssociationRejection? Rejection)
{
    public static implicit operator AssociationVerdict(AssociationRejection rejection) => new(null, rejection);

    public static implicit operator AssociationVerdict(DicomPeer peer) => new(peer, null);
}

public sealed record DicomListenerOptions
{
    public IPAddress Address { get; init; } = IPAddress.Any;

    /// <summary>0 takes a free one.</summary>
    public int Port { get; init; } = 104;

    /// <summary>Most associations at once; further ones are refused as a passing state.</summary>
    public int MaximumAssociations { get; init; } = 32;

    /// <summary>
    /// Most connections at once, those among them that have not asked for anything yet; further ones are shut without a word, so that a flood
    /// of them costs no more than these.
    /// </summary>
    public int MaximumConnections { get; init; } = 128;

    /// <summary>Most connections of one address, so that one host cannot take them all.</summary>
    public int MaximumConnectionsOfOne { get; init; } = 48;

    /// <summary>Largest P-DATA-TF that is taken.</summary>
    public int MaximumLength { get; init; } = 128 * 1024;

    /// <summary>Longest wait for a request after the connection, for the rest of a message, and for a peer that takes nothing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest silence between two messages.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>TLS when present.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Judges the client's certificate; null asks for none.</summary>
    public RemoteCertificateValidationCallback? ClientCertificate { get; init; }
}

/// <summary>Accepts associations (PS3.8) and serves each on its own.</summary>
/// <param name="judge">Called with the request and the peer's address; answers who the peer is or why it is refused.</param>
public sealed class DicomListener(
    DicomListenerOptions options, Func<AssociationRequest, IPAddress, CancellationToken, ValueTask<AssociationVerdict>> judge) : IAsyncDisposable
{
    private readonly TcpListener listener = new(options.Address, options.Port);
    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<Task> running = [];
    private readonly Dictionary<IPAddress, int> connections = [];
    private Task accepting = Task.CompletedTask;
    private int associations;

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <exception cref="SocketException">The port is taken or not allowed.</exception>
    public void Start()
    {
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Takes no more, and breaks off what runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        Task[] left;
        lock (running)
            left = [.. running];
        await Task.WhenAll(left);
        listener.Dispose();
        stop.Dispose();
    }

    private async Task Accept()
    {
        while (!stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A connection that was gone before it was accepted, or no descriptor left: the next one may do.
                await Task.Delay(100, CancellationToken.None);
                continue;
            }

            var address = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
            if (!Enters(address))
            {
                socket.Dispose();
                continue;
            }

            if (Begin(socket, address) is not { } serving)
            {
                await Task.Delay(100, CancellationToken.None);
                continue;
            }

            lock (running)
                running.Add(serving);
            _ = serving.ContinueWith(done =>
            {
                lock (running)
                    running.Remove(done);
            }, TaskScheduler.Default);
        }
    }

    /// <returns>Null where the system has no thread left: this one is turned away, and the door stays open for the next.</returns>
    private Task? Begin(Socket socket, IPAddress address)
    {
        try
        {
            return OwnThread.Run(() => Serve(socket, address));
        }
        catch (OutOfMemoryException)
        {
            socket.Dispose();
            Leaves(address);
            return null;
        }
    }

    private bool Enters(IPAddress address)
    {
        lock (connections)
        {
            var own = connections.GetValueOrDefault(address);
            if (own >= options.MaximumConnectionsOfOne || connections.Values.Sum() >= options.MaximumConnections)
                return false;
            connections[address] = own + 1;
            return true;
        }
    }

    private void Leaves(IPAddress address)
    {
        lock (connections)
        {
            if (--connections[address] == 0)
                connections.Remove(address);
        }
    }

    private async Task Serve(Socket socket, IPAddress address)
    {
        var isCounted = false;
        // Counted when it asks for an association: who only connects takes no place of those who work.
        ValueTask<AssociationVerdict> Judge(AssociationRequest request, IPAddress from, CancellationToken cancellation)
        {
            if (Interlocked.Increment(ref associations) > options.MaximumAssociations)
            {
                Interlocked.Decrement(ref associations);
                return new(AssociationRejection.TooMany);
            }

            isCounted = true;
            return judge(request, from, cancellation);
        }

        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                // Who waits for bytes of a peer is woken by the end.
                await using var ending = stop.Token.Register(socket.Dispose);
                await using var pdus = new PduStream(await Secure(new NetworkStream(socket, ownsSocket: false)), options.MaximumLength, stop.Token, isBlocking: true);
                await new ServedAssociation(pdus, socket, options, Judge).Run(address, stop.Token);
            }
            catch (Exception broken) when (broken is AuthenticationException or IOException or SocketException or ObjectDisposedException or OperationCanceledException or DicomNetworkException)
            {
                // The other side is gone or never spoke TLS: there is nobody to answer.
            }
            finally
            {
                if (isCounted)
                    Interlocked.Decrement(ref associations);
                Leaves(address);
            }
        }
    }

    private async Task<Stream> Secure(NetworkStream plain)
    {
        if (options.Certificate is null)
            return plain;
        var secured = new SslStream(plain);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        patience.CancelAfter(options.Patience);
        // Asynchronous calls would make the socket one that never blocks.
        plain.ReadTimeout = plain.WriteTimeout = (int)options.Patience.TotalMilliseconds;
        await using var late = patience.Token.Register(plain.Socket.Dispose);
        secured.AuthenticateAsServer(new SslServerAuthenticationOptions
        {
            ServerCertificate = options.Certificate,
            ClientCertificateRequired = options.ClientCertificate is not null,
            RemoteCertificateValidationCallback = options.ClientCertificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        });
        return secured;
    }
}
