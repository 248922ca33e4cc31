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
/// All bulk data, or the pixel data alone, of a study, series or instance in one answer (PS3.18 10.4.1.1.5, 10.4.1.1.6). Every part names by
/// Content-Location the address that the metadata give, and holds the bytes that this address answers: native values whole, compressed ones frame by frame.
/// </summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class RetrieveAllBulkData(StoredInstances instances, MultipartAnswer answers, UnreadableInstances unreadable, RetrieveLog log)
{
    private const string Octets = "application/octet-stream";

    /// <summary>In which native pixels are one value, as they lie in the store.</summary>
    private static readonly RetrieveFrames.Form Native = new(Octets, DicomUids.ExplicitVRLittleEndian);

    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        foreach (var what in new[] { "/studies/{study}", "/studies/{study}/series/{series}", "/studies/{study}/series/{series}/instances/{instance}" })
        {
            dicomweb.MapGet(what + "/bulkdata", All).Needs(typeof(RetrieveAllBulkData));
            dicomweb.MapGet(what + "/pixeldata", Pixels).Needs(typeof(RetrieveAllBulkData));
        }

        static Task<IResult> All(RetrieveAllBulkData use, HttpContext http, string study, string? series, string? instance, CancellationToken cancellation) =>
            use.Handle(http, study, series, instance, isPixelsOnly: false, cancellation);

        static Task<IResult> Pixels(RetrieveAllBulkData use, HttpContext http, string study, string? series, string? instance, CancellationToken cancellation) =>
            use.Handle(http, study, series, instance, isPixelsOnly: true, cancellation);
    }

    public async Task<IResult> Handle(HttpContext http, string study, string? series, string? sop, bool isPixelsOnly, CancellationToken cancellation)
    {
        var found = sop is null ? await instances.Of(study, series, cancellation) : await instances.Find(study, series!, sop, cancellation) is { } one ? [one] : [];
        if (found.Count == 0)
            return new NotFound(sop is not null ? "instance" : series is null ? "study" : "series").ToHttp();
        var accept = new Acceptance(http.Request);
        Planned[] planned = [.. found.Select(i => new Planned(i, RetrieveFrames.FormOf(i, accept)))];
        // Values beside the pixels have no form but octets.
        if ((!isPixelsOnly && !accept.TakesMultipart(Octets)) || Array.Exists(planned, p => p.HasPixels && (p.Form is null || !accept.TakesMultipart(p.Form.Type))))
            return new NotAcceptable().ToHttp();
        await log.Note(series is null ? "study" : "series", series ?? study);
        var hash = Hash([isPixelsOnly ? "pixels" : "all", DicomModels.Root(http), .. planned.Select(p => $"{p.Instance.Sha256} {p.Form}")]);
        if (PrivateCaching.IsFresh(http, hash))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        var type = isPixelsOnly ? planned.FirstOrDefault(p => p.HasPixels)?.Form!.Type ?? Octets : Octets;
        return await answers.Of(http, type, "pirogov-" + hash, Parts(DicomModels.Root(http), planned, isPixelsOnly, cancellation), isWholeOnly: false, cancellation, new NotFound("bulk data"));
    }

    private static string Hash(string[] parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..32];

    /// <summary>What is known to be unreadable stands first: the status says so however long the answer is.</summary>
    private async IAsyncEnumerable<PartToGive> Parts(string root, Planned[] planned, bool isPixelsOnly, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var lost in planned.SelectMany(p => p.Keys).Where(unreadable.Contains))
            yield return new(lost, null);
        foreach (var plan in planned.Where(p => !isPixelsOnly || p.HasPixels))
        {
            var opened = await instances.Open(plan.Instance, cancellation);
            var isHandedOn = false;
            try
            {
                var address = $"{root}/{SeriesMetadata.AddressOf(opened.File.Dataset)}";
                foreach (var (place, element) in SeriesMetadata.BulkData(opened.File.Dataset))
                {
                    cancellation.ThrowIfCancellationRequested();
                    var isPixels = SeriesMetadata.IsPixels(place);
                    if (isPixels && (plan.Form != Native || element is DicomEncapsulatedPixelData or DicomStreamedPixelData { IsEncapsulated: true }))
                    {
                        foreach (var part in FrameByFrame(plan, opened.File, address + place))
                            yield return part;
                    }
                    else if (element is DicomStreamedPixelData left)
                    {
                        // Read while it goes out, when this may be at the next instance.
                        isHandedOn = true;
                        yield return new(plan.Instance.Sha256, new(Octets, left.OpenRead()) { Location = address + place, Source = opened });
                    }
                    else if (!isPixelsOnly || isPixels)
                    {
                        yield return new(plan.Instance.Sha256, new(Octets, element.Bytes) { Location = address + place });
                    }
                }
            }
            finally
            {
                if (!isHandedOn)
                    await opened.DisposeAsync();
            }
        }
    }

    private IEnumerable<PartToGive> FrameByFrame(Planned plan, DicomFile file, string address)
    {
        foreach (var (key, i) in plan.Keys.Select((key, i) => (key, i)).Where(k => !unreadable.Contains(k.key)))
        {
            var part = RetrieveFrames.Take(file, i + 1, plan.Form!);
            yield return new(key, part is null ? null : part with { Location = RetrieveBulkData.FrameAddress(address, i + 1, plan.Instance.Frames) });
        }
    }

    /// <param name="Form">How its pixels go out; null when they cannot.</param>
    private sealed record Planned(Instance Instance, RetrieveFrames.Form? Form)
    {
        public bool HasPixels => Instance.Rows > 0;

        /// <summary>Of what has to be decoded, by frame.</summary>
        public IEnumerable<string> Keys => Enumerable.Range(0, HasPixels ? Instance.Frames : 0).Select(frame => $"{Instance.Sha256} bulk {Form} {frame}");
    }
}
