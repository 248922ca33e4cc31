using System.Collections.Concurrent;
using System.IO.Hashing;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>
/// Every published file: pydicom sees the elements and values that are seen here; and the file written again in every
/// syntax that can hold it is the same file to pydicom, DCMTK and GDCM.
/// </summary>
public sealed class AgreementWithPeers(RewrittenFiles files) : IClassFixture<RewrittenFiles>
{
    /// <summary>
    /// pydicom 2.3 leaves standard sequences under UN as bytes, refuses a file over one IS value, and puts its own values
    /// for the offsets of a DICOMDIR.
    /// </summary>
    private static readonly string[] ReadOtherwiseByPydicom = ["bad_sequence.dcm", "rtdose_rle.dcm", "rtdose_rle_1frame.dcm", "DX-Im-DRGEM.dcm"];

    /// <summary>GDCM 3.0 knows neither HTJ2K nor deflated frames.</summary>
    private static readonly string[] UnknownToGdcm = ["HTJ2K_08_RGB.dcm", "HTJ2KLossless_08_RGB.dcm", "liver_deflate.dcm", "liver_nonbyte_aligned_deflate.dcm"];

    /// <summary>dcmdump breaks such values over lines: their tags are left out of the comparison.</summary>
    private const string SeveralLines = " lines";

    private static string TagOf(string line) => line.Split(' ')[1];

    [SkippableFact]
    public void Pydicom_sees_the_same_elements_and_values_in_the_published_files()
    {
        var listed = Peers.Pydicom(files.Originals.Keys);
        Assert.True(listed.Count > 500, $"pydicom read only {listed.Count} files");
        Differences(files.Originals.Where(f => listed.ContainsKey(f.Key) && f.Value.SopClassUid != DicomUids.MediaStorageDirectoryStorage).Select(f => (f.Key, f.Value, Ours: Lines(f.Value.Dataset, "", e => e.Vr).ToList(), Theirs: listed[f.Key])));
    }

    [SkippableFact]
    public void Pydicom_sees_the_same_elements_and_values_in_every_rewritten_file()
    {
        var listed = Peers.Pydicom(files.Rewritten.Keys);
        Assert.InRange(listed.Count, files.Rewritten.Count - ReadOtherwiseByPydicom.Length, files.Rewritten.Count);
        // One original stands behind several files.
        var ours = files.Rewritten.Values.Distinct().ToDictionary(f => f, f => Lines(f.Dataset, "", Strict).ToList());
        Differences(files.Rewritten.Where(f => listed.ContainsKey(f.Key)).Select(f => (f.Key, f.Value, Ours: ours[f.Value], Theirs: listed[f.Key])));
    }

    [SkippableFact]
    public void Dcmtk_reads_every_rewritten_file_and_sees_the_same_elements()
    {
        Assert.Empty(Peers.NotDicomForDcmftest(files.Rewritten.Keys));
        var listed = Peers.Dcmdump(files.Rewritten.Keys);
        Assert.Equal(files.Rewritten.Count, listed.Count);
        var different = files.Rewritten.Select(f => (f.Key, Ours: Shapes(f.Value.Dataset, 0).ToList(), Theirs: listed[f.Key].Where(l => !l.StartsWith("0 0002", StringComparison.Ordinal)).ToList()))
            .Select(f => (f.Key, Broken: f.Ours.Where(l => l.EndsWith(SeveralLines, StringComparison.Ordinal)).Select(TagOf).ToHashSet(), f.Ours, f.Theirs))
            .Select(f => (f.Key, Ours: f.Ours.Where(l => !f.Broken.Contains(TagOf(l))).ToList(), Theirs: f.Theirs.Where(l => !f.Broken.Contains(TagOf(l))).ToList()))
            .Where(f => !f.Ours.SequenceEqual(f.Theirs, Shape.Comparer))
            .Select(f => $"{Path.GetFileName(f.Key)}: {FirstDifference(f.Ours, f.Theirs, Shape.Comparer)}").ToList();
        Assert.True(different.Count == 0, $"{different.Count} files differ:\n" + string.Join('\n', different.Take(20)));
    }

    /// <summary>GDCM reads what was written here and writes it again: the same elements, the same pixels.</summary>
    [SkippableFact]
    public void What_GDCM_makes_of_a_rewritten_file_is_the_same_file()
    {
        _ = Peers.Run("gdcmconv", ["--version"]);
        var different = new ConcurrentBag<string>();
        Parallel.ForEach(files.Rewritten.Where(f => !Array.Exists(UnknownToGdcm, n => f.Key.EndsWith(n, StringComparison.Ordinal))).GroupBy(f => f.Value).Select((f, i) => (f.Key, Path: f.ElementAt(i % f.Count()).Key)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, file =>
        {
            var copy = file.Path + ".gdcm";
            var (_, errors, exit) = Peers.Run("gdcmconv", [file.Path, copy]);
            if (exit != 0 || !File.Exists(copy))
            {
                different.Add($"{Path.GetFileName(file.Path)}: {errors}");
                return;
            }

            var (ours, theirs) = (Lines(file.Key.Dataset, "", Strict).ToList(), Lines(DicomReader.ReadFile(copy).Dataset, "", Strict).ToList());
            File.Delete(copy);
            if (!ours.SequenceEqual(theirs, Value.Comparer))
                different.Add($"{Path.GetFileName(file.Path)}: {FirstDifference(ours, theirs, Value.Comparer)}");
        });
        Assert.True(different.IsEmpty, $"{different.Count} files differ:\n" + string.Join('\n', different.Order().Take(80)));
    }

    private static void Differences(IEnumerable<(string Path, DicomFile File, List<string> Ours, List<string> Theirs)> all)
    {
        var different = all.Where(f => !ReadOtherwiseByPydicom.Any(name => f.Path.EndsWith(name, StringComparison.Ordinal)) && !f.Ours.SequenceEqual(f.Theirs, Value.Comparer))
            .Select(f => $"{Path.GetFileName(f.Path)}: {FirstDifference(f.Ours, f.Theirs, Value.Comparer)}").ToList();
        Assert.True(different.Count == 0, $"{different.Count} files differ:\n" + string.Join('\n', different.Take(40)));
    }

    private static string FirstDifference(List<string> ours, List<string> theirs, IEqualityComparer<string> same)
    {
        var at = Enumerable.Range(0, Math.Max(ours.Count, theirs.Count)).First(i => i >= ours.Count || i >= theirs.Count || !same.Equals(ours[i], theirs[i]));
        return $"{(at < ours.Count ? ours[at] : "nothing")} here, {(at < theirs.Count ? theirs[at] : "nothing")} there";
    }

    /// <summary>Path of tags and item numbers, VR, and the sum of the value without its padding.</summary>
    private static IEnumerable<string> Lines(DicomDataset dataset, string path, Func<DicomElement, DicomVr> vr) => dataset.Where(e => !e.Tag.IsGroupLength).SelectMany(e => e is DicomSequence sequence
        ? sequence.Items.SelectMany((item, i) => Lines(item, $"{path}{e.Tag.Hex}.{i}.", vr)).Prepend($"{path}{e.Tag.Hex} SQ {sequence.Items.Count}")
        : [$"{path}{e.Tag.Hex} {vr(e)} {Crc32.HashToUInt32(e is DicomEncapsulatedPixelData pixels ? pixels.ToItems().AsSpan()[..^8].TrimEnd(" \0"u8) : e.Bytes.Span.TrimEnd(" \0"u8)):X8}"]);

    /// <summary>The VR of a text as it is written: the dictionary's.</summary>
    private static DicomVr Strict(DicomElement element) =>
        element.Vr.IsText() && DicomDictionary.Find(element.Tag) is { } entry && entry.Vr.IsText() ? entry.Vr : element.Vr;

    private static IEnumerable<string> Shapes(DicomDataset dataset, int depth) => dataset.Where(e => !e.Tag.IsGroupLength).SelectMany(e => e switch
    {
        DicomSequence sequence => sequence.Items.SelectMany(i => Shapes(i, depth + 2)).Prepend($"{depth / 2} {e.Tag.Hex} SQ -"),
        DicomEncapsulatedPixelData => [$"{depth / 2} {e.Tag.Hex} PI -"],
        _ when e.Vr.IsText() && e.Bytes.Span.ContainsAny((byte)'\r', (byte)'\n') => [$"{depth / 2} {e.Tag.Hex} {e.Vr}{SeveralLines}"],
        _ => [$"{depth / 2} {e.Tag.Hex} {Strict(e)} {e.Bytes.Length}"],
    });

    /// <summary>VRs are compared where both sides read them from the file: not UN, not private ones, which each looks up by itself.</summary>
    private sealed class Value : IEqualityComparer<string>
    {
        public static Value Comparer { get; } = new();

        public bool Equals(string? x, string? y)
        {
            var (a, b) = (x!.Split(' '), y!.Split(' '));
            var isPrivate = Convert.ToInt32(a[0][^5..^4], 16) % 2 == 1;
            if (isPrivate && (a[1], b[1], b[2]) is ("UN", "SQ", "0"))
            {
                return a[0] == b[0];
            }

            return a[0] == b[0] && a[2] == b[2]
                && (a[1] == b[1] || isPrivate || a[1] == "UN" || b[1] == "UN" || b[1].Split('/').Contains(a[1]) || (a[1], b[1]) is ("OB", "OW") or ("OW", "OB") or ("US" or "SS", "US" or "SS" or "OW"));
        }

        public int GetHashCode(string obj) => 0;
    }

    private sealed class Shape : IEqualityComparer<string>
    {
        public static Shape Comparer { get; } = new();

        public bool Equals(string? x, string? y)
        {
            var (a, b) = (x!.Split(' '), y!.Split(' '));
            var isPrivate = a[1].Length == 8 && Convert.ToInt32(a[1][3..4], 16) % 2 == 1;
            return a[1] == b[1] && (a[2] == b[2] || isPrivate || a[2] == "UN" || b[2] == "UN" || (a[2], b[2]) is ("PI", "OB" or "OW") or ("OB", "OW") or ("OW", "OB") or ("US" or "SS" or "OW", "US" or "SS" or "OW" or "XS" or "LT"))
                && (a[3] == b[3] || a[3] == "-" || b[2] == "SQ");
        }

        public int GetHashCode(string obj) => 0;
    }
}

/// <summary>Every readable published file, written again in every syntax that can hold its pixels.</summary>
public sealed class RewrittenFiles : IDisposable
{
    private static readonly string[] Native =
        [DicomUids.ImplicitVRLittleEndian, DicomUids.ExplicitVRLittleEndian, DicomUids.ExplicitVRBigEndian, DicomUids.DeflatedExplicitVRLittleEndian];

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private readonly Lazy<Dictionary<string, DicomFile>> originals = new(() => SharedRadiology.Files
        .Select(path => (path, File: PublishedFiles.TryRead(path))).Where(f => f.File is not null).ToDictionary(f => f.path, f => f.File!));

    private readonly Lazy<Dictionary<string, DicomFile>> rewritten;

    public RewrittenFiles()
    {
        rewritten = new(Rewrite);
    }

    public Dictionary<string, DicomFile> Originals
    {
        get
        {
            Skip.If(SharedRadiology.Folder is null, "shared data is absent");
            return originals.Value;
        }
    }

    public Dictionary<string, DicomFile> Rewritten
    {
        get
        {
            Skip.If(SharedRadiology.Folder is null, "shared data is absent");
            return rewritten.Value;
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Dictionary<string, DicomFile> Rewrite()
    {
        var all = new Dictionary<string, DicomFile>();
        // Records of a DICOMDIR point to each other by offset: written again they would point elsewhere.
        foreach (var (path, file) in Originals.Where(f => f.Value.SopClassUid != DicomUids.MediaStorageDirectoryStorage))
        {
            // Two of the four native ones each, so that all four are written of every kind of file.
            var syntaxes = file.Dataset.Any(e => e is DicomEncapsulatedPixelData) ? [file.TransferSyntax.Uid]
                : file.Dataset.Count % 2 == 0 ? new[] { Native[0], Native[2] } : [Native[1], Native[3]];
            foreach (var syntax in syntaxes)
            {
                var copy = Path.Combine(folder, $"{all.Count:D4}-{Path.GetFileName(path)}");
                DicomWriter.WriteFile(copy, file.InTransferSyntax(syntax));
                all[copy] = file;
            }
        }

        return all;
    }
}
