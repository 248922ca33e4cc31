using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Imaging;

namespace Pirogov.EndToEnd.Journey;

/// <summary>
/// Holds the released labels of the main case against what was drawn, with nobody's code but nibabel's for the NIfTI
/// and DCMTK's for the place of a voxel in the patient.
/// </summary>
internal static class ReleasedGeometry
{
    /// <summary>
    /// The label volume is found by its shape among the stored objects, for its part of the split may be hidden; where
    /// classes overlap there is also a volume for each of them, of ones.
    /// </summary>
    private const string ReadLabels =
        """
        import glob, json, sys, nibabel, numpy
        root, shape, best = sys.argv[1], tuple(int(n) for n in sys.argv[2:5]), None
        for path in sorted(glob.glob(root + '/*/*')):
            with open(path, 'rb') as f:
                if f.read(2) != b'\x1f\x8b':
                    continue
            with open(path, 'rb') as f:
                image = nibabel.Nifti1Image.from_bytes(__import__('gzip').decompress(f.read()))
            if image.shape[:3] != shape or image.get_data_dtype() != numpy.uint8:
                continue
            data = numpy.asarray(image.dataobj)
            if best is None or data.max() > best[0].max():
                best = data, image.affine
        data, affine = best
        print(json.dumps({'affine': affine.tolist(), 'voxels': [[int(i), int(j), int(k), int(data[i, j, k])] for i, j, k in numpy.argwhere(data > 0)]}))
        """;

    public static async Task Check(Walk walk)
    {
        var (drawn, columns, rows) = await Drawn(walk);
        var slices = walk.Incoming.Series[0].Count;
        var store = Path.Combine(walk.Platform.DataFolder, "store", "files", "md5");
        var read = await Tool.Run("/usr/bin/python3", ["-", store, $"{columns}", $"{rows}", $"{slices}"], input: ReadLabels);
        Assert.True(read.ExitCode == 0 && read.Output.Length > 0, read.Errors);
        var labels = JsonNode.Parse(read.Output)!;
        var released = labels["voxels"]!.Deserialize<int[][]>()!.Select(v => (v[0], v[1], v[2], v[3])).ToHashSet();
        Assert.NotEmpty(drawn);
        Assert.True(released.SetEquals(drawn), $"{released.Count} voxels were released, {drawn.Count} drawn, {released.Intersect(drawn).Count()} are common.");
        await CheckPlace(walk, labels["affine"]!.Deserialize<double[][]>()!, released.First());
    }

    /// <summary>The arbitrator's last document as voxels (column, row, slice, label) in the order of slices along the normal.</summary>
    private static async Task<(HashSet<(int, int, int, int)> Voxels, int Columns, int Rows)> Drawn(Walk walk)
    {
        var api = walk["expert3"].Api;
        var finished = (await api.Get("/api/v1/readings"))["finished"]!.AsArray().First(r => (string)r!["projectId"]! == walk.Project)!;
        var view = await api.Get($"/api/v1/readings/{finished["id"]}");
        var series = view["series"]!.AsArray().MaxBy(s => (int)s!["instanceCount"]!)!;
        var metadata = await api.Get($"/dicomweb/studies/{series["studyInstanceUid"]}/series/{series["seriesInstanceUid"]}/metadata");
        var order = metadata.AsArray().OrderBy(i => (double)i!["00200032"]!["Value"]![2]!).Select(i => (string)i!["00080018"]!["Value"]![0]!).ToList();
        var classes = view["schema"]!["classes"]!.AsArray().Select(c => (string)c!["id"]!).ToList();
        var voxels = new Dictionary<(int, int, int), int>();
        var (columns, rows) = (0, 0);
        foreach (var mask in view["document"]!["masks"]!.AsArray().OrderBy(m => classes.IndexOf((string)m!["class"]!)))
        {
            (rows, columns) = ((int)mask!["rows"]!, (int)mask["columns"]!);
            var bits = RunLengthMask.Decode(Convert.FromBase64String((string)mask["runs"]!), rows, columns).ToBits();
            for (var i = 0; i < bits.Length; i++)
            {
                if (bits[i])
                    voxels[(i % columns, i / columns, order.IndexOf((string)mask["sopInstanceUid"]!))] = classes.IndexOf((string)mask["class"]!) + 1;
            }
        }

        return ([.. voxels.Select(v => (v.Key.Item1, v.Key.Item2, v.Key.Item3, v.Value))], columns, rows);
    }

    /// <summary>C.7.6.2.1.1 of PS3.3 from the original files as DCMTK prints them, then from LPS to RAS.</summary>
    private static async Task CheckPlace(Walk walk, double[][] affine, (int Column, int Row, int Slice, int) voxel)
    {
        var planes = new List<(double[] Position, double[] Orientation, double[] Spacing)>();
        foreach (var path in walk.Incoming.Series[0])
        {
            var dump = await Tool.Run("dcmdump", ["-q", "+P", "0020,0032", "+P", "0020,0037", "+P", "0028,0030", path]);
            var values = dump.Output.Split('\n').Where(l => l.Contains('[', StringComparison.Ordinal)).Select(l => l[(l.IndexOf('[', StringComparison.Ordinal) + 1)..l.IndexOf(']', StringComparison.Ordinal)]
                .Split('\\').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToArray();
            planes.Add((values[0], values[1], values[2]));
        }

        var (position, orientation, spacing) = planes.OrderBy(p => p.Position[2]).ElementAt(voxel.Slice);
        for (var axis = 0; axis < 3; axis++)
        {
            var lps = position[axis] + orientation[axis] * spacing[1] * voxel.Column + orientation[axis + 3] * spacing[0] * voxel.Row;
            var ras = affine[axis][0] * voxel.Column + affine[axis][1] * voxel.Row + affine[axis][2] * voxel.Slice + affine[axis][3];
            Assert.Equal(axis < 2 ? -lps : lps, ras, 1e-3);
        }
    }
}
