using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>The shapes of SVG that annotation tools write: one element, straight lines only, without transformations.</summary>
internal static partial class SvgShape
{
    /// <param name="shape">What our own file says the shape is; a line of two points may be a length.</param>
    /// <returns>Null for everything else.</returns>
    public static DocumentObject? Read(string svg, string? shape, DocumentObject one)
    {
        if (FormatText.ReadXml(new("svg", Encoding.UTF8.GetBytes(svg))).IsRefused(out _, out var root) || Element(root!) is not { } element)
            return null;
        double? N(string name) => FormatText.ParseNumber((string?)element.Attribute(name));
        switch (element.Name.LocalName)
        {
            case "rect" when N("width") is { } width && N("height") is { } height:
                var (x, y) = (N("x") ?? 0, N("y") ?? 0);
                return one with { Type = "rectangle", Points = [[x, y], [x + width, y + height]] };
            case "circle" when N("r") is { } r:
                return r == 0 ? one with { Type = "point", Points = [[N("cx") ?? 0, N("cy") ?? 0]] } : Ellipse(one, N("cx") ?? 0, N("cy") ?? 0, r, r);
            case "ellipse" when N("rx") is { } rx && N("ry") is { } ry:
                return Ellipse(one, N("cx") ?? 0, N("cy") ?? 0, rx, ry);
            case "line":
                return one with { Type = shape == "length" ? "length" : "polyline", Points = [[N("x1") ?? 0, N("y1") ?? 0], [N("x2") ?? 0, N("y2") ?? 0]] };
            case "polyline" when Numbers((string?)element.Attribute("points") ?? "") is { } line:
                return one with { Type = shape == "length" && line.Length == 2 ? "length" : "polyline", Points = line };
            case "polygon" when Numbers((string?)element.Attribute("points") ?? "") is { } ring:
                return one with { Type = "polygon", Points = ring };
            case "path" when Path((string?)element.Attribute("d") ?? "") is [var outer, .. var holes]:
                return one with { Type = "polygon", Points = outer, Holes = holes.Length > 0 ? holes : null };
            default:
                return null;
        }
    }

    private static DocumentObject Ellipse(DocumentObject one, double x, double y, double rx, double ry) => one with { Type = "ellipse", Points = [[x - rx, y - ry], [x + rx, y + ry]] };

    /// <summary>The only shape, through groups.</summary>
    private static XElement? Element(XElement root)
    {
        var at = root;
        while (at.Name.LocalName is "svg" or "g")
        {
            if (at.Attribute("transform") is not null || at.Elements().ToArray() is not [var only])
                return null;
            at = only;
        }

        return at.Attribute("transform") is null ? at : null;
    }

    private static double[][]? Numbers(string text)
    {
        double[] numbers = [.. Number().Matches(text).Select(m => FormatText.ParseNumber(m.Value) ?? double.NaN)];
        return numbers.Length >= 2 && numbers.Length % 2 == 0 ? [.. numbers.Chunk(2)] : null;
    }

    /// <summary>Closed rings of straight lines; null for curves, arcs and open paths.</summary>
    private static double[][][]? Path(string data)
    {
        var (rings, ring, at) = (new List<double[][]>(), new List<double[]>(), new double[2]);
        foreach (Match command in Command().Matches(data))
        {
            var (letter, numbers) = (command.Groups["letter"].Value[0], Number().Matches(command.Groups["rest"].Value).Select(m => FormatText.ParseNumber(m.Value) ?? double.NaN).ToArray());
            var isRelative = char.IsLower(letter);
            switch (char.ToUpperInvariant(letter))
            {
                case 'M' when ring.Count > 0:
                    return null;
                case 'M' or 'L' when numbers.Length > 0 && numbers.Length % 2 == 0:
                    foreach (var pair in numbers.Chunk(2))
                        ring.Add(at = isRelative ? [at[0] + pair[0], at[1] + pair[1]] : pair);
                    break;
                case 'H' when numbers.Length > 0:
                    foreach (var x in numbers)
                        ring.Add(at = [isRelative ? at[0] + x : x, at[1]]);
                    break;
                case 'V' when numbers.Length > 0:
                    foreach (var y in numbers)
                        ring.Add(at = [at[0], isRelative ? at[1] + y : y]);
                    break;
                case 'Z' when ring.Count >= 3:
                    at = ring[0];
                    rings.Add([.. ring]);
                    ring.Clear();
                    break;
                default:
                    return null;
            }
        }

        return rings.Count > 0 && ring.Count == 0 ? [.. rings] : null;
    }

    [GeneratedRegex(@"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<letter>[A-Za-z-[eE]])(?<rest>[^A-Za-z]*(?:[eE][-+]?\d+[^A-Za-z]*)*)")]
    private static partial Regex Command();
}
