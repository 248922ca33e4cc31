using System.Globalization;
using System.Text;

namespace Pirogov.Datasets.Dvc;

/// <summary>
/// The <c>.dir</c> object of DVC 3: Python's <c>json.dumps(entries, sort_keys=True)</c>, sorted by path in Unicode code
/// points, ASCII only, without a final newline. Its MD5 is the directory's address, so every byte counts.
/// </summary>
internal static class DirectoryListing
{
    /// <param name="files">Path inside the directory, with forward slashes, and MD5 of each file.</param>
    public static byte[] Write(IEnumerable<(string RelativePath, string Md5)> files)
    {
        var text = new StringBuilder("[");
        foreach (var (path, md5) in files.OrderBy(f => f.RelativePath, CodePoints.Instance))
        {
            if (text.Length > 1)
                text.Append(", ");
            text.Append("{\"md5\": \"").Append(md5).Append("\", \"relpath\": \"");
            Escape(text, path);
            text.Append("\"}");
        }

        return Encoding.ASCII.GetBytes(text.Append(']').ToString());
    }

    private static void Escape(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                >= ' ' and <= '~' => text.Append(c),
                _ => text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
            };
        }
    }

    /// <summary>Python compares strings by code point; UTF-16 ordinal order puts astral characters before U+E000–U+FFFF.</summary>
    private sealed class CodePoints : IComparer<string>
    {
        public static readonly CodePoints Instance = new();

        public int Compare(string? x, string? y)
        {
            var (a, b) = (x!.EnumerateRunes(), y!.EnumerateRunes());
            while (true)
            {
                var (moreA, moreB) = (a.MoveNext(), b.MoveNext());
                if (!moreA || !moreB)
                    return moreA.CompareTo(moreB);
                if (a.Current.CompareTo(b.Current) is not 0 and var order)
                    return order;
            }
        }
    }
}
