using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;

namespace Pirogov.Dicom;

/// <summary>A private attribute as its maker published it.</summary>
public sealed record PrivateEntry(string Creator, string Name, DicomVr Vr, string Multiplicity);

/// <summary>Known private attributes by their creator (PS3.5 7.8): group and the lower eight bits of the element.</summary>
public static partial class DicomPrivateDictionary
{
    private static readonly Lazy<FrozenDictionary<string, Block>> Creators = new(Build);

    /// <summary>The row of a private attribute in a block reserved by a creator; null when it is not known.</summary>
    public static PrivateEntry? Find(string? creator, DicomTag tag)
    {
        if (creator is null || !Creators.Value.TryGetValue(creator, out var block) || block.RowOf(tag) is not (>= 0 and var row))
        {
            return null;
        }

        var fields = Encoding.UTF8.GetString(Rows[block.Lines[row]]).Split(' ', 4);
        return new PrivateEntry(creator, fields[3], block.Vrs[row], fields[2]);
    }

    /// <summary>VR of a private attribute, None when it is not known or its maker leaves a choice.</summary>
    internal static DicomVr VrOf(string? creator, DicomTag tag) =>
        creator is not null && Creators.Value.TryGetValue(creator, out var block) && block.RowOf(tag) is >= 0 and var row
            ? block.Vrs[row] : DicomVr.None;

    private static uint Key(DicomTag tag) => ((uint)tag.Group << 8) | (tag.Element & 0xFFu);

    private static FrozenDictionary<string, Block> Build()
    {
        var text = Rows;
        var blocks = new Dictionary<string, Block>(512, StringComparer.Ordinal);
        var (creator, keys, vrs, lines) = ("", new List<uint>(), new List<DicomVr>(), new List<Range>());
        for (var start = 0; start < text.Length;)
        {
            var length = text[start..].IndexOf((byte)'\n');
            var end = length < 0 ? text.Length : start + length;
            var line = text[start..end];
            if (line[0] == (byte)'=')
            {
                Close();
                creator = Encoding.UTF8.GetString(line[1..]);
            }
            else
            {
                _ = Utf8Parser.TryParse(line[..6], out uint key, out _, 'X');
                // "US/SS" leaves a choice: no VR then.
                _ = DicomVrTraits.TryParse(line.Slice(7, 2), out var vr);
                keys.Add(key);
                vrs.Add(line[9] == (byte)' ' ? vr : DicomVr.None);
                lines.Add(start..end);
            }

            start = end + 1;
        }

        Close();
        return blocks.ToFrozenDictionary(StringComparer.Ordinal);

        void Close()
        {
            if (keys.Count > 0)
            {
                blocks[creator] = new Block([.. keys], [.. vrs], [.. lines]);
            }

            (keys, vrs, lines) = ([], [], []);
        }
    }

    private sealed record Block(uint[] Keys, DicomVr[] Vrs, Range[] Lines)
    {
        public int RowOf(DicomTag tag) => Array.BinarySearch(Keys, Key(tag));
    }
}
