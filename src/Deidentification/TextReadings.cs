using System.Text;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// Every way in which the bytes of a text may have been meant. Archives declare Latin-1, or nothing, and hold Windows-1251 or
/// KOI8-R: a name is looked for in all of them.
/// </summary>
internal static class TextReadings
{
    private static readonly Encoding[] Cyrillic = [Page(1251), Page(20866), Page(28595), Page(866)];

    /// <returns>The declared reading first; of plain ASCII it is the only one.</returns>
    public static string[] Of(DicomDataset dataset, DicomElement element)
    {
        var bytes = element.Bytes.Span;
        var values = dataset.GetStrings(element.Tag);
        var declared = values.Count == 1 ? values[0] : string.Join('\\', values);
        if (Ascii.IsValid(bytes))
        {
            return [declared];
        }

        var isUtf8 = System.Text.Unicode.Utf8.IsValid(bytes);
        // Declared as UTF-8 and none: it is one of the others.
        return isUtf8 && dataset.CharacterSet.Name == DicomCharacterSet.Utf8.Name ? [declared] : [declared, .. Others(bytes.ToArray(), declared, isUtf8)];
    }

    private static IEnumerable<string> Others(byte[] bytes, string declared, bool isUtf8)
    {
        foreach (var encoding in Cyrillic)
        {
            if (encoding.GetString(bytes).Trim(' ', '\0') is var other && other != declared)
            {
                yield return other;
            }
        }

        if (isUtf8)
        {
            yield return Encoding.UTF8.GetString(bytes).Trim(' ', '\0');
        }
    }

    private static Encoding Page(int page) => CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page);
}
