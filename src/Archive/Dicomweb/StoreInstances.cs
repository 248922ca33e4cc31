using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Dicomweb;

internal sealed record UnsupportedMediaType() : Refusal("archive.unsupported-media-type", 415);

internal sealed record BodyIsBroken() : Refusal("archive.body-is-broken", 400);

internal sealed record OtherStudy() : Refusal("archive.other-study", 409);

internal sealed record NotStored() : Refusal("archive.not-stored", 503);

/// <summary>
/// STOW-RS (PS3.18 10.5). The body is read part by part; each instance is judged and de-identified like a file of a batch, while the next
/// is read; the answer waits until all are flushed. A part that ends early leaves nothing.
/// </summary>
[Needs(ArchiveRights.Send)]
internal sealed class StoreInstances(
    DoorBatches batches, ReceiveFile receive, IntakeMemory memory, LargeFiles large, PirogovDb db, AuditTrail audit, ILogger<StoreInstances> log)
{
    private const string Dicom = "application/dicom";
    private const string Multipart = "multipart/related";
    private const long LargestBody = 8L << 30;

    private static readonly DicomReaderOptions HeaderBounds = new() { StopBeforePixelData = true, MaximumInflatedBytes = Admission.LargestFile };

    /// <summary>RFC 2046 allows 70 characters; Orthanc sends 73.</summary>
    private const int LongestBoundary = 200;

    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        foreach (var path in new[] { "/studies", "/studies/{study}" })
        {
            dicomweb.MapPost(path, (StoreInstances use, HttpContext http, CancellationToken cancellation) =>
                    use.Handle(http, http.GetRouteValue("study") as string, cancellation))
                .Needs(typeof(StoreInstances)).WithMetadata(new RequestSizeLimitAttribute(LargestBody)).WithMetadata(new TakesBytes(Multipart, Dicom));
        }
    }

    public async Task<IResult> Handle(HttpContext http, string? study, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(Acceptance.Quoted(http.Request.ContentType), out var type))
            return new UnsupportedMediaType().ToHttp();
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        var isMultipart = type.MediaType.Equals(Multipart, StringComparison.OrdinalIgnoreCase) && boundary is { Length: > 0 and <= LongestBoundary }
            && RootType(type) is null or Dicom;
        if (!isMultipart && !type.MediaType.Equals(Dicom, StringComparison.OrdinalIgnoreCase))
            return new UnsupportedMediaType().ToHttp();
        var accept = new Acceptance(http.Request);
        if (!DicomModels.IsTaken(accept))
            return new NotAcceptable().ToHttp();
        if ((await batches.Open("DICOMweb", Asked(http, "centre"), Asked(http, "batch"), cancellation)).IsRefused(out var refusal, out var batch))
            return refusal.ToHttp();
        var stored = new StoreAnswer();
        try
        {
            if ((await receive.Enter(batch, cancellation)).IsRefused(out var shut, out var entered))
                return shut.ToHttp();
            SteadySender.Expect(http);
            var underWay = new FilesUnderWay<Received>();
            Refusal? stop = null;
            try
            {
                stop = isMultipart ? await Parts(new MultipartBody(http.Request.BodyReader, boundary!), entered!, study, stored, underWay, cancellation)
                    : await One(http.Request.Body.ReadAsync, http.Request.ContentLength, entered!, study, stored, underWay, cancellation);
            }
            finally
            {
                // Also of a body that broke off: what came whole is kept, and told.
                while (underWay.Any)
                    stop = Tell(stored, await underWay.Next()) ?? stop;
            }

            if (stop is not null)
                return stop.ToHttp();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            // What is not multipart as announced, or ends before its last boundary; the sender may be gone.
            if (!stored.IsEmpty)
                stored.Fail(null, null, StoreAnswer.CannotUnderstand, new BodyIsBroken().Code);
        }

        if (stored.IsEmpty)
            return new BodyIsBroken().ToHttp();
        // Rows of an instance that was given up are not to be written with the note.
        db.ChangeTracker.Clear();
        audit.Note("archive.stored", "batch", batch, new { stored = stored.Stored.Count, failed = stored.FailedCount });
        await db.SaveChangesAsync(CancellationToken.None);
        return DicomModels.One(accept, stored.ToDataset(await PlacesOf(batch, stored, cancellation), DicomModels.Root(http)), stored.Status);
    }

    /// <returns>Why nothing more can be stored: the batch was closed meanwhile.</returns>
    private async Task<Refusal?> Parts(
        MultipartBody body, EnteredBatch entered, string? study, StoreAnswer stored, FilesUnderWay<Received> underWay, CancellationToken cancellation)
    {
        while (await body.Next(cancellation) is { } mediaType)
        {
            if (!MediaTypeHeaderValue.TryParse(mediaType, out var type) || !type.MediaType.Equals(Dicom, StringComparison.OrdinalIgnoreCase))
                stored.Fail(null, null, StoreAnswer.CannotUnderstand, new UnsupportedMediaType().Code);
            else if (await One(body.Read, null, entered, study, stored, underWay, cancellation) is { } stop)
                return stop;
        }

        return null;
    }

    private async Task<Refusal?> One(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, long? length, EnteredBatch entered, string? study, StoreAnswer stored, FilesUnderWay<Received> underWay, CancellationToken cancellation)
    {
        var arriving = new ArrivingFile(memory, large, length);
        var isTaken = false;
        try
        {
            await arriving.Fill(read, cancellation);
            isTaken = !arriving.IsTooLarge;
        }
        catch (NoRoomForOriginalsException full)
        {
            // The parts before it are told, and small ones after it may still come in.
            log.LogError(full, "An instance found no room on the disk.");
            stored.Fail(null, null, StoreAnswer.OutOfResources, new NotStored().Code);
            return null;
        }
        finally
        {
            if (!isTaken)
                await arriving.DisposeAsync();
        }

        if (isTaken)
            underWay.Add(Task.Run(() => Receive(entered, study, arriving), CancellationToken.None), arriving.Spool is null ? arriving.Length : FilesUnderWay<Received>.MostBytes + 1);
        else
            stored.Fail(null, null, StoreAnswer.OutOfResources, "archive.file." + FileRefused.TooLarge);
        while (underWay.IsFull)
        {
            if (Tell(stored, await underWay.Next()) is { } stop)
                return stop;
        }

        return null;
    }

    private async Task<Received> Receive(EnteredBatch entered, string? study, ArrivingFile arriving)
    {
        await using (arriving)
        {
            if (arriving.Spool is null)
                return await Receive(entered, study, arriving.Bytes);
            await using var original = arriving.Read();
            return await Judge(study, async () =>
            {
                var (held, inflated) = await LargeAdmission.Needs(original);
                original.Position = 0;
                using (await memory.Judge(held))
                    return Header(() => DicomReader.Read(original, LargeAdmission.HeaderBounds.Within(inflated)));
            }, sop => receive.Receive(entered, sop, original));
        }
    }

    private Task<Received> Receive(EnteredBatch entered, string? study, ReadOnlyMemory<byte> original) => Judge(study, async () =>
    {
        var inflated = DeflatedOriginal.Inflated(original.Span, original.Length, HeaderBounds.MaximumInflatedBytes);
        using (await memory.Judge(inflated))
            return Header(() => DicomReader.Read(original, HeaderBounds.Within(inflated)));
    }, sop => receive.Receive(entered, sop, original));

    private async Task<Received> Judge(string? study, Func<Task<DicomFile?>> reading, Func<string, Task<Outcome<ReceiveFile.Response>>> receiving)
    {
        var (sopClass, sop) = ((string?)null, (string?)null);
        try
        {
            var header = await reading();
            (sopClass, sop) = (header?.SopClassUid, header?.SopInstanceUid);
            return IsOfOther(study, header) ? new(sopClass, sop, null, StoreAnswer.OtherStudy, new OtherStudy().Code) : new(sopClass, sop, await receiving(sop ?? ""));
        }
        catch (Exception defect)
        {
            // A full disk, or a defect of ours: what it means for one instance is told of that one. The others are stored, and told.
            log.LogError(defect, "An instance that came whole could not be stored.");
            return new(sopClass, sop, null, defect is IOException ? StoreAnswer.OutOfResources : StoreAnswer.ProcessingFailure, new NotStored().Code);
        }
    }

    private static bool IsOfOther(string? study, DicomFile? header) =>
        header is not null && study is not null && header.Dataset.GetString(DicomTags.StudyInstanceUid) != study;

    private static Refusal? Tell(StoreAnswer stored, Received received)
    {
        if (received.Outcome is not { } outcome)
            stored.Fail(received.Class, received.Sop, received.Reason, received.Code!);
        else if (outcome.IsRefused(out var refusal, out var verdict))
            return refusal;
        else if (verdict!.SopInstanceUid is { } uid)
            stored.Store(received.Class, received.Sop, uid);
        else
            stored.Fail(received.Class, received.Sop, StoreAnswer.ReasonOf(verdict.Reason!), verdict.Reason!.Type![ProblemResponses.TypePrefix.Length..]);
        return null;
    }

    /// <param name="Outcome">Null for an instance that was not judged: of another study than the one addressed, or not to be stored now.</param>
    /// <param name="Reason">Failure Reason of such a one.</param>
    private sealed record Received(string? Class, string? Sop, Outcome<ReceiveFile.Response>? Outcome, int Reason = 0, string? Code = null);

    private static DicomFile? Header(Func<DicomFile> read)
    {
        try
        {
            return read();
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    /// <summary>Under which study and series the stored instances lie.</summary>
    private async Task<Dictionary<string, (string Study, string Series)>> PlacesOf(BatchId batch, StoreAnswer stored, CancellationToken cancellation)
    {
        var places = new Dictionary<string, (string Study, string Series)>();
        foreach (var uids in stored.Stored.Select(s => s.Uid).Distinct().Chunk(500))
        {
            var found = await db.Set<Instance>().AsNoTracking().Where(i => uids.Contains(i.ArchivedUid) || (i.BatchId == batch && uids.Contains(i.SopInstanceUid)))
                .Select(i => new { i.SopInstanceUid, i.StudyInstanceUid, i.SeriesInstanceUid }).ToArrayAsync(cancellation);
            foreach (var place in found)
                places[place.SopInstanceUid] = (place.StudyInstanceUid, place.SeriesInstanceUid);
        }

        return places;
    }

    private static string? Asked(HttpContext http, string what) => http.Request.Query[what].FirstOrDefault() ?? http.Request.Headers["X-Pirogov-" + what].FirstOrDefault();

    private static string? RootType(MediaTypeHeaderValue type) => HeaderUtilities.RemoveQuotes(
        type.Parameters.FirstOrDefault(p => p.Name.Equals("type", StringComparison.OrdinalIgnoreCase))?.Value ?? default).Value?.ToLowerInvariant();
}
