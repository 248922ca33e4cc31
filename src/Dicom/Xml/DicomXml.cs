using System.Text;
using System.Xml;

namespace Pirogov.Dicom;

/// <summary>The Native DICOM Model (PS3.19 Annex A.1), written in UTF-8.</summary>
public static partial class DicomXml
{
    private const string Namespace = "http://dicom.nema.org/PS3.19/models/NativeDicom";

    private static readonly string[] Groups = ["Alphabetic", "Ideographic", "Phonetic"];
    private static readonly string[] Components = ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"];

    public static byte[] ToUtf8Bytes(DicomDataset dataset, DicomJsonOptions? options = null)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = false, NewLineHandling = NewLineHandling.Entitize }))
        {
            Write(writer, dataset, options);
        }

        return stream.ToArray();
    }

    public static string ToText(DicomDataset dataset, DicomJsonOptions? options = null) => Encoding.UTF8.GetString(ToUtf8Bytes(dataset, options));

    /// <param name="options">What is left out or pointed to, as in the JSON model.</param>
    public static void Write(XmlWriter writer, DicomDataset dataset, DicomJsonOptions? options = null)
    {
        writer.WriteStartElement("NativeDicomModel", Namespace);
        writer.WriteAttributeString("xml", "space", null, "preserve");
        WriteItems(writer, dataset, options ?? DicomJsonOptions.Default);
        writer.WriteEndElement();
    }

    private static void WriteItems(XmlWriter writer, DicomDataset dataset, DicomJsonOptions options)
    {
        foreach (var element in dataset)
        {
            if (!element.Tag.IsGroupLength)
            {
                WriteElement(writer, dataset, element, options);
            }
        }
    }

    private static void WriteElement(XmlWriter writer, DicomDataset dataset, DicomElement element, DicomJsonOptions options)
    {
        var isBulk = DicomJson.IsBulk(element, options);
        var uri = isBulk ? options.BulkDataUri?.Invoke(element) : null;
        if (isBulk && uri is null)
        {
            return;
        }

        writer.WriteStartElement("DicomAttribute", Namespace);
        var creator = dataset.PrivateCreatorOf(element.Tag) is { } name && IsXml(name) ? name : null;
        // The block is the reader's to choose, unless one creator has several in the group: then it is part of the name.
        var tag = creator is not null && IsOnlyBlock(dataset, element.Tag, creator) ? new DicomTag(element.Tag.Group, (ushort)(element.Tag.Element & 0xFF)) : element.Tag;
        writer.WriteAttributeString("tag", tag.Hex);
        writer.WriteAttributeString("vr", element.Vr.ToString());
        if (DicomDictionary.Find(element.Tag) is { } entry)
        {
            writer.WriteAttributeString("keyword", entry.Keyword);
        }

        if (creator is not null)
        {
            writer.WriteAttributeString("privateCreator", creator);
        }

        if (uri is not null)
        {
            writer.WriteStartElement("BulkData", Namespace);
            writer.WriteAttributeString("uri", uri);
            writer.WriteEndElement();
        }
        else if (!element.IsEmpty || element is DicomEncapsulatedPixelData)
        {
            WriteContent(writer, dataset, element, options);
        }

        writer.WriteEndElement();
    }

    private static void WriteContent(XmlWriter writer, DicomDataset dataset, DicomElement element, DicomJsonOptions options)
    {
        if (element is DicomSequence sequence)
        {
            for (var i = 0; i < sequence.Items.Count; i++)
            {
                Start(writer, "Item", i);
                WriteItems(writer, sequence.Items[i], options);
                writer.WriteEndElement();
            }

            return;
        }

        if (element.Vr.IsBinary())
        {
            WriteBinary(writer, element is DicomEncapsulatedPixelData pixels ? pixels.ToItems() : element.Bytes.ToArray());
            return;
        }

        var values = element.Tag == DicomTags.SpecificCharacterSet ? ["ISO_IR 192"] : dataset.GetStrings(element.Tag);
        if (values.Any(v => !IsXml(v) || (element.Vr == DicomVr.PN && !IsWhole(v))))
        {
            // XML has no form feed and the model no sixth component of a name: such a value goes as its bytes.
            WriteBinary(writer, Encoding.UTF8.GetBytes(string.Join('\\', values)));
            return;
        }

        for (var i = 0; i < values.Count; i++)
        {
            Start(writer, element.Vr == DicomVr.PN ? "PersonName" : "Value", i);
            if (element.Vr == DicomVr.PN)
            {
                WriteName(writer, values[i]);
            }
            else
            {
                writer.WriteString(ModelText.Spell(element.Vr, values[i]));
            }

            writer.WriteEndElement();
        }
    }

    private static void WriteName(XmlWriter writer, string name)
    {
        var groups = name.Split('=');
        for (var g = 0; g < groups.Length; g++)
        {
            if (groups[g].Length == 0)
            {
                continue;
            }

            writer.WriteStartElement(Groups[g], Namespace);
            var components = groups[g].Split('^');
            for (var c = 0; c < components.Length; c++)
            {
                if (components[c].Length > 0 || c == components.Length - 1)
                {
                    writer.WriteElementString(Components[c], Namespace, components[c]);
                }
            }

            writer.WriteEndElement();
        }
    }

    private static void WriteBinary(XmlWriter writer, byte[] bytes)
    {
        writer.WriteStartElement("InlineBinary", Namespace);
        writer.WriteBase64(bytes, 0, bytes.Length);
        writer.WriteEndElement();
    }

    private static void Start(XmlWriter writer, string name, int index)
    {
        writer.WriteStartElement(name, Namespace);
        writer.WriteAttributeString("number", XmlConvert.ToString(index + 1));
    }

    private static bool IsXml(string text)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <summary>A name of at most three groups of at most five components.</summary>
    private static bool IsWhole(string name) =>
        name.Split('=') is { Length: <= 3 } groups && groups.All(g => g.Count(c => c == '^') <= 4);

    private static bool IsOnlyBlock(DicomDataset dataset, DicomTag tag, string creator)
    {
        var block = tag.Element >> 8;
        return dataset.All(e => e.Tag.Group != tag.Group || !e.Tag.IsPrivateCreator || e.Tag.Element == block || dataset.GetString(e.Tag) != creator);
    }
}
