using System.Net;
using System.Net.Sockets;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;

namespace Pirogov.Integration.Archive;

/// <summary>A workstation that asks with extended negotiation, which DCMTK's tools do not do.</summary>
internal sealed class QueryingPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly PduStream pdus;
    private readonly DimseChannel channel;
    private readonly string model;

    private QueryingPeer(PduStream pdus, DimseChannel channel, string model, byte[]? agreed) => (this.pdus, this.channel, this.model, Agreed) = (pdus, channel, model, agreed);

    /// <summary>What the platform said of the model; null when nothing.</summary>
    public byte[]? Agreed { get; }

    public static async Task<QueryingPeer> Connect(int port, string title, string model, params byte[] wanted)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var pdus = new PduStream(new NetworkStream(socket, ownsSocket: true), 128 * 1024, default);
        var request = new AssociationRequest("PIROGOV", title, [new(1, model, [DicomUids.ExplicitVRLittleEndian])], 128 * 1024)
        {
            Extended = wanted.Length > 0 ? new Dictionary<string, byte[]> { [model] = wanted } : [],
        };
        await pdus.Write(request.ToPdu(128 * 1024), Patience);
        var answer = AssociationAnswer.Parse((await pdus.Read(Patience)).Body.Span);
        return new(pdus, new DimseChannel(pdus, answer.MaximumLength, Patience), model, answer.Extended.GetValueOrDefault(model));
    }

    public async Task<(ushort Status, List<DicomDataset> Matches)> Find(DicomDataset identifier)
    {
        await Ask(CommandSet.Request(CommandField.Find, 1, model, hasDataSet: true).Set(CommandSet.Priority, 0), identifier);
        var matches = new List<DicomDataset>();
        while (true)
        {
            var response = (await channel.ReadCommand(Patience)).Command!;
            if (!response.HasDataSet)
                return (response.UInt16(CommandSet.Status), matches);
            using var bytes = new MemoryStream();
            await channel.ReadDataSet(1, bytes, 1 << 20, default);
            matches.Add(DicomReader.ReadDataset(bytes.ToArray(), DicomTransferSyntax.ExplicitLittleEndian).Dataset);
        }
    }

    /// <returns>Status and comment of the last response.</returns>
    public async Task<(ushort Status, string Comment)> Move(DicomDataset identifier, string destination)
    {
        await Ask(CommandSet.Request(CommandField.Move, 1, model, hasDataSet: true).Set(CommandSet.Priority, 0).Set(CommandSet.MoveDestination, destination), identifier);
        while (true)
        {
            var response = (await channel.ReadCommand(Patience)).Command!;
            if (response.UInt16(CommandSet.Status) != DimseStatus.Pending.Code)
                return (response.UInt16(CommandSet.Status), response.Text(CommandSet.ErrorComment));
        }
    }

    public ValueTask DisposeAsync() => pdus.DisposeAsync();

    private async Task Ask(CommandSet command, DicomDataset identifier)
    {
        await channel.SendCommand(1, command);
        await channel.SendDataSet(1, DicomWriter.DatasetToBytes(identifier, DicomTransferSyntax.ExplicitLittleEndian));
    }
}
