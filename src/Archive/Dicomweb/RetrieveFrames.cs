using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// WADO-RS frames (PS3.18 10.4): as stored when the caller takes that syntax and browsers decode it, else native in
/// Explicit VR Little Endian, else compressed without loss.
/// </summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveFrames(StoredInstances instances, MultipartAnswer answers, UnreadableInstances unreadable, RetrieveLog log)
{
    private const string Octets = "application/octet-stream";
    private const int LongestNamed = 200;

    /// <summary>Media types of compressed frames (PS3.18 Table 8.7.3-2) of the syntaxes that viewers decode.</summary>
    private static readonly Dictionary<string, string> Compressed = new()
    {
        ["1.2.840.10008.1.2.4.50"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.51"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.57"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.70"] = "image/jpeg",
        ["1.2.840.10008.1.2.4.80"] = "image/jls",
        ["1.2.840.10008.1.2.4.81"] = "image/jls",
        ["1.2.840.10008.1.2.4.90"] = "image/jp2",
        ["1.2.840.10008.1.2.4.91"] = "image/jp2",
        ["1.2.840.10008.1.2.4.201"] = "image/jphc",
        ["1.2.840.10008.1.2.4.202"] = "image/jphc",
        ["1.2.840.10008.1.2.4.203"] = "image/jphc",
        ["1.2.840.10008.1.2.5"] = "image/dicom-rle",
    };

    /// <summary>What frames are compressed into for a caller that takes nothing else.</summary>
    private static readonly Form[] Encodings =
    [
        new("image/jls", DicomUids.JPEGLSLossless), new("image/jp2", DicomUids.JPEG2000Lossless), new("image/dicom-rle", DicomUids.RLELossless),
    ];

    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapGet("/studies/{study}/series/{series}/instances/{instance}/frames/{frames}",
            (RetrieveFrames use, HttpContext http, string study, string series, string instance, string frames, CancellationToken cancellation) =>
                use.Handle(http, study, series, instance, frames, cancellation))
        .Needs(typeof(RetrieveFrames));

    /// <param name="location">Address of each frame by its number, where they are asked for as bulk data.</param>
    public async Task<IResult> Handle(
        HttpContext http, string study, string series, string sop, string frames, CancellationToken cancellation, Func<int, string>? location = null)
    {
        if (await instances.Find(study, series, sop, cancellation) is not { } instance)
            return new NotFound("instance").ToHttp();
        if (Numbers(frames, instance.Frames) is not { } numbers)
            return new NotFound("frame").ToHttp();
        var accept = new Acceptance(http.Request);
        if (FormOf(instance, accept) is not { } form)
            return new NotAcceptable().ToHttp();
        await log.Note("series", series);
        var tag = $"{instance.Sha256[..32]}-{Named(frames)}-{form.Type[(form.Type.IndexOf('/') + 1)..]}-{form.Syntax}";
        if (PrivateCaching.IsFresh(http, tag))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        if (unreadable.Contains(tag))
            return MultipartAnswer.Unkept(http, new FrameUnreadable().ToHttp());
        var file = await instances.Read(http, instance, cancellation);
        // Frames are told apart by their order alone: with one of them missing there is no answer.
        return await answers.Of(http, form.Type, "pirogov-" + instance.Sha256[..32], Parts(file, numbers, form, tag, location, cancellation), isWholeOnly: true, cancellation);
    }

    /// <summary>The list itself, or its hash: proxies take headers of four kilobytes, and an object may have thousands of frames.</summary>
    private static string Named(string frames) =>
        frames.Length <= LongestNamed ? frames.Replace(',', '.') : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(frames)))[..32];

    /// <summary>As stored where the caller takes that, else native, else compressed without loss into what the caller names.</summary>
    public static Form? FormOf(Instance instance, Acceptance accept)
    {
        if (Compressed.TryGetValue(instance.TransferSyntaxUid, out var image))
        {
            if (accept.TakesSyntax(Octets, instance.TransferSyntaxUid))
                return new(Octets, instance.TransferSyntaxUid);
            if (accept.TakesMultipart(image) && accept.TakesSyntax(image, instance.TransferSyntaxUid) && !accept.TakesMultipart(Octets))
                return new(image, instance.TransferSyntaxUid);
        }

        return accept.Transcoded(Octets) is { } syntax && accept.TakesMultipart(Octets) ? new(Octets, syntax)
            : Encodings.Where(e => accept.TakesMultipart(e.Type) && accept.TakesSyntax(e.Type, e.Syntax)).MaxBy(e => accept.QualityOf(e.Type));
    }

    private static int[]? Numbers(string list, int frames)
    {
        var numbers = list.Split(',').Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return Array.TrueForAll(numbers, n => n >= 1 && n <= frames) ? numbers : null;
    }

    /// <param name="number">From 1.</param>
    /// <returns>Null when the frame cannot be given in this form.</returns>
    public static MultipartPart? Take(DicomFile file, int number, Form form)
    {
        if (form.Syntax == DicomUids.ExplicitVRLittleEndian)
            return InstanceRendering.Decode(file, number - 1) is { } native ? Part(native.Samples) : null;
        if (form.Syntax == file.TransferSyntax.Uid)
            return InstanceRendering.Stored(file, number - 1) is { } stored ? Part(stored) : null;
        return InstanceRendering.Encode(file, number - 1, form.Syntax) is { } encoded ? Part(encoded) : null;

        MultipartPart Part(ReadOnlyMemory<byte> body) => new($"{form.Type}; transfer-syntax={form.Syntax}", body);
    }

    private static async IAsyncEnumerable<PartToGive> Parts(
        DicomFile file, int[] numbers, Form form, string tag, Func<int, string>? location, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        foreach (var number in numbers)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new(tag, Take(file, number, form) is { } part ? part with { Location = location?.Invoke(number) } : null);
        }
    }

    /// <summary>How frames go out: a media type and the transfer syntax of the bytes.</summary>
    public sealed record Form(string Type, string Syntax);
}

internal sealed record FrameUnreadable() : Refusal("archive.frame-unreadable", 422);
