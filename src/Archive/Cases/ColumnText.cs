using Pirogov.Dicom;

namespace Pirogov.Archive.Cases;

/// <summary>
/// Texts of headers on their way into columns. Senders write what no VR allows (PS3.5 6.2): a NUL, which PostgreSQL takes in no text, or more than the
/// VR holds; one such value would keep a whole batch from its cases. The file and its metadata stay as they are.
/// </summary>
internal static class ColumnText
{
    /// <param name="most">Characters that the column holds.</param>
    public static string? GetColumn(this DicomDataset header, DicomTag tag, int most = int.MaxValue)
    {
        var text = header.GetString(tag)?.Replace("\0", "", StringComparison.Ordinal);
        return text?.Length > most ? text[..most] : text;
    }
}
