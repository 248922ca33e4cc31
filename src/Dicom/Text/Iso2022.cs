using System.Text;

namespace Pirogov.Dicom;

/// <summary>Code extension by escape sequences as DICOM restricts it (PS3.5 6.1.2.5, Table C.12-3 and C.12-4 of PS3.3).</summary>
internal static class Iso2022
{
    private enum Lower
    {
        Ascii,
        JisX0208,
        JisX0212,
    }

    public static string Decode(ReadOnlySpan<byte> bytes, Encoding initial)
    {
        var text = new StringBuilder(bytes.Length);
        var (lower, upper) = (Lower.Ascii, initial);
        var start = 0;
        for (var i = 0; i <= bytes.Length; i++)
        {
            var escape = i < bytes.Length && bytes[i] == 0x1B;
            // A delimiter ends the reach of an escape sequence: the initial sets are in force again.
            var delimiter = i < bytes.Length && lower == Lower.Ascii && bytes[i] is (byte)'\\' or (byte)'^' or (byte)'=' or (byte)'\r' or (byte)'\n';
            if (!escape && !delimiter && i < bytes.Length)
            {
                continue;
            }

            Append(text, bytes[start..i], lower, upper);
            if (escape)
            {
                i += Designate(bytes[(i + 1)..], ref lower, ref upper);
                start = i + 1;
            }
            else
            {
                start = i;
                upper = initial;
            }
        }

        return text.ToString();
    }

    /// <summary>Applies the escape sequence and tells its length after ESC; an unknown one is skipped by its final byte.</summary>
    private static int Designate(ReadOnlySpan<byte> sequence, ref Lower lower, ref Encoding upper)
    {
        var length = 0;
        while (length < sequence.Length && sequence[length] is >= 0x20 and <= 0x2F)
        {
            length++;
        }

        length = Math.Min(length + 1, sequence.Length);
        switch (Encoding.Latin1.GetString(sequence[..length]))
        {
            case "(B" or "(J": lower = Lower.Ascii; break;
            case "$B": lower = Lower.JisX0208; break;
            case "$(D": lower = Lower.JisX0212; break;
            case "$)C": (lower, upper) = (Lower.Ascii, DicomCharacterSet.Page(51949)); break;
            case "$)A": (lower, upper) = (Lower.Ascii, DicomCharacterSet.Page(936)); break;
            case ")I": upper = DicomCharacterSet.Page(932); break;
            case "-A": upper = Encoding.Latin1; break;
            case "-B": upper = DicomCharacterSet.Page(28592); break;
            case "-C": upper = DicomCharacterSet.Page(28593); break;
            case "-D": upper = DicomCharacterSet.Page(28594); break;
            case "-L": upper = DicomCharacterSet.Page(28595); break;
            case "-G": upper = DicomCharacterSet.Page(28596); break;
            case "-F": upper = DicomCharacterSet.Page(28597); break;
            case "-H": upper = DicomCharacterSet.Page(28598); break;
            case "-M": upper = DicomCharacterSet.Page(28599); break;
            case "-b": upper = DicomCharacterSet.Page(28605); break;
            case "-T": upper = DicomCharacterSet.Page(874); break;
            default: break;
        }

        return length;
    }

    private static void Append(StringBuilder text, ReadOnlySpan<byte> segment, Lower lower, Encoding upper)
    {
        if (segment.IsEmpty)
        {
            return;
        }

        if (lower == Lower.Ascii)
        {
            text.Append(upper.GetString(segment));
            return;
        }

        // EUC-JP holds the same two bytes with the high bit set, JIS X 0212 after a prefix 8F.
        var euc = new List<byte>(segment.Length * 2);
        for (var i = 0; i + 1 < segment.Length; i += 2)
        {
            if (lower == Lower.JisX0212)
            {
                euc.Add(0x8F);
            }

            euc.Add((byte)(segment[i] | 0x80));
            euc.Add((byte)(segment[i + 1] | 0x80));
        }

        text.Append(DicomCharacterSet.Page(lower == Lower.JisX0212 ? 20932 : 51932).GetString([.. euc]));
    }
}
