using System.Globalization;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;

namespace Pirogov.Archive.Intake;

/// <summary>What is wrong with a series as a volume, as codes of the strings with a figure behind a colon.</summary>
internal static class VolumeQuality
{
    public const string MissingSlices = "missing-slices";
    public const string UnevenSpacing = "uneven-spacing";

    /// <summary>Gaps count as whole steps within this part of a step.</summary>
    private const double Tolerance = 0.1;

    public static IEnumerable<string> Notes(IReadOnlyList<DicomDataset> headers, VolumeAssessment volume)
    {
        var slices = headers.SelectMany(SliceGeometry.ReadFrames).ToArray();
        if (volume.Reason is not { } reason || slices.Length < 3)
            yield break;
        if (reason != NotVolumeReason.UnevenSpacing)
            yield return CodeOf(reason);
        else if (Missing(slices) is var missing and > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{MissingSlices}:{missing}");
        else
            yield return UnevenSpacing;
    }

    /// <summary>How many slices lack when every gap is a whole number of the usual step; 0 when the gaps are merely uneven.</summary>
    private static int Missing(SliceGeometry?[] slices)
    {
        var normal = slices[0]!.Normal;
        var along = slices.Select(s => Vector3D.Dot(normal, s!.Position)).Order().ToArray();
        var gaps = along.Zip(along.Skip(1), (a, b) => b - a).ToArray();
        var step = gaps.Order().ElementAt(gaps.Length / 2);
        var steps = gaps.Select(g => g / step).ToArray();
        return steps.All(s => Math.Abs(s - Math.Round(s)) < Tolerance) ? (int)steps.Sum(s => Math.Round(s) - 1) : 0;
    }

    private static string CodeOf(NotVolumeReason reason) =>
        string.Concat(reason.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
