using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

/// <summary>The same pixels as DCMTK and GDCM: what they encode is decoded here, what is encoded here they decode.</summary>
public class PeerTests
{
    /// <summary>Where neither peer reads the file; each was looked at, and has a twin in <see cref="PixelDecoderTests"/> or a reason here.</summary>
    private static readonly Dictionary<string, string> Excused = new()
    {
        ["pydicom-data/HTJ2K_08_RGB.dcm"] = "GDCM reads no HTJ2K; OpenJPH does (OpenJphTests)",
        ["pydicom-data/HTJ2KLossless_08_RGB.dcm"] = "GDCM reads no HTJ2K; OpenJPH does (OpenJphTests)",
        ["pydicom/test_files/JPEG2000-embedded-sequence-delimiter.dcm"] = "GDCM takes four bytes within a fragment for its end",
        ["pydicom-data/emri_small_jpeg_2k_lossless_too_short.dcm"] = "cut, as its name says: nobody reads it",
        ["pydicom-data/liver_rle.dcm"] = "DCMTK's RLE takes whole bytes only",
        ["pydicom-data/liver_nonbyte_aligned_rle.dcm"] = "DCMTK's RLE takes whole bytes only",
        ["pydicom-data/liver_deflate.dcm"] = "neither reads deflated frames",
        ["pydicom-data/liver_nonbyte_aligned_deflate.dcm"] = "neither reads deflated frames",
    };

    [SkippableFact]
    public void All_shared_files_hold_the_pixels_that_a_peer_finds()
    {
        var root = SharedData.Folder("data", "radiology");
        foreach (var (tool, _) in Encapsulating.Values) Skip.IfNot(File.Exists("/usr/bin/" + tool), $"{tool} is not installed.");
        var rows = File.ReadLines(SharedData.Folder("data", "DICOM_MANIFEST.csv")).Skip(1).Select(line => line.Split(','))
            .Where(cells => cells[0].StartsWith("radiology/", StringComparison.Ordinal) && cells.Length > 18 && Encapsulating.ContainsKey(cells[3]))
            .Select(cells => cells[0]["radiology/".Length..]).Where(path => File.Exists(Path.Combine(root, path))).ToArray();
        var differences = new ConcurrentBag<string>();
        var compared = 0;
        using var folder = new TemporaryFolder();
        Parallel.ForEach(rows.Where(path => !Excused.ContainsKey(path)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, path =>
        {
            if (Compare(Path.Combine(root, path), Path.Combine(folder.Path, Guid.CreateVersion7() + ".dcm")) is { } difference)
                differences.Add($"{path}: {difference}");
            Interlocked.Increment(ref compared);
        });
        Assert.True(differences.IsEmpty, string.Join("\n", differences));
        Assert.InRange(compared, 100, int.MaxValue);
    }

    private static string? Compare(string source, string target)
    {
        var file = DicomReader.ReadFile(source);
        if (!file.Dataset.Contains(DicomTags.PixelData)) return null;
        if (file.Dataset.GetString(DicomTags.SopClassUid) is null)
        {
            // GDCM writes nothing that does not say what it is; these files say it in their meta header only.
            file.Dataset.Set(DicomTags.SopClassUid, file.SopClassUid!).Set(DicomTags.SopInstanceUid, file.SopInstanceUid!);
            DicomWriter.WriteFile(source = target + ".named", file);
        }

        var (tool, tolerance) = Path.GetFileName(source) is "JLSL_08_07_0_1F.dcm" or "SC_rgb_jpeg.dcm" ? ("gdcmconv", 0) : Encapsulating[file.TransferSyntax.Uid];
        try
        {
            SharedData.Run("/usr/bin/" + tool, tool == "gdcmconv" ? ["--raw", source, target] : [source, target]);
        }
        catch (Xunit.Sdk.XunitException refusal)
        {
            return refusal.Message;
        }

        return Difference(DicomImage.Open(file), DicomImage.Open(DicomReader.ReadFile(target)), tolerance);
    }

    [SkippableTheory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 0)]
    [InlineData(6, 0)]
    [InlineData(7, 0)]
    [InlineData(4, 2)]
    public void Every_predictor_of_lossless_JPEG_is_undone(int predictor, int pointTransform)
    {
        foreach (var path in (string[])["pydicom/test_files/CT_small.dcm", "pydicom-data/SC_rgb.dcm", "pydicom/test_files/MR_small.dcm"])
        {
            var source = SharedData.Folder(["data", "radiology", .. path.Split('/')]);
            using var folder = new TemporaryFolder();
            var (encoded, decoded) = (Path.Combine(folder.Path, "jpeg.dcm"), Path.Combine(folder.Path, "native.dcm"));
            SharedData.Run("/usr/bin/dcmcjpeg", "+el", "+sv", Text(predictor), "+pt", Text(pointTransform), source, encoded);
            SharedData.Run("/usr/bin/dcmdjpeg", encoded, decoded);
            var image = DicomImage.Open(DicomReader.ReadFile(encoded));
            Assert.Null(Difference(image, DicomImage.Open(DicomReader.ReadFile(decoded)), 0));
            if (pointTransform == 0) Assert.Null(Difference(image, DicomImage.Open(DicomReader.ReadFile(source)), 0));
        }
    }

    [SkippableTheory]
    [InlineData(DicomUids.RLELossless, "dcmdrle")]
    [InlineData(DicomUids.JPEGLSLossless, "dcmdjpls")]
    [InlineData(DicomUids.JPEGLSLossless, "gdcmconv")]
    [InlineData(DicomUids.JPEG2000Lossless, "gdcmconv")]
    public void What_is_encoded_here_is_decoded_there(string syntax, string tool)
    {
        foreach (var path in (string[])
                 ["pydicom/test_files/CT_small.dcm", "pydicom/test_files/MR_small.dcm", "pydicom-data/SC_rgb.dcm", "pydicom-data/SC_rgb_2frame.dcm", "pydicom-data/emri_small.dcm",
                  "pydicom-data/OBXXXX1A.dcm", "highdicom/dx_image.dcm", "pydicom-data/MR-SIEMENS-DICOM-WithOverlays.dcm"])
        {
            var original = DicomReader.ReadFile(SharedData.Folder(["data", "radiology", .. path.Split('/')]));
            using var folder = new TemporaryFolder();
            var (encoded, decoded) = (Path.Combine(folder.Path, "encoded.dcm"), Path.Combine(folder.Path, "native.dcm"));
            DicomWriter.WriteFile(encoded, DicomTranscoder.To(original, syntax));
            SharedData.Run("/usr/bin/" + tool, tool == "gdcmconv" ? ["--raw", encoded, decoded] : [encoded, decoded]);
            Assert.Null(Difference(DicomImage.Open(original), DicomImage.Open(DicomReader.ReadFile(decoded)), 0) is { } difference ? $"{path}: {difference}" : null);
        }
    }

    private static readonly Dictionary<string, (string Tool, int Tolerance)> Encapsulating = new()
    {
        [DicomUids.RLELossless] = ("dcmdrle", 0),
        ["1.2.840.10008.1.2.4.50"] = ("dcmdjpeg", 0),
        ["1.2.840.10008.1.2.4.51"] = ("dcmdjpeg", 1),
        ["1.2.840.10008.1.2.4.53"] = ("dcmdjpeg", 1),
        ["1.2.840.10008.1.2.4.55"] = ("dcmdjpeg", 1),
        ["1.2.840.10008.1.2.4.57"] = ("dcmdjpeg", 0),
        ["1.2.840.10008.1.2.4.70"] = ("dcmdjpeg", 0),
        [DicomUids.JPEGLSLossless] = ("dcmdjpls", 0),
        ["1.2.840.10008.1.2.4.81"] = ("dcmdjpls", 0),
        [DicomUids.JPEG2000Lossless] = ("gdcmconv", 0),
        ["1.2.840.10008.1.2.4.91"] = ("gdcmconv", 0),
        [DicomUids.ExplicitVRBigEndian] = ("dcmconv", 0),
        [DicomUids.DeflatedExplicitVRLittleEndian] = ("dcmconv", 0),
    };

    /// <returns>What differs, over all frames; null when nothing does.</returns>
    private static string? Difference(DicomImage own, DicomImage peer, int tolerance)
    {
        if (own.Frames != peer.Frames) return $"{own.Frames} frames, {peer.Frames} there";
        for (var i = 0; i < own.Frames; i++)
        {
            var (a, b) = (own.Decode(i).Interleaved(), peer.Decode(i).Interleaved());
            var (mine, theirs) = (Values(a), Values(b));
            if (mine.Length != theirs.Length) return $"{mine.Length} values, {theirs.Length} there";
            for (var j = 0; j < mine.Length; j++)
                if (Math.Abs(mine[j] - theirs[j]) > tolerance) return $"value {j} of frame {i + 1} is {mine[j]}, {theirs[j]} there ({a.Description.PhotometricInterpretation}, {b.Description.PhotometricInterpretation})";
        }

        return null;
    }

    private static long[] Values(DecodedFrame frame)
    {
        var description = frame.Description;
        int width = Math.Max(1, description.BitsAllocated / 8), left = 64 - description.HighBit - 1, right = 64 - description.BitsStored;
        var values = new long[description.SampleCount];
        for (var i = 0; i < values.Length; i++)
        {
            var cell = description.BitsAllocated switch
            {
                1 => (ulong)(frame.Samples[i >> 3] >> (i & 7) & 1),
                8 => frame.Samples[i],
                16 => BinaryPrimitives.ReadUInt16LittleEndian(frame.Samples.AsSpan(i * width)),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(frame.Samples.AsSpan(i * width)),
            };
            values[i] = description.IsSigned ? (long)(cell << left) >> right : (long)(cell << left >> right);
        }

        return values;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
