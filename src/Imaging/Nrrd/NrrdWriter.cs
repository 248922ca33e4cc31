using System.Globalization;
using System.Text;

namespace Pirogov.Imaging;

/// <summary>Writes label volumes as NRRD with gzip, in LPS; several layers stand on a list axis before the spatial ones, as 3D Slicer writes them.</summary>
public static class NrrdWriter
{
    /// <param name="layers">One or more volumes on one grid.</param>
    /// <param name="pairs">Written as <c>key:=value</c> in their order; neither may hold a line break.</param>
    public static byte[] Write(IReadOnlyList<MaskVolume> layers, VoxelAffine lps, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var grid = layers[0].Grid;
        var isLayered = layers.Count > 1;
        var header = new StringBuilder("NRRD0005\ntype: unsigned char\n");
        header.Append(CultureInfo.InvariantCulture, $"dimension: {(isLayered ? 4 : 3)}\nspace: left-posterior-superior\n");
        header.Append(CultureInfo.InvariantCulture, $"sizes: {(isLayered ? $"{layers.Count} " : "")}{grid.Columns} {grid.Rows} {grid.Slices}\n");
        header.Append("space directions: ").Append(isLayered ? "none " : "").AppendJoin(' ', Enumerable.Range(0, 3).Select(c => Vector(lps, c))).Append('\n');
        header.Append("kinds: ").Append(isLayered ? "list " : "").Append("domain domain domain\nencoding: gzip\n");
        header.Append("space origin: ").Append(Vector(lps, 3)).Append('\n');
        foreach (var (key, value) in pairs)
            header.Append(key).Append(":=").Append(value).Append('\n');
        using var file = new MemoryStream();
        file.Write(Encoding.UTF8.GetBytes(header.Append('\n').ToString()));
        StableGzip.Write(file, [], isLayered ? Interleaved(layers) : layers[0].Labels.Span);
        return file.ToArray();
    }

    private static byte[] Interleaved(IReadOnlyList<MaskVolume> layers)
    {
        var data = new byte[checked(layers.Count * layers[0].Labels.Length)];
        for (var layer = 0; layer < layers.Count; layer++)
        {
            var labels = layers[layer].Labels.Span;
            for (var i = 0; i < labels.Length; i++) data[i * layers.Count + layer] = labels[i];
        }

        return data;
    }

    private static string Vector(VoxelAffine affine, int column) =>
        string.Create(CultureInfo.InvariantCulture, $"({affine[0, column]:R},{affine[1, column]:R},{affine[2, column]:R})");
}
