using System.IO.Compression;
using System.Text;

namespace Pirogov.Imaging;

/// <summary>
/// Reads NRRD with its data attached (https://teem.sourceforge.net/nrrd/format.html): encodings raw and gzip, three spatial axes in a
/// named space, any number of list axes.
/// </summary>
public static class NrrdReader
{
    private const int LargestHeader = 1 << 20;

    /// <exception cref="ImagingException">The bytes are no NRRD image that is supported and within the limit.</exception>
    public static NrrdImage Read(ReadOnlyMemory<byte> file, long maxDataBytes = NiftiReader.DefaultMaxDataBytes)
    {
        var end = HeaderLength(file.Span);
        var header = NrrdHeader.Parse(Encoding.UTF8.GetString(file.Span[..end]));
        var bytes = header.SampleCount * NiftiImage.BytesPerSample(header.Type);
        if (bytes > Math.Min(maxDataBytes, Array.MaxLength))
            throw new ImagingException(ImagingFault.TooLarge, $"The image declares {bytes} bytes of samples; the limit is {maxDataBytes}.");
        var data = ReadData(file[end..], header, (int)bytes);
        if (!header.LittleEndian) Samples.SwapInPlace(data, NiftiImage.BytesPerSample(header.Type));
        return new NrrdImage(header.Type, header.Sizes, header.SpatialAxes, header.Lps, data, header.Pairs);
    }

    /// <summary>Up to and with the first empty line.</summary>
    private static int HeaderLength(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith("NRRD000"u8)) throw new ImagingException(ImagingFault.Malformed, "The file is not NRRD.");
        var head = file[..Math.Min(file.Length, LargestHeader)];
        var (unix, dos) = (head.IndexOf("\n\n"u8), head.IndexOf("\n\r\n"u8));
        if (unix < 0 && dos < 0)
            throw new ImagingException(ImagingFault.Malformed, "The header does not end, or its data stand in another file.");
        return dos >= 0 && (unix < 0 || dos < unix) ? dos + 3 : unix + 2;
    }

    private static byte[] ReadData(ReadOnlyMemory<byte> rest, NrrdHeader header, int length)
    {
        using var stream = new MemoryStream(rest.ToArray(), writable: false);
        Stream plain = header.Encoding switch
        {
            "raw" => stream,
            "gzip" or "gz" => new GZipStream(stream, CompressionMode.Decompress),
            _ => throw new ImagingException(ImagingFault.Unsupported, $"The encoding {header.Encoding} is not read."),
        };
        using (plain)
        {
            try
            {
                return Samples.ReadGrowing(plain, length);
            }
            catch (InvalidDataException damaged)
            {
                throw new ImagingException(ImagingFault.Malformed, "The gzip stream is damaged.", damaged);
            }
        }
    }
}
