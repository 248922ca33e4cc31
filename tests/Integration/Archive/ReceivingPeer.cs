using System.Collections.Concurrent;
using System.Net;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;

namespace Pirogov.Integration.Archive;

/// <summary>A workstation to which C-MOVE sends: it keeps the files as they come.</summary>
internal sealed class ReceivingPeer : IAsyncDisposable
{
    private readonly DicomListener listener;
    private readonly ConcurrentQueue<byte[]> received = new();

    public ReceivingPeer(int port, params string[] syntaxes)
    {
        listener = new DicomListener(new DicomListenerOptions { Port = port, Address = IPAddress.Loopback }, (_, _, _) => ValueTask.FromResult<AssociationVerdict>(new Keeping(received, syntaxes)));
        listener.Start();
    }

    public IReadOnlyCollection<byte[]> Received => received;

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    /// <param name="syntaxes">None: whatever is proposed.</param>
    private sealed class Keeping(ConcurrentQueue<byte[]> received, string[] syntaxes) : DicomPeer
    {
        public override string? Choose(PresentationContext proposed, out bool isKnown)
        {
            isKnown = true;
            return proposed.TransferSyntaxes.FirstOrDefault(s => syntaxes.Length == 0 || syntaxes.Contains(s));
        }

        public override async ValueTask<DimseStatus> Store(StoreRequest request, CancellationToken cancellation)
        {
            using var file = new MemoryStream();
            await request.CopyFileTo(file, int.MaxValue, cancellation);
            received.Enqueue(file.ToArray());
            return DimseStatus.Success;
        }
    }
}
