using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>Strict reading and one spelling in writing of the texts that formats are made of.</summary>
internal static class FormatText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonSerializerOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true, NewLine = "\n" };

    public static Outcome<string> ReadText(LabelFile file)
    {
        if (file.Bytes.Length > FormatLimits.MostBytes)
            return new LabelFileUnreadable("too-large", file.Name);
        try
        {
            return Utf8.GetString(file.Bytes.Span);
        }
        catch (DecoderFallbackException broken)
        {
            return new LabelFileUnreadable("not-utf8", $"{file.Name}: {broken.Index}");
        }
    }

    /// <summary>
    /// A file of many cases is read into each of them: what was parsed stays with the file, and only as long as somebody holds the file. Nobody changes it.
    /// </summary>
    private static readonly ConditionalWeakTable<LabelFile, object> Parsed = [];

    public static Outcome<JsonElement> ReadJson(LabelFile file) => Once(file, ParseJson);

    private static Outcome<T> Once<T>(LabelFile file, Func<LabelFile, Outcome<T>> parse)
    {
        if (Parsed.TryGetValue(file, out var known) && known is Outcome<T> before)
            return before;
        var made = parse(file);
        Parsed.AddOrUpdate(file, made);
        return made;
    }

    private static Outcome<JsonElement> ParseJson(LabelFile file)
    {
        if (file.Bytes.Length > FormatLimits.MostBytes)
            return new LabelFileUnreadable("too-large", file.Name);
        var bytes = file.Bytes.Span.StartsWith("\uFEFF"u8) ? file.Bytes[3..] : file.Bytes;
        try
        {
            if (StringFault(bytes.Span) is { } at)
                return new LabelFileUnreadable("not-utf8", $"{file.Name}: {at}");
            using var parsed = JsonDocument.Parse(bytes, new() { MaxDepth = FormatLimits.MostDepth });
            return parsed.RootElement.Clone();
        }
        catch (JsonException broken)
        {
            return new LabelFileUnreadable("malformed", $"{file.Name}: {broken.LineNumber + 1}:{broken.BytePositionInLine + 1}");
        }
    }

    /// <summary>Strings of broken UTF-8 or half a surrogate pair pass the parser and throw only when they are asked for.</summary>
    /// <returns>The byte at which such a string begins.</returns>
    private static long? StringFault(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = FormatLimits.MostDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            try
            {
                if (reader.ValueIsEscaped || !System.Text.Ascii.IsValid(reader.ValueSpan))
                    reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return reader.TokenStartIndex;
            }
        }

        return null;
    }

    /// <summary>No document type, so neither entities nor anything outside the file.</summary>
    public static Outcome<XElement> ReadXml(LabelFile file) => Once(file, ParseXml);

    private static Outcome<XElement> ParseXml(LabelFile file)
    {
        if (file.Bytes.Length > FormatLimits.MostBytes)
            return new LabelFileUnreadable("too-large", file.Name);
        try
        {
            using var bytes = new MemoryStream(file.Bytes.ToArray());
            using var reader = XmlReader.Create(bytes, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = FormatLimits.MostBytes });
            return ReadElement(reader, file.Name);
        }
        catch (XmlException broken)
        {
            return new LabelFileUnreadable("malformed", $"{file.Name}: {broken.LineNumber}:{broken.LinePosition}");
        }
    }

    // XElement.Load would take any depth, and later walks over it are recursive.
    private static Outcome<XElement> ReadElement(XmlReader reader, string name)
    {
        XElement? root = null;
        var open = new Stack<XElement>();
        while (reader.Read())
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace && open.Count > 0)
                open.Peek().Add(new XText(reader.Value));
            if (reader.NodeType == XmlNodeType.EndElement)
                open.Pop();
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            if (open.Count >= FormatLimits.MostDepth)
                return new LabelFileUnreadable("too-deep", name);
            var element = new XElement(reader.LocalName);
            var isEmpty = reader.IsEmptyElement;
            while (reader.MoveToNextAttribute())
            {
                if (reader.Prefix.Length == 0 && reader.LocalName != "xmlns")
                    element.Add(new XAttribute(reader.LocalName, reader.Value));
            }

            if (open.Count > 0)
                open.Peek().Add(element);
            root ??= element;
            if (!isEmpty)
                open.Push(element);
        }

        return root!;
    }

    /// <summary>A finite decimal number with a point; nothing else (neither NaN nor a comma).</summary>
    public static double? ParseNumber(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    public static int? ParseInt(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The shortest decimal that reads back as the same number.</summary>
    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static byte[] WriteJson(JsonNode node) => Utf8.GetBytes(node.ToJsonString(Written) + "\n");

    public static byte[] Bytes(string text) => Utf8.GetBytes(text);

    public static byte[] WriteXml(XElement root)
    {
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, new() { Encoding = Utf8, Indent = true, NewLineChars = "\n" }))
            root.Save(writer);
        return bytes.ToArray();
    }
}

/// <summary>Members of JSON that may be absent or of another type: null then, never an exception.</summary>
internal static class JsonMembers
{
    extension(JsonElement element)
    {
        public JsonElement? Member(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

        public string? Text(string name) => element.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

        /// <summary>Null for a number beyond double's range as well.</summary>
        public double? Number(string name) => element.Member(name) is { } member ? member.AsNumber() : null;

        public int? Int(string name) => element.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out var number) ? number : null;

        public double? AsNumber() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

        /// <summary>The elements of an array; none of anything else.</summary>
        public JsonElement[] Items() => element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : [];

        public JsonElement[] Items(string name) => element.Member(name)?.Items() ?? [];

        /// <summary>An array of finite numbers, or null.</summary>
        public double[]? Numbers()
        {
            if (element.ValueKind != JsonValueKind.Array)
                return null;
            var numbers = new List<double>(element.GetArrayLength());
            foreach (var item in element.EnumerateArray())
            {
                if (item.AsNumber() is not { } number)
                    return null;
                numbers.Add(number);
            }

            return [.. numbers];
        }
    }
}
