using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Platform.Store;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed class ArrivingFileTests : IDisposable
{
    private const int Megabyte = 1 << 20;

    private readonly string folder = Directory.CreateTempSubdirectory("pirogov-arriving-").FullName;
    private readonly IntakeMemory memory = new();
    private readonly LargeFiles large;

    public ArrivingFileTests() => large = new LargeFiles(new StoreFolders(Path.Combine(folder, "data")));

    public void Dispose()
    {
        memory.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(Megabyte - 1, true)]
    [InlineData(Megabyte, true)]
    [InlineData((3 * Megabyte) + 5, true)]
    [InlineData(3 * Megabyte, false)]
    [InlineData((33 * Megabyte) + 1, false)]
    [InlineData(65 * Megabyte, true)]
    public async Task Every_byte_arrives_wherever_the_file_lies_and_no_seat_is_kept(int size, bool isAnnounced)
    {
        var free = memory.Free;
        var sent = new byte[size];
        RandomNumberGenerator.Fill(sent);
        await using (var arriving = new ArrivingFile(memory, large, isAnnounced ? size : null))
        {
            using var source = new MemoryStream(sent);
            await arriving.Fill(source.ReadAsync, default);
            Assert.Equal(size, arriving.Length);
            Assert.Equal(size > 32 * Megabyte, arriving.Spool is not null);
            await using var read = arriving.Read();
            var back = new byte[size];
            await read.ReadExactlyAsync(back);
            Assert.True(sent.AsSpan().SequenceEqual(back));
        }

        Assert.Equal(free, memory.Free);
    }

    [Fact]
    public async Task A_file_that_was_announced_as_large_and_does_not_come_holds_one_seat()
    {
        var free = memory.Free;
        await using var arriving = new ArrivingFile(memory, large, 60 * Megabyte);
        arriving.Write(new byte[1000]);
        Assert.Equal(free - 1, memory.Free);
    }

    [Fact]
    public async Task When_slow_senders_hold_every_seat_a_quick_one_goes_by_the_disk()
    {
        var slow = new List<byte[]>();
        while (memory.TryRent(64 * Megabyte) is { } taken)
            slow.Add(taken);
        Assert.Equal(0, memory.Free);
        await using (var quick = new ArrivingFile(memory, large, null))
        {
            quick.Write("quick"u8);
            Assert.NotNull(quick.Spool);
            Assert.Equal(5, quick.Length);
        }

        slow.ForEach(memory.Return);
        await using var next = new ArrivingFile(memory, large, null);
        next.Write("next"u8);
        Assert.Null(next.Spool);
    }

    [Fact]
    public async Task What_a_file_inflates_to_is_waited_for_and_two_never_wait_for_one_another()
    {
        var first = await memory.Judge(400L * Megabyte);
        var second = memory.Judge(400L * Megabyte);
        var third = memory.Judge(400L * Megabyte);
        Assert.False(second.IsCompleted);
        first!.Dispose();
        (await second)!.Dispose();
        (await third)!.Dispose();
        Assert.Null(await memory.Judge(0));
    }

    [Theory]
    [InlineData(DicomUids.DeflatedExplicitVRLittleEndian, true)]
    [InlineData(DicomUids.ExplicitVRLittleEndian, false)]
    [InlineData(DicomUids.ImplicitVRLittleEndian, false)]
    public async Task A_deflated_file_is_known_by_its_meta_header_in_memory_and_on_the_disk(string syntax, bool isDeflated)
    {
        var dataset = new DicomDataset().Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "2.25.1")
            .Set(DicomTags.PixelData, DicomVr.OW, new byte[200_000]);
        var file = DicomWriter.ToBytes(DicomFile.Create(dataset, syntax));
        var most = isDeflated ? Math.Min(1032L * file.Length, Admission.LargestInflated) : 0;
        Assert.Equal(most, DeflatedOriginal.Inflated(file, file.Length, Admission.LargestInflated));
        using var stream = new MemoryStream(file);
        Assert.Equal(most, await DeflatedOriginal.Inflated(stream, Admission.LargestInflated));
    }

    /// <summary>A header whose group length is a lie may pass for that of another file; the reader is held to what was reserved.</summary>
    [Fact]
    public void A_deflated_file_that_passes_for_another_one_inflates_no_further_than_any_file()
    {
        var dataset = new DicomDataset().Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "2.25.1").Set(DicomTags.PixelData, DicomVr.OW, new byte[8 * Megabyte]);
        var file = DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.DeflatedExplicitVRLittleEndian));
        var lying = file.ToArray();
        lying[140] = 0;
        Assert.True(DeflatedOriginal.Inflated(lying, lying.Length, long.MaxValue) > 0);
        byte[] longer = [.. file.AsSpan(0, 144), 2, 0, 1, 0, (byte)'O', (byte)'B', 0, 0, 0, 0, 2, 0, .. new byte[128 * 1024], .. file.AsSpan(144)];
        Assert.Equal(0, DeflatedOriginal.Inflated(longer, longer.Length, long.MaxValue));
        var fault = Assert.Throws<DicomFormatException>(() => DicomReader.Read(longer, DicomReaderOptions.Default.Within(0)));
        Assert.Equal(DicomFault.InflatedTooLarge, fault.Fault);
    }

    [Theory]
    [InlineData("HTTP/1.1", true)]
    [InlineData("HTTP/2", false)]
    public void A_sender_of_files_has_a_least_pace_where_the_protocol_lets_one_request_have_its_own(string protocol, bool isSet)
    {
        var pace = new Pace();
        var http = new DefaultHttpContext();
        http.Request.Protocol = protocol;
        http.Features.Set<IHttpMinRequestBodyDataRateFeature>(pace);
        SteadySender.Expect(http);
        Assert.Equal(isSet ? 8192 : null, pace.MinDataRate?.BytesPerSecond);
    }

    private sealed class Pace : IHttpMinRequestBodyDataRateFeature
    {
        public MinDataRate? MinDataRate { get; set; }
    }
}
