using Pirogov.Dicom;

namespace Pirogov.Benchmarks.Fuzz;

/// <summary>What a data set lost on its way through the JSON or the XML model and back.</summary>
internal static class DicomDifference
{
    /// <summary>Text is compared as text, since it changes its encoding; the declared set and group lengths are not compared.</summary>
    /// <returns>The first difference; null where there is none.</returns>
    public static string? Of(DicomDataset before, DicomDataset after)
    {
        var (a, b) = (Comparable(before), Comparable(after));
        if (!a.Select(e => (e.Tag, e.Vr)).SequenceEqual(b.Select(e => (e.Tag, e.Vr))))
        {
            return $"elements {string.Join(", ", a.Select(e => e.ToString()).Except(b.Select(e => e.ToString())))} became {string.Join(", ", b.Select(e => e.ToString()).Except(a.Select(e => e.ToString())))}";
        }

        return a.Zip(b).Select(pair => pair.First is DicomSequence first && pair.Second is DicomSequence second
            ? first.Items.Count != second.Items.Count ? $"items of {first}" : first.Items.Zip(second.Items).Select(i => Of(i.First, i.Second)).FirstOrDefault(d => d is not null)
            : pair.First.Vr.IsText() ? Texts(before, pair.First).SequenceEqual(Texts(after, pair.Second)) ? null : $"text of {pair.First}"
            : pair.First.ContentEquals(pair.Second) || IsBroken(before, pair.First) && before.GetStrings(pair.First.Tag).SequenceEqual(after.GetStrings(pair.Second.Tag)) ? null : $"value of {pair.First}").FirstOrDefault(d => d is not null);
    }

    /// <summary>Empty components, groups and a single empty value are padding.</summary>
    public static IReadOnlyList<string> Texts(DicomDataset dataset, DicomElement element)
    {
        var texts = dataset.GetStrings(element.Tag).Select(t => element.Vr == DicomVr.PN ? t.TrimEnd('=', '^') : t).ToList();
        return texts is [""] ? [] : texts;
    }

    /// <summary>What a model spells as numbers and cannot spell to the bit: a part of a number or tag at the end, and the many NaNs.</summary>
    private static bool IsBroken(DicomDataset dataset, DicomElement element) => !element.Vr.IsBinary()
        && (element.Bytes.Length % (element.Vr == DicomVr.AT ? 4 : element.Vr.UnitSize()) != 0 || dataset.GetStrings(element.Tag).Contains("NaN"));

    private static List<DicomElement> Comparable(DicomDataset dataset) => [.. dataset.Where(e => !e.Tag.IsGroupLength && e.Tag != DicomTags.SpecificCharacterSet)];
}
