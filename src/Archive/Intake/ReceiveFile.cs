using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Review;
using Pirogov.Deidentification;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Intake;

/// <summary>
/// One file of a batch, or a zip of them. The original lives in memory, or sealed beside it when it is large, is judged and de-identified there,
/// and what is left of it is stored together with its rows in one transaction (<see cref="IntakeWriter"/>). Sending the same bytes again changes nothing.
/// </summary>
[Needs(ArchiveRights.Send)]
internal sealed class ReceiveFile(
    PirogovDb db, CentreAccess access, CentreKeys keys, ObjectStore store, Quarantine quarantine, IntakeMemory memory, LargeFiles large,
    IntakeWriter writer, Localizer words)
{
    /// <param name="Name">As the sender or the archive gave it; the platform keeps no name.</param>
    /// <param name="Number">Of a refused file: its place in the batch, by which the report names it.</param>
    /// <param name="SopInstanceUid">The new one.</param>
    /// <param name="Entries">Of a zip.</param>
    public sealed record Response(
        string? Name, int? Number, FileVerdict Outcome, string? SopInstanceUid, ProblemDetails? Reason, IReadOnlyList<string> Warnings, IReadOnlyList<Response>? Entries);

    /// <summary>Percent-encoded, and a header: names of files hold names of people, and addresses are written into the logs of every proxy.</summary>
    private const string NameHeader = "X-Pirogov-Name";

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/files",
            (ReceiveFile use, BatchId id, [FromHeader(Name = NameHeader)] string? name, HttpRequest request, CancellationToken cancellation) =>
                use.Handle(id, Uri.UnescapeDataString(name ?? ""), request, cancellation).ToHttp())
        .Needs(typeof(ReceiveFile)).WithSummary("Send one DICOM file or a zip of them")
        .Accepts<Stream>("application/octet-stream").WithMetadata(new TakesBytes("application/octet-stream"))
        .WithMetadata(new RequestSizeLimitAttribute(LargeFiles.LargestFile + 1024));

    public async Task<Outcome<Response>> Handle(BatchId id, string name, HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await Take(id, name, request, cancellation);
        }
        catch (IOException full) when (full.IsDiskFull())
        {
            // Nothing is said of the file: its sender tries again.
            return new NotStored();
        }
    }

    private async Task<Outcome<Response>> Take(BatchId id, string name, HttpRequest request, CancellationToken cancellation)
    {
        if ((await Enter(id, cancellation)).IsRefused(out var refusal, out var entered))
            return refusal;
        SteadySender.Expect(request.HttpContext);
        await using var arriving = new ArrivingFile(memory, large, request.ContentLength);
        await arriving.Fill(request.Body.ReadAsync, cancellation);
        if (arriving.IsTooLarge)
            return Tell(name, new IncomingVerdict(FileVerdict.Refused, null, new(FileRefused.TooLarge), [], null));
        if (arriving.Spool is null && !ZipEntries.IsZip(arriving.Bytes.Span))
            return await Receive(entered!, name, arriving.Bytes);
        await using var original = arriving.Read();
        return await ZipEntries.IsZip(original, cancellation) ? await ReceiveZip(entered!, name, original, cancellation) : await Receive(entered!, name, original);
    }

    /// <summary>The batch once for many instances of a door that knows no files.</summary>
    public async Task<Outcome<EnteredBatch>> Enter(BatchId id, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch
            || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        return batch.CanReceive() is { } refusal ? refusal : new EnteredBatch(batch, await keys.Of(batch.CentreId, cancellation, batch.Options));
    }

    /// <summary>
    /// One file, in memory that the door holds and that is free again when this ends. Uses no database itself: several may run at
    /// once.
    /// </summary>
    public async Task<Outcome<Response>> Receive(EnteredBatch entered, string name, ReadOnlyMemory<byte> original)
    {
        var inflated = DeflatedOriginal.Inflated(original.Span, original.Length, Admission.LargestInflated);
        using var judged = await memory.Judge(inflated);
        var kept = await writer.Keep(alone => Judge(entered, original, inflated, alone));
        return kept.IsRefused(out var refusal, out var verdict) ? refusal : Tell(name, verdict!);
    }

    /// <summary>A large file; can seek, and is read on this thread.</summary>
    public async Task<Outcome<Response>> Receive(EnteredBatch entered, string name, Stream original)
    {
        var (held, inflated) = await LargeAdmission.Needs(original);
        using var judged = await memory.Judge(held);
        var kept = await writer.Keep(_ => LargeAdmission.Judge(entered, original, inflated, store, quarantine));
        return kept.IsRefused(out var refusal, out var verdict) ? refusal : Tell(name, verdict!);
    }

    private JudgedFile Judge(EnteredBatch entered, ReadOnlyMemory<byte> original, long inflated, bool alone) => JudgedFile.Of(
        entered.Batch, entered.Centre.Mark(original.Span), Admission.Admit(original, entered.Centre.Deidentifier, inflated), store, quarantine, alone);

    private async Task<Outcome<Response>> ReceiveEntry(EnteredBatch entered, string name, OriginalSpool entry)
    {
        using (entry)
        {
            await using var original = entry.Read();
            return await Receive(entered, name, original);
        }
    }

    private async Task<Outcome<Response>> ReceiveZip(EnteredBatch entered, string name, Stream archive, CancellationToken cancellation)
    {
        using var turn = await memory.Unpack(cancellation);
        var underWay = new FilesUnderWay<Outcome<Response>>();
        try
        {
            return await ReceiveEntries(entered, name, archive, underWay, cancellation);
        }
        finally
        {
            // Of an archive that is left in the middle: its entries hold memory of the turn that ends here. Why it was left is told already.
            while (underWay.Any)
                await ((Task)underWay.Next()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Outcome<Response>> ReceiveEntries(
        EnteredBatch entered, string name, Stream archive, FilesUnderWay<Outcome<Response>> underWay, CancellationToken cancellation)
    {
        var entries = new List<Response>();
        foreach (var entry in ZipEntries.Unpack(archive, large.Begin))
        {
            if (cancellation.IsCancellationRequested)
            {
                if (entry.Large is { } left)
                    left.Dispose();
                cancellation.ThrowIfCancellationRequested();
            }

            var fullName = entry.Name.Length == 0 ? name : name.Length == 0 ? entry.Name : $"{name}/{entry.Name}";
            if (entry.Large is { } spooled)
                underWay.Add(ReceiveEntry(entered, fullName, spooled), long.MaxValue / 2);
            else if (entry.Bytes.IsRefused(out var refused, out var bytes))
                underWay.Add(Refuse(entered, fullName, (FileRefused)refused), 0);
            else
                underWay.Add(Receive(entered, fullName, bytes), bytes.Length);
            while (underWay.IsFull)
            {
                if ((await underWay.Next()).IsRefused(out var stop, out var received))
                    return stop;
                entries.Add(received!);
            }
        }

        while (underWay.Any)
        {
            if ((await underWay.Next()).IsRefused(out var stop, out var received))
                return stop;
            entries.Add(received!);
        }

        var sum = entries.Exists(e => e.Outcome == FileVerdict.Accepted) ? FileVerdict.Accepted
            : entries.Exists(e => e.Outcome == FileVerdict.Quarantined) ? FileVerdict.Quarantined
            : entries.Exists(e => e.Outcome == FileVerdict.Duplicate) ? FileVerdict.Duplicate : FileVerdict.Refused;
        return new Response(name, null, sum, null, null, [], entries);
    }

    /// <summary>An entry that could not be unpacked has no bytes to be known by: its name stands for them.</summary>
    private async Task<Outcome<Response>> Refuse(EnteredBatch entered, string name, FileRefused refused)
    {
        var mark = entered.Centre.Mark(System.Text.Encoding.UTF8.GetBytes(name));
        var kept = await writer.Keep(alone => JudgedFile.Of(entered.Batch, mark, refused, store, quarantine, alone));
        return kept.IsRefused(out var refusal, out var verdict) ? refusal : Tell(name, verdict!);
    }

    private Response Tell(string name, IncomingVerdict verdict) =>
        new(name, verdict.Number, verdict.Verdict, verdict.SopInstanceUid, verdict.Refused?.Describe(words), verdict.Warnings, null);
}

/// <summary>A batch that was open a moment ago, and the key under which its files are de-identified.</summary>
internal sealed record EnteredBatch(Batch Batch, KeyedCentre Centre);
