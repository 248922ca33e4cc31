using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Pirogov.Imaging;
using Pirogov.Statistics;

namespace Pirogov.Benchmarks;

/// <summary>
/// Decoding of a 512 × 512 frame by each codec: in the benchmark's own process, in one worker process, and in a worker a core.
/// Prints codec, bytes of the stream, and raw megabytes a second of the three.
/// </summary>
internal static class CodecsBenchmark
{
    public static int Run(int seconds)
    {
        var gray = Slice(12, 16);
        var picture = Slice(8, 8);
        Measure("RLE (own)", "1.2.840.10008.1.2.5", PixelEncoder.Encode("1.2.840.10008.1.2.5", gray), gray, seconds);
        Measure("JPEG 8 bits", "1.2.840.10008.1.2.4.50", Jpeg(picture), picture, seconds);
        Measure("JPEG-LS", "1.2.840.10008.1.2.4.80", PixelEncoder.Encode("1.2.840.10008.1.2.4.80", gray), gray, seconds);
        Measure("JPEG 2000", "1.2.840.10008.1.2.4.90", PixelEncoder.Encode("1.2.840.10008.1.2.4.90", gray), gray, seconds);
        return 0;
    }

    private static void Measure(string name, string syntax, EncodedFrame encoded, DecodedFrame raw, int seconds)
    {
        using var one = new CodecPool(new CodecPoolOptions { Workers = 1 });
        using var all = new CodecPool(new CodecPoolOptions());
        var operation = syntax switch
        {
            "1.2.840.10008.1.2.4.50" => CodecOperation.DecodeJpeg,
            "1.2.840.10008.1.2.4.80" => CodecOperation.DecodeJpegLs,
            "1.2.840.10008.1.2.4.90" => CodecOperation.DecodeJpeg2000,
            _ => (CodecOperation?)null,
        };
        Func<byte[]> here = operation is { } codec
            ? () => new CodecCall(codec, encoded.Description, encoded.Bytes).Run().Bytes
            : () => PixelDecoder.Decode(syntax, encoded.Description, encoded.Bytes).Samples;
        byte[] InPool(CodecPool pool) => PixelDecoder.Decode(syntax, encoded.Description, encoded.Bytes, pool).Samples;
        if (here().Length != raw.Samples.Length || !InPool(one).AsSpan().SequenceEqual(here())) throw new InvalidOperationException("The worker decodes other samples.");

        // In turns, so that what else the machine does falls on each alike.
        var (own, worker, many) = (0.0, 0.0, 0.0);
        const int Turns = 5;
        for (var turn = 0; turn < Turns; turn++)
        {
            own = Math.Max(own, Rate(here, raw, (double)seconds / Turns, 1));
            worker = Math.Max(worker, Rate(() => InPool(one), raw, (double)seconds / Turns, 1));
            many = Math.Max(many, Rate(() => InPool(all), raw, (double)seconds / Turns, Environment.ProcessorCount));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}|{encoded.Bytes.Length}|{own:F0}|{worker:F0}|{worker / own:F2}|{many:F0}"));
    }

    private static double Rate(Func<byte[]> decode, DecodedFrame raw, double seconds, int threads)
    {
        decode();
        long frames = 0;
        var watch = Stopwatch.StartNew();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                decode();
                Interlocked.Increment(ref frames);
            }
        });
        return frames * (double)raw.Samples.Length / 1e6 / watch.Elapsed.TotalSeconds;
    }

    private static EncodedFrame Jpeg(DecodedFrame picture) =>
        new(new Picture(picture.Samples, picture.Description.Columns, picture.Description.Rows, IsColor: false).ToJpeg(90), picture.Description);

    /// <summary>Round shapes on a dark ground, with noise in the low bits: as compressible as a slice of CT.</summary>
    private static DecodedFrame Slice(int stored, int allocated)
    {
        var description = new PixelDescription(512, 512, allocated, stored, stored - 1, 0, 1, 0, "MONOCHROME2");
        var (samples, random) = (new byte[description.FrameLength], new Xoshiro256(3));
        for (var i = 0; i < description.PixelCount; i++)
        {
            var (x, y) = (i % 512 / 512.0 - 0.5, i / 512 / 512.0 - 0.5);
            var inside = x * x / 0.16 + y * y / 0.09 < 1;
            var value = inside ? 0.3 + 0.1 * Math.Sin(20 * x) * Math.Cos(14 * y) : 0.01;
            var noise = inside ? random.NextInt32(1 << (stored - 6)) : random.NextInt32(2);
            var cell = (int)(value * ((1 << stored) - 1)) + noise;
            if (allocated == 8) samples[i] = (byte)cell;
            else BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(2 * i), (ushort)cell);
        }

        return new DecodedFrame(samples, description);
    }
}
