using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pirogov.Integration.Hospital;

/// <summary>A line between two sides that can be cut in the middle of a word.</summary>
internal sealed class CuttableLine : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> open = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile bool isCut;

    public CuttableLine(int target)
    {
        this.target = target;
        listener.Start();
        accepting = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public int Cuts { get; private set; }

    public void Cut()
    {
        (isCut, Cuts) = (true, Cuts + 1);
        foreach (var socket in open.Keys)
            End(socket);
    }

    public void Mend() => isCut = false;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
        foreach (var socket in open.Keys)
            End(socket);
        listener.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            Socket near;
            try
            {
                near = await listener.AcceptSocketAsync();
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (isCut)
                End(near);
            else
                _ = Join(near);
        }
    }

    private async Task Join(Socket near)
    {
        var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        open[near] = open[far] = 0;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, target);
            await Task.WhenAny(Carry(near, far), Carry(far, near));
        }
        catch (SocketException)
        {
            // Nobody there.
        }

        End(near);
        End(far);
    }

    private static async Task Carry(Socket from, Socket to)
    {
        var bytes = new byte[1 << 14];
        try
        {
            for (int read; (read = await from.ReceiveAsync(bytes)) > 0;)
                await to.SendAsync(bytes.AsMemory(0, read));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    /// <summary>With a reset: nothing that was on its way arrives.</summary>
    private void End(Socket socket)
    {
        open.TryRemove(socket, out _);
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Closed by the other side.
        }

        socket.Dispose();
    }
}
