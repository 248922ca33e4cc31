using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Pirogov.Labelling.Effort;

/// <summary>
/// One sheet of Office Open XML (ISO/IEC 29500-1, SpreadsheetML). Texts are inline strings: a cell of that type is never a formula,
/// whatever it begins with.
/// </summary>
internal static class Xlsx
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relationships = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string Document = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Types = "application/vnd.openxmlformats-officedocument.spreadsheetml";

    /// <summary>XML 1.0 has no place for them, not even escaped.</summary>
    private static bool IsXml(char one) => XmlConvert.IsXmlChar(one);

    /// <param name="sheet">Its name; no longer than 31 characters.</param>
    /// <param name="rows">Texts, decimal figures, and nothing for an empty cell.</param>
    public static byte[] Write(string sheet, IReadOnlyList<string> heads, IEnumerable<object?[]> rows)
    {
        using var bytes = new MemoryStream();
        using (var package = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Part(package, "[Content_Types].xml", $"""
                <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{Types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{Types}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="{Types}.styles+xml"/></Types>
                """);
            Part(package, "_rels/.rels", $"""<Relationships xmlns="{Relationships}"><Relationship Id="rId1" Type="{Document}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Part(package, "xl/workbook.xml", $"""<workbook xmlns="{Main}" xmlns:r="{Document}"><sheets><sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>""");
            Part(package, "xl/_rels/workbook.xml.rels", $"""
                <Relationships xmlns="{Relationships}"><Relationship Id="rId1" Type="{Document}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{Document}/styles" Target="styles.xml"/></Relationships>
                """);
            Part(package, "xl/styles.xml", $"""
                <styleSheet xmlns="{Main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>
                """);
            using var stream = package.CreateEntry("xl/worksheets/sheet1.xml").Open();
            Sheet(stream, heads, rows);
        }

        return bytes.ToArray();
    }

    private static void Sheet(Stream stream, IReadOnlyList<string> heads, IEnumerable<object?[]> rows)
    {
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("worksheet", Main);
        xml.WriteStartElement("sheetData", Main);
        foreach (var (place, row) in rows.Prepend([.. heads]).Index())
        {
            xml.WriteStartElement("row", Main);
            xml.WriteAttributeString("r", (place + 1).ToString(CultureInfo.InvariantCulture));
            foreach (var (column, value) in row.Index())
                Cell(xml, $"{(char)('A' + column)}{place + 1}", value, isHead: place == 0);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Cell(XmlWriter xml, string place, object? value, bool isHead)
    {
        if (value is null)
            return;
        xml.WriteStartElement("c", Main);
        xml.WriteAttributeString("r", place);
        if (isHead)
            xml.WriteAttributeString("s", "1");
        if (value is decimal number)
        {
            xml.WriteElementString("v", Main, number.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            xml.WriteAttributeString("t", "inlineStr");
            xml.WriteStartElement("is", Main);
            xml.WriteStartElement("t", Main);
            xml.WriteAttributeString("xml", "space", null, "preserve");
            xml.WriteString(string.Concat(((string)value).Where(IsXml)));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Part(ZipArchive package, string name, string xml)
    {
        using var stream = package.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes("""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""" + "\n" + xml.Trim()));
    }
}
