using System.Net;
using System.Net.Sockets;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Xunit;

namespace Pirogov.Unit.Dicom.Network;

public class FailedMoveTests
{
    [Fact]
    public async Task The_last_response_of_a_move_names_the_instances_that_failed()
    {
        await using var destination = new TestServer { Limit = 10 };
        await using var server = new TestServer { Matches = 3, Destination = destination.Client };
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Client.Port);
        var patience = TimeSpan.FromSeconds(20);
        await using var pdus = new PduStream(new NetworkStream(socket), 128 * 1024, default);
        const string model = DicomUids.StudyRootQueryRetrieveInformationModelMove;
        await pdus.Write(new AssociationRequest("SERVER", "CLIENT", [new(1, model, [DicomUids.ImplicitVRLittleEndian])], 16384).ToPdu(16384), patience);
        Assert.Equal(PduType.AssociateAccept, (await pdus.Read(patience)).Type);
        var channel = new DimseChannel(pdus, 16384, patience);
        await channel.SendCommand(1, CommandSet.Request(CommandField.Move, 7, model, hasDataSet: true).Set(CommandSet.Priority, 0).Set(CommandSet.MoveDestination, "CLIENT"));
        await channel.SendDataSet(1, DicomWriter.DatasetToBytes(new DicomDataset().Set(new DicomTag(0x0008, 0x0052), DicomVr.CS, "STUDY"), DicomTransferSyntax.ImplicitLittleEndian));

        CommandSet? last;
        byte context;
        do
            (last, context, _) = await channel.ReadCommand(patience);
        while (last!.UInt16(CommandSet.Status) == DimseStatus.Pending.Code);
        Assert.Equal((0xA702, 3, true), (last.UInt16(CommandSet.Status), last.UInt16(CommandSet.Failed), last.HasDataSet));
        using var bytes = new MemoryStream();
        await channel.ReadDataSet(context, bytes, 1 << 20, default);
        var told = DicomReader.ReadDataset(bytes.ToArray(), DicomTransferSyntax.ImplicitLittleEndian).Dataset;
        Assert.Equal(["2.25.1", "2.25.2", "2.25.3"], told.GetStrings(new DicomTag(0x0008, 0x0058)));
    }
}
