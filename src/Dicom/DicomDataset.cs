using System.Collections;

namespace Pirogov.Dicom;

/// <summary>
/// Data elements in ascending order of tags, one per tag (PS3.5 7.1). Items of sequences know the data set around them,
/// from which they take their character set (PS3.3 C.12.1.1.2).
/// </summary>
public sealed partial class DicomDataset : IReadOnlyCollection<DicomElement>
{
    private readonly List<DicomElement> _elements = [];
    private DicomCharacterSet? _characterSet;

    public DicomDataset()
    {
    }

    internal DicomDataset(DicomDataset parent)
    {
        Parent = parent;
    }

    public int Count => _elements.Count;

    /// <summary>The data set of the sequence that holds this item; null at the top.</summary>
    public DicomDataset? Parent { get; private set; }

    /// <summary>Character set in force here: the own (0008,0005), else the parent's, else the default repertoire.</summary>
    public DicomCharacterSet CharacterSet => _characterSet ??= Find(DicomTags.SpecificCharacterSet) is { } own
        ? DicomCharacterSet.Parse(own.Bytes.Span)
        : Parent?.CharacterSet ?? DicomCharacterSet.Default;

    public DicomElement? Find(DicomTag tag)
    {
        var index = IndexOf(tag);
        return index >= 0 ? _elements[index] : null;
    }

    public bool Contains(DicomTag tag) => IndexOf(tag) >= 0;

    /// <summary>Items of a sequence; empty when the tag is absent or is not a sequence.</summary>
    public IReadOnlyList<DicomDataset> GetItems(DicomTag tag) => (Find(tag) as DicomSequence)?.Items ?? [];

    /// <summary>Adds an element in its place, or replaces the one of the same tag.</summary>
    public DicomDataset Set(DicomElement element)
    {
        if (element is DicomSequence sequence)
        {
            foreach (var item in sequence.Items)
            {
                item.Parent = this;
            }
        }

        if (element.Tag.Value == 0x00080005)
        {
            _characterSet = null;
        }

        if (_elements.Count == 0 || _elements[^1].Tag < element.Tag)
        {
            _elements.Add(element);
            return this;
        }

        var index = IndexOf(element.Tag);
        if (index >= 0)
        {
            _elements[index] = element;
        }
        else
        {
            _elements.Insert(~index, element);
        }

        return this;
    }

    public bool Remove(DicomTag tag)
    {
        var index = IndexOf(tag);
        if (index < 0)
        {
            return false;
        }

        _elements.RemoveAt(index);
        _characterSet = tag.Value == 0x00080005 ? null : _characterSet;
        return true;
    }

    public bool ContentEquals(DicomDataset other) =>
        Count == other.Count && _elements.Zip(other._elements).All(pair => pair.First.ContentEquals(pair.Second));

    public IEnumerator<DicomElement> GetEnumerator() => _elements.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(DicomTag tag)
    {
        var (low, high) = (0, _elements.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = _elements[middle].Tag.Value.CompareTo(tag.Value);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
