using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Review;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Intake;

/// <summary>
/// One file of a batch, or a zip of them. The original lives in memory only, is judged and de-identified there, and what
/// is left of it is stored together with its rows in one transaction. Sending the same bytes again changes nothing.
/// </summary>
[Needs(ArchiveRights.Send)]
internal sealed class ReceiveFile(
    PirogovDb db, CentreAccess access, CentreKeys keys, ObjectStore store, Quarantine quarantine, IntakeMemory memory, Localizer words, TimeProvider time)
{
    /// <param name="Name">As the sender gave it; the platform keeps no name.</param>
    /// <param name="Number">Of a refused file: its place in the batch, by which the report names it.</param>
    /// <param name="SopInstanceUid">The new one.</param>
    /// <param name="Entries">Of a zip.</param>
    public sealed record Response(
        string? Name, int? Number, FileVerdict Outcome, string? SopInstanceUid, ProblemDetails? Reason, IReadOnlyList<string> Warnings, IReadOnlyList<Response>? Entries);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/batches/{id}/files",
            (ReceiveFile use, BatchId id, string name, HttpRequest request, CancellationToken cancellation) =>
                use.Handle(id, name, request.Body, request.ContentLength, cancellation).ToHttp())
        .Needs(typeof(ReceiveFile)).WithSummary("Send one DICOM file or a zip of them")
        .Accepts<Stream>("application/octet-stream").WithMetadata(new TakesBytes("application/octet-stream"))
        .WithMetadata(new RequestSizeLimitAttribute(ZipEntries.LargestArchive + 1024));

    public async Task<Outcome<Response>> Handle(BatchId id, string name, Stream body, long? length, CancellationToken cancellation)
    {
        if ((await Enter(id, cancellation)).IsRefused(out var refusal, out var entered))
            return refusal;
        var (batch, centre) = entered;
        using var seat = await memory.Reserve(length ?? ZipEntries.LargestArchive, cancellation);
        using var original = await IntakeMemory.Read(body, ZipEntries.LargestArchive, length, cancellation);
        if (original is null)
            return Tell(name, new IncomingVerdict(FileVerdict.Refused, null, new(FileRefused.TooLarge), [], null));
        var bytes = original.GetBuffer().AsMemory(0, (int)original.Length);
        return ZipEntries.IsZip(bytes.Span)
            ? await ReceiveZip(batch, centre, name, original, cancellation)
            : await ReceiveOne(batch, centre, name, bytes, cancellation);
    }

    /// <summary>One instance of a door that knows no files, in memory that the door has reserved.</summary>
    public async Task<Outcome<Response>> Handle(BatchId id, string name, ReadOnlyMemory<byte> instance, CancellationToken cancellation)
    {
        if ((await Enter(id, cancellation)).IsRefused(out var refusal, out var entered))
            return refusal;
        var received = await ReceiveOne(entered.Batch, entered.Centre, name, instance, cancellation);
        db.ChangeTracker.Clear();
        return received;
    }

    private async Task<Outcome<(Batch Batch, KeyedCentre Centre)>> Enter(BatchId id, CancellationToken cancellation)
    {
        if (await db.Set<Batch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch
            || !await access.SendsFor(batch.CentreId, cancellation))
            return new NotFound("batch");
        return batch.CanReceive() is { } refusal ? refusal : (batch, await keys.Of(batch.CentreId, cancellation, batch.Options));
    }

    private async Task<Outcome<Response>> ReceiveZip(Batch batch, KeyedCentre centre, string name, MemoryStream archive, CancellationToken cancellation)
    {
        var entries = new List<Response>();
        foreach (var entry in ZipEntries.Unpack(archive))
        {
            var fullName = entry.Name.Length == 0 ? name : $"{name}/{entry.Name}";
            var received = entry.Bytes.IsRefused(out var refused)
                ? await Keep(batch, centre.Mark(fullName, System.Text.Encoding.UTF8.GetBytes(fullName)), (FileRefused)refused, cancellation)
                : await Judge(batch, centre, fullName, entry.Bytes.Value, cancellation);
            if (received.IsRefused(out var stop))
                return stop;
            entries.Add(Tell(fullName, received.Value));
            db.ChangeTracker.Clear();
        }

        var sum = entries.Exists(e => e.Outcome == FileVerdict.Accepted) ? FileVerdict.Accepted
            : entries.Exists(e => e.Outcome == FileVerdict.Quarantined) ? FileVerdict.Quarantined
            : entries.Exists(e => e.Outcome == FileVerdict.Duplicate) ? FileVerdict.Duplicate : FileVerdict.Refused;
        return new Response(name, null, sum, null, null, [], entries);
    }

    private async Task<Outcome<Response>> ReceiveOne(Batch batch, KeyedCentre centre, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var received = await Judge(batch, centre, name, bytes, cancellation);
        return received.IsRefused(out var refusal) ? refusal : Tell(name, received.Value);
    }

    private async Task<Outcome<IncomingVerdict>> Judge(Batch batch, KeyedCentre centre, string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var mark = centre.Mark(name, bytes.Span);
        if (await Before(batch.Id, mark, cancellation) is { } earlier)
            return earlier;
        return await Keep(batch, mark, Admission.Admit(bytes, centre.Deidentifier), cancellation);
    }

    /// <summary>The same bytes in the same batch: a refusal is repeated, anything else is a duplicate.</summary>
    private async Task<IncomingVerdict?> Before(BatchId batch, FileMark mark, CancellationToken cancellation)
    {
        var row = await db.Set<IncomingFile>().AsNoTracking().SingleOrDefaultAsync(f => f.BatchId == batch && f.ContentHmac == mark.ContentHmac, cancellation);
        if (row is null)
            return null;
        await db.Set<IncomingFile>().Where(f => f.Id == row.Id).ExecuteUpdateAsync(s => s.SetProperty(f => f.Repeats, f => f.Repeats + 1), cancellation);
        return row.Refusal is { } refused
            ? new(FileVerdict.Refused, null, refused, [], await NumberOf(row, cancellation))
            : new(FileVerdict.Duplicate, row.SopInstanceUid, null, [], null);
    }

    private async Task<Outcome<IncomingVerdict>> Keep(Batch batch, FileMark mark, Outcome<AdmittedFile> admitted, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var row = IncomingFile.Of(batch.Id, mark, time.Now());
        if (admitted.IsRefused(out var refused))
            row.Refuse((FileRefused)refused);
        else
            await Store(batch, row, admitted.Value, cancellation);
        db.Add(row);
        // Touches the batch while it is open: a closing that runs at this moment waits, one that was first wins.
        var joined = await db.Set<Batch>().Where(b => b.Id == batch.Id && b.State == BatchState.Open)
            .ExecuteUpdateAsync(s => s.SetProperty(b => b.State, BatchState.Open), cancellation);
        if (joined == 0)
            return new BatchIsClosed(batch.Name);
        int? number;
        try
        {
            await db.SaveChangesAsync(cancellation);
            number = await NumberOf(row, cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // The same bytes, or the same instance, came twice at once: the unique index kept one of them.
            await transaction.RollbackAsync(cancellation);
            db.ChangeTracker.Clear();
            return await Before(batch.Id, mark, cancellation) is { } earlier ? earlier : new Conflict();
        }

        return new IncomingVerdict(row.Verdict, row.SopInstanceUid, row.Refusal, row.Warnings.Split(',', StringSplitOptions.RemoveEmptyEntries), number);
    }

    /// <summary>Files of a batch are numbered one after another, because each holds the batch's row; so a number never changes.</summary>
    private async Task<int?> NumberOf(IncomingFile row, CancellationToken cancellation) => row.Verdict == FileVerdict.Refused
        ? await db.Set<IncomingFile>().CountAsync(f => f.BatchId == row.BatchId && f.Id <= row.Id, cancellation)
        : null;

    private async Task Store(Batch batch, IncomingFile row, AdmittedFile admitted, CancellationToken cancellation)
    {
        var uid = admitted.File.SopInstanceUid!;
        var known = await db.Set<Instance>().AsNoTracking().Where(i => i.ArchivedUid == uid || (i.BatchId == batch.Id && i.SopInstanceUid == uid))
            .Select(i => i.Sha256).FirstOrDefaultAsync(cancellation);
        if (admitted.Review is not null)
        {
            await SetAside(batch, row, admitted, known, cancellation);
            return;
        }

        var stored = await store.Put(admitted.Bytes, cancellation);
        if (known is not null)
        {
            _ = known == stored.Sha256 ? row.Repeat(uid) : row.Refuse(new(FileRefused.SameUidOtherContent));
            return;
        }

        row.Accept(uid, ActionTally.Write(admitted.Counts), admitted.Warnings);
        db.Add(Instance.Of(batch.Id, admitted.File, stored));
    }

    private async Task SetAside(Batch batch, IncomingFile row, AdmittedFile admitted, string? known, CancellationToken cancellation)
    {
        var (uid, sha256) = (admitted.File.SopInstanceUid!, Convert.ToHexStringLower(SHA256.HashData(admitted.Bytes)));
        var waiting = await db.Set<QuarantinedFile>().AsNoTracking().Where(f => f.BatchId == batch.Id && f.SopInstanceUid == uid)
            .Select(f => f.Sha256).FirstOrDefaultAsync(cancellation);
        // What was masked before differs from what came; that it is the same instance is enough.
        if (known is not null || waiting == sha256)
            row.Repeat(uid);
        else if (waiting is not null)
            row.Refuse(new(FileRefused.SameUidOtherContent));
        else
        {
            row.Quarantine(uid, ActionTally.Write(admitted.Counts), admitted.Warnings);
            db.Add(QuarantinedFile.Of(batch.Id, admitted, (await quarantine.Keep(admitted.Bytes, cancellation)).Md5, sha256));
        }
    }

    private Response Tell(string name, IncomingVerdict verdict) =>
        new(name, verdict.Number, verdict.Verdict, verdict.SopInstanceUid, verdict.Refused?.Describe(words), verdict.Warnings, null);

    private sealed record IncomingVerdict(FileVerdict Verdict, string? SopInstanceUid, FileRefused? Refused, IReadOnlyList<string> Warnings, int? Number);
}
