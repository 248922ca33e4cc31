using Pirogov.Dicom;

namespace Pirogov.Benchmarks.Fuzz;

/// <summary>
/// What must hold of any bytes: they are read, or refused with <see cref="DicomFormatException"/> and an offset; what was
/// read is written, and what was written is read again and written the same; the models take it; its patient is taken out of it.
/// </summary>
internal static class DicomProbe
{
    private static readonly DicomReaderOptions Bounds = new() { MaximumInflatedBytes = 8_000_000, MaximumElements = 500_000 };
    private static readonly DicomReaderOptions Header = Bounds with { StopBeforePixelData = true };

    private static readonly byte[][] DeflatedSyntaxes =
        [.. new[] { DicomUids.DeflatedExplicitVRLittleEndian, DicomUids.JPIPReferencedDeflate, DicomUids.JPIPHTJ2KReferencedDeflate }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <param name="models">Also goes through the JSON and XML models, which takes longer.</param>
    /// <returns>How the input behaved: inputs of one signature are not worth keeping twice.</returns>
    /// <exception cref="InvalidOperationException">Something that must hold does not.</exception>
    public static string Run(byte[] input, bool models)
    {
        var header = Try(() => DicomReader.Read(new MemoryStream(input), Header), input);
        var streamed = Try(() => Copy(input), input);
        var file = Try(() => DicomReader.Read(input, Bounds), input);
        if (file.Value is not { } read)
        {
            return $"refused {file.Fault} {header.Fault} {streamed.Fault}";
        }

        if (header.Value is null || streamed.Value is null)
        {
            throw new InvalidOperationException($"Read whole, but its header or its copy is refused: {header.Fault}{streamed.Fault}.");
        }

        var written = DicomWriter.ToBytes(read);
        var again = DicomReader.Read(written);
        if (!DicomWriter.ToBytes(again).AsSpan().SequenceEqual(written))
        {
            throw new InvalidOperationException("Written again, it differs.");
        }

        if (!streamed.Value.AsSpan().SequenceEqual(written))
        {
            throw new InvalidOperationException("Copied through a stream, it differs.");
        }

        if (models)
        {
            HoldAgainst(read.Dataset, DicomJson.Parse(DicomJson.ToUtf8Bytes(read.Dataset, DicomJsonOptions.LossFree)), "JSON");
            HoldAgainst(read.Dataset, DicomXml.Parse(DicomXml.ToUtf8Bytes(read.Dataset, DicomJsonOptions.LossFree)), "XML");
        }

        var twin = DicomTwinProbe.Run(input, read);
        var warnings = string.Join(',', read.Warnings.Select(w => w.Code).Distinct().Order(StringComparer.Ordinal));
        return $"read {read.TransferSyntax.Uid} {int.Log2(read.Dataset.Count + 1)} {header.Value.StoppedBeforePixelData} {warnings} {twin}";
    }

    private static void HoldAgainst(DicomDataset read, DicomDataset back, string model)
    {
        if (DicomDifference.Of(read, back) is { } difference)
        {
            throw new InvalidOperationException($"Through {model} and back, it differs: {difference}.");
        }
    }

    private static byte[] Copy(byte[] input)
    {
        using var target = new MemoryStream();
        DicomFile.Copy(new MemoryStream(input), target, file => file, Bounds);
        return target.ToArray();
    }

    private static (T? Value, string Fault) Try<T>(Func<T> read, byte[] input)
        where T : class
    {
        try
        {
            return (read(), "");
        }
        catch (DicomFormatException e)
        {
            // Of a deflated data set an offset counts what came out of it.
            var length = DeclaresDeflated(input) ? Math.Max(input.Length, Bounds.MaximumInflatedBytes) : input.Length;
            return e.Offset >= 0 && e.Offset <= length ? (null, e.Code) : throw new InvalidOperationException($"The offset {e.Offset} is outside the {input.Length} bytes.");
        }
    }

    private static bool DeclaresDeflated(byte[] input) => DeflatedSyntaxes.Any(uid => input.AsSpan().IndexOf(uid) >= 0);
}
