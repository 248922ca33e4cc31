using System.Globalization;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Cli;

/// <summary>What the person has decided about pixels that may bear text. Nothing decided: such files are left out.</summary>
/// <param name="Regions">To blacken in each of them.</param>
/// <param name="Suggested">Blacken what is known of the kind of device, where something is.</param>
/// <param name="Accept">Somebody has looked: they are taken as they are.</param>
internal sealed record PixelChoice(IReadOnlyList<PixelRegion> Regions, bool Suggested, bool Accept)
{
    public static readonly PixelChoice Undecided = new([], false, false);

    /// <summary>Whether pixels may have to be read, not only passed on.</summary>
    public bool Masks => Regions.Count > 0 || Suggested;

    /// <exception cref="CannotFollow">Not four whole numbers.</exception>
    public static PixelRegion Parse(string text)
    {
        var parts = text.Split(',');
        var numbers = new int[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts.Length != 4 || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                throw new CannotFollow(Words.Of["cli.deid.mask-wrong", new { text }]);
        }

        return numbers is [_, _, > 0, > 0] ? new(numbers[0], numbers[1], numbers[2], numbers[3]) : throw new CannotFollow(Words.Of["cli.deid.mask-wrong", new { text }]);
    }

    /// <summary>The file with its pixels cleaned as decided, and marked so.</summary>
    /// <param name="scratch">Takes the masked pixels of a file whose own are left in a stream.</param>
    /// <returns>Null where nothing was decided that fits the file: it has to be looked at.</returns>
    public DicomFile? Decide(DeidentificationNeedsReview waiting, OriginalSpool? scratch = null)
    {
        var file = waiting.Result.File;
        IReadOnlyList<PixelRegion> regions = [.. Regions, .. Suggested ? waiting.Suggested : []];
        if (regions.Count > 0)
        {
            // A region beside the image would leave the text where it is and yet be called cleaned.
            var (rows, columns) = (file.Dataset.GetInt(DicomTags.Rows) ?? 0, file.Dataset.GetInt(DicomTags.Columns) ?? 0);
            if (regions.Any(r => r.X >= columns || r.Y >= rows)
                || (scratch is null ? PixelMasking.Apply(file, regions) : PixelMasking.Apply(file, regions, scratch)) is not { } masked)
                return null;
            file = masked;
        }
        else if (!Accept)
            return null;

        PixelMasking.MarkCleaned(file.Dataset);
        return file;
    }
}
