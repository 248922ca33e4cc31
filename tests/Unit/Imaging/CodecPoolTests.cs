using System.Diagnostics;
using System.Globalization;
using Pirogov.Imaging;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Imaging;

/// <summary>Whatever happens to a worker costs one frame its answer, and nothing else.</summary>
public class CodecPoolTests
{
    private static readonly PixelDescription Gray = new(64, 64, 16, 16, 15, 0, 1, 0, "MONOCHROME2");

    [SkippableFact]
    public async Task A_codec_that_crashes_costs_its_own_frame_only()
    {
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 1 });
        var encoded = Encode(pool, Gray);
        var worker = Assert.Single(pool.IdleProcesses);
        Signal("STOP", worker);
        var decoding = Task.Run(() => Decode(pool, Gray, encoded));
        while (pool.IdleProcesses.Count > 0) await Task.Yield();
        Signal("KILL", worker);

        var thrown = await Assert.ThrowsAsync<ImagingException>(() => decoding);
        Assert.Equal(ImagingFault.CodecFailed, thrown.Fault);
        Assert.Equal(Samples(Gray), Decode(pool, Gray, encoded));
        Assert.NotEqual(worker, Assert.Single(pool.IdleProcesses));
    }

    [SkippableFact]
    public async Task A_codec_that_hangs_is_stopped_at_its_limit_and_holds_nobody_up()
    {
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 2, TimeLimit = TimeSpan.FromSeconds(2) });
        var encoded = Encode(pool, Gray);
        var worker = Assert.Single(pool.IdleProcesses);
        Signal("STOP", worker);
        var hanging = Task.Run(() => Decode(pool, Gray, encoded));
        while (pool.IdleProcesses.Count > 0) await Task.Yield();

        Assert.Equal(Samples(Gray), Decode(pool, Gray, encoded));
        var thrown = await Assert.ThrowsAsync<ImagingException>(() => hanging);
        Assert.Equal(ImagingFault.CodecFailed, thrown.Fault);
        Assert.Contains("limit", thrown.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_worker_that_died_between_frames_is_replaced_unseen()
    {
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 1 });
        var encoded = Encode(pool, Gray);
        using (var worker = Process.GetProcessById(Assert.Single(pool.IdleProcesses)))
        {
            worker.Kill();
            worker.WaitForExit();
        }

        Assert.Equal(Samples(Gray), Decode(pool, Gray, encoded));
    }

    [SkippableFact]
    public void A_frame_beyond_the_memory_of_a_worker_is_refused()
    {
        var large = Gray with { Rows = 2048, Columns = 2048 };
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 1 });
        var encoded = Run(pool, CodecOperation.EncodeJpeg2000, large, new byte[large.FrameLength]);
        using var small = new CodecPool(new CodecPoolOptions { Workers = 1, MemoryMegabytes = 64 });
        var thrown = Assert.Throws<ImagingException>(() => Run(small, CodecOperation.DecodeJpeg2000, large, encoded));
        Assert.Contains(thrown.Fault, (ImagingFault[])[ImagingFault.TooLarge, ImagingFault.CodecFailed, ImagingFault.Malformed]);
        Assert.Equal(Samples(Gray), Run(small, CodecOperation.DecodeJpeg2000, Gray, Run(pool, CodecOperation.EncodeJpeg2000, Gray, Samples(Gray))));
    }

    [SkippableFact]
    public void Many_threads_share_the_workers_and_get_their_own_frames()
    {
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 2 });
        var encoded = Enumerable.Range(0, 8).Select(seed => Encode(pool, Gray, (ulong)seed)).ToArray();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            Assert.Equal(Samples(Gray, (ulong)(i % 8)), Decode(pool, Gray, encoded[i % 8])));
        Assert.InRange(pool.IdleProcesses.Count, 1, 2);
    }

    [SkippableFact]
    public void Damaged_streams_leave_the_pool_whole()
    {
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 1, TimeLimit = TimeSpan.FromSeconds(2) });
        var random = new Xoshiro256(7);
        foreach (var (encode, decode) in ((CodecOperation, CodecOperation)[])
                 [(CodecOperation.EncodeJpegLs, CodecOperation.DecodeJpegLs), (CodecOperation.EncodeJpeg2000, CodecOperation.DecodeJpeg2000)])
        {
            var encoded = Run(pool, encode, Gray, Samples(Gray));
            for (var round = 0; round < 150; round++)
            {
                var damaged = (byte[])encoded.Clone();
                for (var i = 0; i <= round % 4; i++) damaged[random.NextInt32(round % 2 == 0 ? 120 : damaged.Length)] = (byte)random.NextUInt64();
                // Straight to the codec: what the checks before it would have caught must not harm anyone either.
                var thrown = Record.Exception(() => Run(pool, decode, Gray, damaged));
                if (thrown is not null) Assert.IsType<ImagingException>(thrown);
            }

            Assert.Equal(Samples(Gray), Run(pool, decode, Gray, encoded));
        }
    }

    [Fact]
    public void A_defect_of_a_worker_is_told_as_one_of_its_codec_and_the_next_frame_is_answered()
    {
        using var pool = new CodecPool(new CodecPoolOptions { Workers = 1 });
        var thrown = Assert.Throws<ImagingException>(() => pool.Run(new CodecCall((CodecOperation)99, Gray, Samples(Gray))));
        Assert.Equal(ImagingFault.CodecFailed, thrown.Fault);
        Assert.Equal(Samples(Gray), Run(pool, CodecOperation.DecodeJpegLs, Gray, Encode(pool, Gray)));
    }

    [Theory]
    [InlineData(false, -1)]
    [InlineData(false, int.MaxValue)]
    [InlineData(false, 64 * 64)]
    [InlineData(true, 64 * 64 * 100)]
    [InlineData(true, 0)]
    public void A_worker_is_believed_no_length_that_the_frame_cannot_have(bool encodes, int length)
    {
        var operation = encodes ? CodecOperation.EncodeJpegLs : CodecOperation.DecodeJpegLs;
        var answer = new byte[CodecWire.HeadLength + 1_000_000];
        foreach (var verdict in new[] { CodecWire.Done, CodecWire.Refused, CodecWire.Broken })
        {
            CodecWire.WriteHead(answer, verdict, 0, Gray, verdict == CodecWire.Done ? length : length * 100);
            var thrown = Assert.Throws<ImagingException>(() => CodecWire.ReadAnswer(new MemoryStream(answer), new CodecCall(operation, Gray, default)));
            Assert.True(thrown.Fault == ImagingFault.CodecFailed || (verdict == CodecWire.Refused && length == 0), thrown.Message);
        }
    }

    [Fact]
    public void All_workers_together_have_at_most_half_of_the_host()
    {
        Assert.Equal(1024, CodecPoolOptions.ShareOf(host: 4096, workers: 2));
        Assert.Equal(4096, CodecPoolOptions.ShareOf(host: 65_536, workers: 2));
        Assert.Equal(256, CodecPoolOptions.ShareOf(host: 1024, workers: 8));
        var machine = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        Assert.True(new CodecPoolOptions { Workers = 16 }.MemoryMegabytes * 16L <= Math.Max(machine / 2, 16 * 256));
    }

    private static byte[] Encode(CodecPool pool, PixelDescription description, ulong seed = 1) =>
        Run(pool, CodecOperation.EncodeJpegLs, description, Samples(description, seed));

    private static byte[] Decode(CodecPool pool, PixelDescription description, byte[] encoded) => Run(pool, CodecOperation.DecodeJpegLs, description, encoded);

    private static byte[] Run(CodecPool pool, CodecOperation operation, PixelDescription description, byte[] bytes)
    {
        try
        {
            return pool.Run(new CodecCall(operation, description, bytes)).Bytes;
        }
        catch (ImagingException missing) when (missing.Fault == ImagingFault.CodecMissing)
        {
            throw new SkipException(missing.Message);
        }
    }

    private static byte[] Samples(PixelDescription description, ulong seed = 1)
    {
        var random = new Xoshiro256(seed);
        var samples = new byte[description.FrameLength];
        for (var i = 0; i < samples.Length; i++) samples[i] = (byte)(i % 2 == 0 ? random.NextUInt64() : (ulong)(i / 512));
        return samples;
    }

    private static void Signal(string name, int process) => SharedData.Run("/bin/kill", "-" + name, process.ToString(CultureInfo.InvariantCulture));
}
