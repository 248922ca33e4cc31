using System.Collections;

namespace Pirogov.Dicom;

/// <summary>
/// Data elements in ascending order of tags, one per tag (PS3.5 7.1). Items of sequences know the data set around them,
/// from which they take their character set (PS3.3 C.12.1.1.2).
/// </summary>
public sealed partial class DicomDataset : IReadOnlyCollection<DicomElement>
{
    private List<DicomElement> elements;
    private DicomCharacterSet? characterSet;

    public DicomDataset() => elements = [];

    internal DicomDataset(DicomDataset parent)
    {
        (elements, Parent) = ([], parent);
    }

    private DicomDataset(int capacity) => elements = new(capacity);

    /// <summary>Empty, with room for so many elements: more may come, at the usual price.</summary>
    public static DicomDataset ForAbout(int elements) => new(capacity: elements);

    public int Count => elements.Count;

    /// <summary>The data set of the sequence that holds this item; null at the top.</summary>
    public DicomDataset? Parent { get; private set; }

    /// <summary>
    /// Character set in force here: the own (0008,0005), else the one around, else the default repertoire, in which bytes
    /// beyond ASCII are read by what the whole data set shows them to be (<see cref="UndeclaredText"/>).
    /// </summary>
    public DicomCharacterSet CharacterSet => characterSet ??= FindCharacterSet();

    public DicomElement? Find(DicomTag tag)
    {
        var index = IndexOf(tag);
        return index >= 0 ? elements[index] : null;
    }

    public bool Contains(DicomTag tag) => IndexOf(tag) >= 0;

    /// <summary>Items of a sequence; empty when the tag is absent or is not a sequence.</summary>
    public IReadOnlyList<DicomDataset> GetItems(DicomTag tag) => (Find(tag) as DicomSequence)?.Items ?? [];

    /// <summary>Who reserved the block of a private attribute (PS3.5 7.8.1); null for standard ones and unreserved blocks.</summary>
    public string? PrivateCreatorOf(DicomTag tag) =>
        tag.IsPrivate && tag.Element >= 0x1000 ? GetString(new DicomTag(tag.Group, (ushort)(tag.Element >> 8))) : null;

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

        if (element.Tag == DicomTags.SpecificCharacterSet)
        {
            characterSet = null;
        }

        if (TryAppend(element))
        {
            return this;
        }

        var index = IndexOf(element.Tag);
        if (index >= 0)
        {
            elements[index] = element;
        }
        else
        {
            elements.Insert(~index, element);
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

        elements.RemoveAt(index);
        characterSet = tag == DicomTags.SpecificCharacterSet ? null : characterSet;
        return true;
    }

    public bool ContentEquals(DicomDataset other) =>
        Count == other.Count && elements.Zip(other.elements).All(pair => pair.First.ContentEquals(pair.Second));

    public IEnumerator<DicomElement> GetEnumerator() => elements.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal DicomElement this[int index] => elements[index];

    /// <summary>Adds an element whose tag is known to be above all others.</summary>
    internal void Append(DicomElement element) => elements.Add(element);

    /// <summary>Adds an element whose tag is above all others, as nearly every element of a stream is.</summary>
    internal bool TryAppend(DicomElement element)
    {
        if (elements.Count > 0 && elements[^1].Tag >= element.Tag)
        {
            return false;
        }

        elements.Add(element);
        return true;
    }

    /// <summary>
    /// Takes in the elements that came out of order, all at once: one by one each would shift those behind it. Of elements
    /// of one tag the last stays.
    /// </summary>
    internal void Merge(List<DicomElement> late)
    {
        var (merged, at) = (new List<DicomElement>(elements.Count + late.Count), 0);
        foreach (var element in late.OrderBy(e => e.Tag))
        {
            for (; at < elements.Count && elements[at].Tag < element.Tag; at++)
            {
                merged.Add(elements[at]);
            }

            at += at < elements.Count && elements[at].Tag == element.Tag ? 1 : 0;
            if (merged.Count > 0 && merged[^1].Tag == element.Tag)
            {
                merged[^1] = element;
            }
            else
            {
                merged.Add(element);
            }
        }

        merged.AddRange(elements.Skip(at));
        elements = merged;
        characterSet = null;
    }

    /// <summary>Reads and writes text in a set that no element declares, as a model in UTF-8 does while it is read.</summary>
    /// <summary>An element alone in a data set of the same character set: how it reads under another VR than it was written with.</summary>
    public DicomDataset Alone(DicomElement element)
    {
        var alone = new DicomDataset().Set(element);
        alone.AssumeCharacterSet(CharacterSet);
        return alone;
    }

    internal void AssumeCharacterSet(DicomCharacterSet set) => characterSet = set;

    private DicomCharacterSet FindCharacterSet()
    {
        for (var dataset = this; ; dataset = dataset.Parent)
        {
            if (dataset.characterSet is { } known)
            {
                return known;
            }

            if (dataset.Find(DicomTags.SpecificCharacterSet) is { } declared)
            {
                return DicomCharacterSet.Parse(declared.Bytes.Span);
            }

            if (dataset.Parent is null)
            {
                // The root keeps what it finds, for all its items.
                return dataset.characterSet = DicomCharacterSet.ForUndeclared(dataset);
            }
        }
    }

    private int IndexOf(DicomTag tag)
    {
        var (low, high) = (0, elements.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = elements[middle].Tag.Value.CompareTo(tag.Value);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
