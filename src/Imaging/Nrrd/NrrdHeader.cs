using System.Globalization;

namespace Pirogov.Imaging;

/// <summary>The fields of a NRRD header, in LPS.</summary>
internal sealed record NrrdHeader(
    NiftiDataType Type, int[] Sizes, int[] SpatialAxes, VoxelAffine Lps, string Encoding, bool LittleEndian, IReadOnlyDictionary<string, string> Pairs)
{
    private const int MostAxes = 16;

    public long SampleCount => Sizes.Aggregate(1L, (product, length) => product * length);

    public static NrrdHeader Parse(string text)
    {
        var (fields, pairs) = (new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var line in text.Split('\n').Skip(1).Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line.IndexOf(":=", StringComparison.Ordinal) is >= 0 and var pair)
                pairs[line[..pair]] = line[(pair + 2)..];
            else if (line.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var field)
                fields[line[..field].Trim()] = line[(field + 2)..].Trim();
        }

        foreach (var elsewhere in new[] { "data file", "datafile", "line skip", "lineskip", "byte skip", "byteskip" })
        {
            if (fields.TryGetValue(elsewhere, out var said) && said != "0")
                throw new ImagingException(ImagingFault.Unsupported, $"The field \"{elsewhere}\" is not supported: the data are expected behind the header.");
        }

        var sizes = ReadSizes(fields);
        var type = TypeOf(Needed(fields, "type"));
        var (axes, affine) = ReadSpace(fields, sizes.Length);
        var isLittle = NiftiImage.BytesPerSample(type) == 1 || Needed(fields, "endian").Equals("little", StringComparison.OrdinalIgnoreCase);
        return new(type, sizes, axes, affine, Needed(fields, "encoding").ToLowerInvariant(), isLittle, pairs);
    }

    private static int[] ReadSizes(Dictionary<string, string> fields)
    {
        var sizes = Words(Needed(fields, "sizes")).Select(w => int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0).ToArray();
        if (sizes.Length is 0 or > MostAxes || sizes.Any(s => s < 1) || Needed(fields, "dimension") != sizes.Length.ToString(CultureInfo.InvariantCulture))
            throw new ImagingException(ImagingFault.Malformed, "The sizes are not those of the dimension.");
        if (sizes.Aggregate(1.0, (product, length) => product * length) > VolumeGrid.MaxVoxels)
            throw new ImagingException(ImagingFault.TooLarge, "The image has more than 2^31 samples.");
        return sizes;
    }

    private static (int[] Axes, VoxelAffine Lps) ReadSpace(Dictionary<string, string> fields, int dimension)
    {
        var (x, y) = Needed(fields, "space").ToLowerInvariant() switch
        {
            "left-posterior-superior" or "lps" => (1, 1),
            "right-anterior-superior" or "ras" => (-1, -1),
            "left-anterior-superior" or "las" => (1, -1),
            var other => throw new ImagingException(ImagingFault.Unsupported, $"The space {other} is not that of a patient."),
        };
        var directions = Words(Needed(fields, "space directions")).ToArray();
        int[] axes = [.. directions.Index().Where(d => !d.Item.Equals("none", StringComparison.OrdinalIgnoreCase)).Select(d => d.Index)];
        if (directions.Length != dimension || axes.Length != 3)
            throw new ImagingException(ImagingFault.Unsupported, "There are not three axes of space.");
        var (columns, origin) = (axes.Select(a => Vector(directions[a])).ToArray(), Vector(fields.GetValueOrDefault("space origin", "(0,0,0)")));
        var m = new double[12];
        for (var row = 0; row < 3; row++)
        {
            var sign = row == 0 ? x : row == 1 ? y : 1;
            for (var column = 0; column < 3; column++)
                m[row * 4 + column] = sign * columns[column][row];
            m[row * 4 + 3] = sign * origin[row];
        }

        return (axes, new VoxelAffine(m));
    }

    private static double[] Vector(string text)
    {
        double[] numbers = [.. text.Trim('(', ')').Split(',').Select(n =>
            double.TryParse(n, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];
        return numbers.Length == 3 && numbers.All(double.IsFinite) ? numbers : throw new ImagingException(ImagingFault.Malformed, $"{text} is no vector of space.");
    }

    /// <summary>Blanks part words, but not inside brackets: some writers put them behind commas.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var (start, depth) = (0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            if (at < text.Length && text[at] is '(') depth++;
            if (at < text.Length && text[at] is ')') depth--;
            if (at < text.Length && (depth > 0 || text[at] is not (' ' or '\t'))) continue;
            if (at > start) yield return text[start..at].Replace(" ", "", StringComparison.Ordinal);
            start = at + 1;
        }
    }

    private static string Needed(Dictionary<string, string> fields, string name) =>
        fields.TryGetValue(name, out var value) ? value : throw new ImagingException(ImagingFault.Malformed, $"The field \"{name}\" is missing.");

    private static NiftiDataType TypeOf(string name) => name.ToLowerInvariant() switch
    {
        "signed char" or "int8" or "int8_t" => NiftiDataType.Int8,
        "uchar" or "unsigned char" or "uint8" or "uint8_t" => NiftiDataType.UInt8,
        "short" or "short int" or "signed short" or "signed short int" or "int16" or "int16_t" => NiftiDataType.Int16,
        "ushort" or "unsigned short" or "unsigned short int" or "uint16" or "uint16_t" => NiftiDataType.UInt16,
        "int" or "signed int" or "int32" or "int32_t" => NiftiDataType.Int32,
        "uint" or "unsigned int" or "uint32" or "uint32_t" => NiftiDataType.UInt32,
        "longlong" or "long long" or "long long int" or "signed long long" or "signed long long int" or "int64" or "int64_t" => NiftiDataType.Int64,
        "ulonglong" or "unsigned long long" or "unsigned long long int" or "uint64" or "uint64_t" => NiftiDataType.UInt64,
        "float" => NiftiDataType.Float32,
        "double" => NiftiDataType.Float64,
        _ => throw new ImagingException(ImagingFault.Unsupported, $"The type {name} is not read."),
    };
}
