using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Pirogov.Dicom;

public static partial class DicomXml
{
    private const int MostDepth = 64;

    /// <summary>
    /// Reads a data set of the native model. Attributes given as BulkData are left out unless <paramref name="bulk"/>
    /// fetches the bytes of their uri (or uuid).
    /// </summary>
    /// <exception cref="XmlException">The text is not XML, has a DTD, or is not a data set of the model.</exception>
    public static DicomDataset Parse(ReadOnlyMemory<byte> utf8, Func<string, ReadOnlyMemory<byte>?>? bulk = null)
    {
        using var stream = new MemoryStream(utf8.ToArray(), writable: false);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var root = Load(reader);
        if (root.Name.LocalName != "NativeDicomModel")
        {
            throw new XmlException("The root is no NativeDicomModel.");
        }

        var dataset = ModelText.NewDataset();
        ReadInto(dataset, root, bulk, 0);
        return ModelText.Declare(dataset);
    }

    private static XElement Load(XmlReader reader)
    {
        try
        {
            return XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
        }
        catch (ArgumentException e)
        {
            throw new XmlException("Not XML in its declared encoding.", e);
        }
    }

    private static DicomDataset ReadInto(DicomDataset dataset, XElement items, Func<string, ReadOnlyMemory<byte>?>? bulk, int depth)
    {
        if (depth > MostDepth)
        {
            throw new XmlException($"Sequences are nested deeper than {MostDepth}.");
        }

        foreach (var attribute in Children(items, "DicomAttribute"))
        {
            if (!uint.TryParse((string?)attribute.Attribute("tag"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                || (string?)attribute.Attribute("vr") is not { Length: 2 } letters || !DicomVrTraits.TryParse(Encoding.ASCII.GetBytes(letters), out var vr))
            {
                throw new XmlException($"Attribute '{(string?)attribute.Attribute("tag")}' is not of the native DICOM model.");
            }

            try
            {
                ReadAttribute(dataset, InBlock(dataset, new DicomTag(value), (string?)attribute.Attribute("privateCreator")), vr, attribute, bulk, depth);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                throw new XmlException($"The value of {new DicomTag(value)} is not a {vr}.", e);
            }
        }

        return dataset;
    }

    private static void ReadAttribute(
        DicomDataset dataset, DicomTag tag, DicomVr vr, XElement attribute, Func<string, ReadOnlyMemory<byte>?>? bulk, int depth)
    {
        if (Children(attribute, "BulkData").FirstOrDefault() is { } reference)
        {
            if (bulk?.Invoke((string?)reference.Attribute("uri") ?? (string?)reference.Attribute("uuid") ?? "") is { } bytes)
            {
                dataset.Set(ModelText.Binary(tag, vr, bytes));
            }
        }
        else if (vr == DicomVr.SQ)
        {
            dataset.Set(new DicomSequence(tag, [.. Children(attribute, "Item").Select(i => ReadInto(new DicomDataset(dataset), i, bulk, depth + 1))]));
        }
        else if (Children(attribute, "InlineBinary").FirstOrDefault() is { } inline)
        {
            dataset.Set(ModelText.Binary(tag, vr, Convert.FromBase64String(inline.Value)));
        }
        else if (vr.IsBinary())
        {
            dataset.Set(new DicomElement(tag, vr, default));
        }
        else
        {
            ModelText.Set(dataset, tag, vr, [.. vr == DicomVr.PN ? Children(attribute, "PersonName").Select(Name) : Numbered(attribute)]);
        }
    }

    /// <summary>Values by their numbers: those that are left out are empty.</summary>
    private static IEnumerable<string> Numbered(XElement attribute)
    {
        var next = 1;
        foreach (var value in Children(attribute, "Value"))
        {
            var number = (int?)value.Attribute("number") ?? next;
            // Left-out values cost nothing in the text: only a sane number of them is made up.
            for (; next < number && number - next < 1000; next++)
            {
                yield return "";
            }

            next = number + 1;
            yield return value.Value;
        }
    }

    private static string Name(XElement name) =>
        string.Join('=', Groups.Select(g => Children(name, g).FirstOrDefault() is { } group ? Group(group) : "")).TrimEnd('=');

    private static string Group(XElement group)
    {
        string?[] components = [.. Components.Select(c => Children(group, c).FirstOrDefault()?.Value)];
        return string.Join('^', components[..(Array.FindLastIndex(components, c => c is not null) + 1)]);
    }

    /// <summary>Puts a private attribute into the block of its creator, which is reserved where it is not yet.</summary>
    private static DicomTag InBlock(DicomDataset dataset, DicomTag tag, string? creator)
    {
        if (creator is null || !tag.IsPrivate || tag.Element >= 0x1000)
        {
            return tag;
        }

        var reserved = dataset.Where(e => e.Tag.Group == tag.Group && e.Tag.IsPrivateCreator).ToList();
        var block = reserved.Find(e => dataset.GetString(e.Tag) == creator)?.Tag.Element
            ?? (ushort)Enumerable.Range(0x10, 0xF0).FirstOrDefault(b => reserved.TrueForAll(e => e.Tag.Element != b));
        if (block == 0)
        {
            throw new FormatException($"Group {tag.Group:X4} has no block left.");
        }

        if (reserved.TrueForAll(e => e.Tag.Element != block))
        {
            dataset.Set(new DicomTag(tag.Group, block), DicomVr.LO, creator);
        }

        return new DicomTag(tag.Group, (ushort)((block << 8) | tag.Element));
    }

    private static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements().Where(e => e.Name.LocalName == name);
}
