using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Xunit;

namespace Pirogov.Unit.Dicom.Network;

/// <summary>No PDU waits for an acknowledgement of the one before: each is one write, and the sockets wait for nothing (RFC 896).</summary>
public sealed class WritesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_PDU_is_one_write(bool isBlocking)
    {
        await using var stream = new Writes();
        var pdus = new PduStream(stream, 16384, default, isBlocking);
        var channel = new DimseChannel(pdus, 4096, Patience);
        await channel.SendCommand(1, CommandSet.Request(CommandField.Store, 1, DicomUids.CTImageStorage, hasDataSet: true));
        await channel.SendDataSet(1, new byte[10_000]);
        await channel.SendDataSet(1, new MemoryStream(new byte[10_000]), default);
        await pdus.Write(PduType.ReleaseRequest, Patience);
        Assert.Equal(8, stream.Lengths.Count);
        Assert.All(stream.Lengths, l => Assert.Equal(l.Declared, l.Written));
    }

    [SkippableFact]
    public async Task The_sockets_of_both_sides_send_at_once()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Sockets are found in /proc.");
        await using var server = new TestServer();
        await using var client = await server.Connect((DicomUids.Verification, [DicomUids.ImplicitVRLittleEndian]));
        Assert.Equal(0, (await client.Echo(default)).Code);
        Assert.Equal([1, 1], Delays(server.Client.Port));
    }

    /// <summary>TCP_NODELAY of this process's sockets that are connected to the port or accepted on it.</summary>
    private static List<int> Delays(int port)
    {
        var found = new List<int>();
        foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var descriptor = int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture);
            if (PortOf(GetPeerName, descriptor) is { } far && (far == port || PortOf(GetSocketName, descriptor) == port))
            {
                var length = sizeof(int);
                Assert.Equal(0, GetSocketOption(descriptor, 6, 1, out var isSet, ref length));
                found.Add(isSet);
            }
        }

        return found;
    }

    /// <summary>Of IPv4 and IPv6 in the same place of the address; null for what is no connected socket.</summary>
    private static int? PortOf(NameOf nameOf, int descriptor)
    {
        var (address, length) = (new byte[128], 128);
        return nameOf(descriptor, address, ref length) == 0 && address[0] is 2 or 10 ? BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2)) : null;
    }

    private delegate int NameOf(int descriptor, byte[] address, ref int length);

    [DllImport("libc", EntryPoint = "getpeername")]
    private static extern int GetPeerName(int descriptor, [Out] byte[] address, ref int length);

    [DllImport("libc", EntryPoint = "getsockname")]
    private static extern int GetSocketName(int descriptor, [Out] byte[] address, ref int length);

    [DllImport("libc", EntryPoint = "getsockopt")]
    private static extern int GetSocketOption(int descriptor, int level, int option, out int value, ref int length);

    /// <summary>Of each write how long it is and how long the PDU with which it begins says that it is.</summary>
    private sealed class Writes : MemoryStream
    {
        public List<(long Written, long Declared)> Lengths { get; } = [];

        public override int WriteTimeout { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer) => Lengths.Add((buffer.Length, PduStream.HeaderLength + BinaryPrimitives.ReadUInt32BigEndian(buffer[2..])));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return default;
        }
    }
}
