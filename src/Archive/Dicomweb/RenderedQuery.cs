using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pirogov.Imaging;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>A parameter of a rendered picture that cannot be what it says (PS3.18 8.3.5.1: 400).</summary>
internal sealed record RenderingMalformed(string Parameter) : Refusal("archive.rendering-malformed", 400);

/// <summary>How a picture is asked for (PS3.18 8.3.5.1).</summary>
/// <param name="Viewport">Null: the frame's own size.</param>
/// <param name="Window">Null: the file's.</param>
/// <param name="Ignored">Annotations that were asked for and are not drawn: who must see them beside the picture has the metadata.</param>
internal sealed record RenderedQuery(Viewport? Viewport, VoiWindow? Window, int Quality, IReadOnlyList<string> Ignored)
{
    /// <summary>Longer sides of a picture are not made larger than this.</summary>
    private const int LargestSide = 8192;
    private const int UsualQuality = 85;

    private static readonly string[] Annotations = ["patient", "technique"];

    /// <param name="isThumbnail">Those have a size and nothing else.</param>
    public static Outcome<RenderedQuery> Of(HttpRequest request, bool isThumbnail)
    {
        var query = request.Query;
        Viewport? viewport = null;
        if (query.TryGetValue("viewport", out var place) && (viewport = ViewportOf(place.ToString(), isThumbnail)) is null)
            return new RenderingMalformed("viewport");
        if (isThumbnail)
            return new RenderedQuery(viewport, null, UsualQuality, []);
        VoiWindow? window = null;
        if (query.TryGetValue("window", out var asked) && (window = WindowOf(asked.ToString())) is null)
            return new RenderingMalformed("window");
        var quality = UsualQuality;
        if (query.TryGetValue("quality", out var text) && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out quality) && quality is >= 1 and <= 100))
            return new RenderingMalformed("quality");
        string[] annotations = query.TryGetValue("annotation", out var names) ? names.ToString().Split(',') : [];
        if (annotations.Except(Annotations).Any())
            return new RenderingMalformed("annotation");
        // The pictures hold no profile: whoever needs one is told that there is none.
        return query.TryGetValue("iccprofile", out var profile) && profile != "no"
            ? new RenderingMalformed("iccprofile") : new RenderedQuery(viewport, window, quality, [.. annotations.Distinct()]);
    }

    public void Warn(HttpResponse response)
    {
        if (Ignored.Count > 0)
            response.Headers.Append("Warning", $"299 pirogov \"The following annotation values are not supported: {string.Join(", ", Ignored)}\"");
    }

    /// <summary>"vw,vh" and, for pictures, ",sx,sy,sw,sh", of which each may be left out between its commas.</summary>
    private static Viewport? ViewportOf(string text, bool isThumbnail)
    {
        var parts = text.Split(',');
        if (parts.Length is < 2 or > 6 || (isThumbnail && parts.Length > 2) || (parts.Length > 2 && parts[^1].Length == 0))
            return null;
        if (!IsSide(parts[0], out var width) || !IsSide(parts[1], out var height))
            return null;
        var region = new double?[4];
        for (var i = 2; i < parts.Length; i++)
        {
            if (parts[i].Length == 0)
                continue;
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
                return null;
            region[i - 2] = number;
        }

        // Only the signs of width and height mean something: absolute values are the region.
        return region[2] == 0 || region[3] == 0 ? null : new Viewport(width, height, Math.Abs(region[0] ?? 0), Math.Abs(region[1] ?? 0),
            region[2] is { } sw ? Math.Abs(sw) : null, region[3] is { } sh ? Math.Abs(sh) : null, region[2] < 0, region[3] < 0);
    }

    private static bool IsSide(string text, out int side) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= LargestSide;

    /// <summary>"centre,width,function".</summary>
    private static VoiWindow? WindowOf(string text)
    {
        if (text.Split(',') is not [var first, var second, var function] || !IsNumber(first, out var centre) || !IsNumber(second, out var width))
            return null;
        // PS3.3 C.11.2.1.2: LINEAR needs a width of 1 at least, the others more than 0.
        return function switch
        {
            "linear" when width >= 1 => new(centre, width, VoiFunction.Linear),
            "linear-exact" when width > 0 => new(centre, width, VoiFunction.LinearExact),
            "sigmoid" when width > 0 => new(centre, width, VoiFunction.Sigmoid),
            _ => null,
        };
    }

    private static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
