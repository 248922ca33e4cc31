using System.IO.Compression;

namespace Pirogov.Imaging;

/// <summary>Reads single-file NIfTI-1 (.nii, .nii.gz): https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h.</summary>
public static class NiftiReader
{
    /// <summary>The most bytes of samples that are read unless the caller says otherwise: 1 GiB.</summary>
    public const long DefaultMaxDataBytes = 1L << 30;

    internal const int HeaderLength = 348;

    // Extensions may stand between header and samples; nobody needs megabytes of them.
    private const int MaxDataOffset = 1 << 24;

    public static NiftiImage Read(string path, long maxDataBytes = DefaultMaxDataBytes)
    {
        using var file = File.OpenRead(path);
        return Read(file, maxDataBytes);
    }

    /// <summary>
    /// Reads one image; gzip is recognised by its magic number. Never reads more than the header declares and the limit
    /// allows, so a gzip bomb costs no more than an honest file of that size.
    /// </summary>
    /// <exception cref="ImagingException">The stream is no NIfTI-1 image that is supported and within the limit.</exception>
    public static NiftiImage Read(Stream stream, long maxDataBytes = DefaultMaxDataBytes)
    {
        var start = new byte[2];
        Fill(stream, start);
        using var joined = new PrefixedStream(start, stream);
        if (start is not [0x1F, 0x8B]) return ReadPlain(joined, maxDataBytes);

        using var unzipped = new GZipStream(joined, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            return ReadPlain(unzipped, maxDataBytes);
        }
        catch (InvalidDataException damaged)
        {
            throw new ImagingException(ImagingFault.Malformed, "The gzip stream is damaged.", damaged);
        }
    }

    private static NiftiImage ReadPlain(Stream stream, long maxDataBytes)
    {
        var bytes = new byte[HeaderLength];
        Fill(stream, bytes);
        var header = NiftiHeader.Parse(bytes);

        var dataBytes = header.SampleCount * NiftiImage.BytesPerSample(header.Type);
        if (dataBytes > Math.Min(maxDataBytes, Array.MaxLength))
            throw new ImagingException(ImagingFault.TooLarge, $"The image declares {dataBytes} bytes of samples; the limit is {maxDataBytes}.");
        if (header.DataOffset is < HeaderLength or > MaxDataOffset)
            throw new ImagingException(ImagingFault.Malformed, $"The samples cannot start at byte {header.DataOffset}.");

        Fill(stream, new byte[header.DataOffset - HeaderLength]);
        var data = Samples.ReadGrowing(stream, (int)dataBytes);
        if (!header.LittleEndian) Samples.SwapInPlace(data, NiftiImage.BytesPerSample(header.Type));
        return new NiftiImage(header.Type, header.Dimensions, header.Affine, data, header.Slope, header.Intercept);
    }

    private static void Fill(Stream stream, Span<byte> target)
    {
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length) throw Samples.Truncated();
    }

    private sealed class PrefixedStream(byte[] prefix, Stream rest) : Stream
    {
        private int given;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (given == prefix.Length) return rest.Read(buffer);
            var part = prefix.AsSpan(given, Math.Min(buffer.Length, prefix.Length - given));
            part.CopyTo(buffer);
            given += part.Length;
            return part.Length;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
