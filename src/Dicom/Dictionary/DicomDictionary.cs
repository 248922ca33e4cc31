using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Pirogov.Dicom;

/// <summary>A row of PS3.6. <paramref name="AlternativeVr"/> is set where the standard leaves a choice ("US or SS").</summary>
public sealed record DictionaryEntry(
    string Keyword, string Name, DicomVr Vr, DicomVr AlternativeVr, string Multiplicity, bool IsRetired);

/// <summary>The data dictionary of PS3.6: tag to keyword, name, VR and multiplicity; and back from the keyword.</summary>
public static partial class DicomDictionary
{
    private static readonly Index Elements = Index.Build(ElementRows);
    private static readonly (uint Mask, uint Value, DictionaryEntry Entry)[] Repeating = BuildRepeating();
    private static readonly Lazy<FrozenDictionary<string, DicomTag>> Keywords = new(BuildKeywords);

    /// <summary>The row of a tag, or null when the tag is private or unknown to this edition of the standard.</summary>
    public static DictionaryEntry? Find(DicomTag tag)
    {
        if (tag.IsPrivate)
        {
            return null;
        }

        var row = Elements.RowOf(tag.Value);
        if (row >= 0)
        {
            return ParseRow(Elements.Line(ElementRows, row)).Entry;
        }

        foreach (var (mask, value, entry) in Repeating)
        {
            if ((tag.Value & mask) == value)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>
    /// VR of a tag as PS3.6 gives it and the other one where it leaves a choice; None for a tag without a row. UL for group
    /// lengths, LO for private creators. Makes no object.
    /// </summary>
    public static (DicomVr Vr, DicomVr Alternative) VrsOf(DicomTag tag)
    {
        if (tag.IsGroupLength)
        {
            return (DicomVr.UL, DicomVr.None);
        }

        if (tag.IsPrivate)
        {
            return (tag.IsPrivateCreator ? DicomVr.LO : DicomVr.None, DicomVr.None);
        }

        if (Elements.TryVrs(tag.Value, out var vrs))
        {
            return vrs;
        }

        var entry = Find(tag);
        return entry is null ? (DicomVr.None, DicomVr.None) : (entry.Vr, entry.AlternativeVr);
    }

    public static bool TryFindKeyword(string keyword, out DicomTag tag) => Keywords.Value.TryGetValue(keyword, out tag);

    /// <summary>Every tag with a row of its own (repeating groups are not listed).</summary>
    public static IEnumerable<DicomTag> AllTags => Elements.Tags.Select(v => new DicomTag(v));

    private static (uint Mask, uint Value, DictionaryEntry Entry)[] BuildRepeating()
    {
        var rows = new List<(uint, uint, DictionaryEntry)>();
        foreach (var range in Lines(RepeatingRows))
        {
            var (tag, entry) = ParseRow(RepeatingRows[range]);
            var mask = uint.Parse(string.Concat(tag.Select(c => c == 'x' ? '0' : 'F')), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            rows.Add((mask, uint.Parse(tag.Replace('x', '0'), NumberStyles.HexNumber, CultureInfo.InvariantCulture), entry));
        }

        return [.. rows];
    }

    private static FrozenDictionary<string, DicomTag> BuildKeywords() =>
        Enumerable.Range(0, Elements.Tags.Length)
            .Select(i => KeyValuePair.Create(ParseRow(Elements.Line(ElementRows, i)).Entry.Keyword, new DicomTag(Elements.Tags[i])))
            .DistinctBy(p => p.Key, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static (string Tag, DictionaryEntry Entry) ParseRow(ReadOnlySpan<byte> line)
    {
        var fields = Encoding.UTF8.GetString(line).Split(' ', 6);
        var (vr, alternative) = ParseVrs(Encoding.ASCII.GetBytes(fields[1]));
        return (fields[0], new DictionaryEntry(fields[4], fields[5], vr, alternative, fields[2], fields[3] == "-"));
    }

    private static (DicomVr Vr, DicomVr Alternative) ParseVrs(ReadOnlySpan<byte> field)
    {
        _ = DicomVrTraits.TryParse(field, out var vr);
        var alternative = DicomVr.None;
        _ = field.Length >= 5 && DicomVrTraits.TryParse(field[3..], out alternative);
        return (vr, alternative);
    }

    private static List<Range> Lines(ReadOnlySpan<byte> text)
    {
        var lines = new List<Range>(8192);
        for (var start = 0; start < text.Length;)
        {
            var length = text[start..].IndexOf((byte)'\n');
            var end = length < 0 ? text.Length : start + length;
            lines.Add(start..end);
            start = end + 1;
        }

        return lines;
    }

    /// <summary>
    /// A few arrays over the literal: the whole dictionary costs a handful of objects. VRs are asked for with every element read and
    /// written, so they lie in a table of their own, found by the tag's hash: tag, VR and alternative in one number, zero where it is free.
    /// </summary>
    private sealed class Index(uint[] tags, Range[] ranges, ulong[] vrs)
    {
        private readonly int shift = 32 - BitOperations.Log2((uint)vrs.Length);

        public uint[] Tags => tags;

        public static Index Build(ReadOnlySpan<byte> text)
        {
            Range[] ranges = [.. Lines(text)];
            // A third full: a tag that is not in it is told after a look or two.
            var (tags, slots) = (new uint[ranges.Length], new ulong[BitOperations.RoundUpToPowerOf2((uint)ranges.Length * 2)]);
            var index = new Index(tags, ranges, slots);
            for (var i = 0; i < ranges.Length; i++)
            {
                var line = text[ranges[i]];
                _ = Utf8Parser.TryParse(line[..8], out tags[i], out int _, 'X');
                var field = line[9..];
                var (vr, alternative) = ParseVrs(field[..field.IndexOf((byte)' ')]);
                slots[index.SlotOf(tags[i])] = ((ulong)tags[i] << 32) | ((uint)vr << 16) | (uint)alternative;
            }

            return index;
        }

        public int RowOf(uint tag) => Array.BinarySearch(tags, tag);

        public bool TryVrs(uint tag, out (DicomVr Vr, DicomVr Alternative) found)
        {
            var slot = vrs[SlotOf(tag)];
            found = ((DicomVr)(ushort)(slot >> 16), (DicomVr)(ushort)slot);
            return slot != 0;
        }

        /// <summary>The slot of a tag, or the free one in which it would lie.</summary>
        private int SlotOf(uint tag)
        {
            var at = (int)((tag * 0x9E3779B1) >> shift);
            while (vrs[at] != 0 && (uint)(vrs[at] >> 32) != tag)
            {
                at = (at + 1) & (vrs.Length - 1);
            }

            return at;
        }

        public ReadOnlySpan<byte> Line(ReadOnlySpan<byte> text, int row) => text[ranges[row]];
    }
}
