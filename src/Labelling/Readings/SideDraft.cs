using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Readings;

/// <summary>What a person sent and the platform could not take as a revision: kept beside the reading, for that person alone.</summary>
internal sealed class SideDraft
{
    /// <summary>Of one reading, so many with what was sent. Older ones give way, and stay in the list as what they were.</summary>
    public const int MostOfReading = 50;

    /// <summary>Rows of one reading, with those that gave way.</summary>
    public const int MostListed = 500;

    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ReadingId ReadingId { get; private set; }
    public Guid AccountId { get; private set; }
    public int BaseRevision { get; private set; }

    /// <summary>The refusal's code.</summary>
    public string Refusal { get; private set; } = "";
    public string DocumentMd5 { get; private set; } = "";
    public long DocumentSize { get; private set; }
    public DateTimeOffset At { get; private set; }

    private SideDraft()
    {
    }

    public SideDraft(Reading reading, int baseRevision, Refusal refusal, StoredObject document, DateTimeOffset now) =>
        (ReadingId, AccountId, BaseRevision, Refusal, DocumentMd5, DocumentSize, At) =
        (reading.Id, reading.AccountId, baseRevision, refusal.Code, document.Md5, document.Size, now);

    /// <summary>The row stays, so that nothing vanishes in silence; what was sent is held no longer.</summary>
    public void GiveWay() => DocumentMd5 = "";
}

internal sealed record SideDraftGaveWay(int Most) : Refusal("labelling.side-draft-gave-way", 410);

/// <summary>A save was refused, and what was sent is kept.</summary>
internal sealed class KeepSideDraft(PirogovDb db, ObjectStore store, AuditTrail audit, TimeProvider time)
{
    private static readonly JsonSerializerOptions Written = new(PlatformJson.Options) { Converters = { new Saturated() } };

    public async Task<Guid> Of(Reading reading, int baseRevision, LabelDocument document, Refusal refusal, CancellationToken cancellation)
    {
        // What the refused save had changed in memory is not to be written with it.
        db.ChangeTracker.Clear();
        var stored = await store.Put(JsonSerializer.SerializeToUtf8Bytes(document, Written), cancellation);
        var own = db.Set<SideDraft>().Where(d => d.ReadingId == reading.Id);
        // A window that tries the same again and again does not push out what another sent.
        if (await own.Where(d => d.DocumentMd5 == stored.Md5 && d.BaseRevision == baseRevision && d.Refusal == refusal.Code).Select(d => (Guid?)d.Id).FirstOrDefaultAsync(cancellation) is { } known)
            return known;
        var draft = new SideDraft(reading, baseRevision, refusal, stored, time.Now());
        db.Add(draft);
        audit.Note("labelling.save-refused", "reading", reading.Id, new { refusal.Code, Draft = draft.Id });
        await db.SaveChangesAsync(cancellation);
        foreach (var older in await own.Where(d => d.DocumentMd5 != "").OrderByDescending(d => d.Id).Skip(SideDraft.MostOfReading).ToArrayAsync(cancellation))
        {
            older.GiveWay();
            audit.Note("labelling.side-draft-gave-way", "reading", reading.Id, new { older.Id, older.At });
        }

        await db.SaveChangesAsync(cancellation);
        var oldest = await own.OrderByDescending(d => d.Id).Skip(SideDraft.MostListed).Select(d => d.Id).ToArrayAsync(cancellation);
        await own.Where(d => oldest.Contains(d.Id)).ExecuteDeleteAsync(cancellation);
        return draft.Id;
    }

    /// <summary>JSON can say 1e999, which is read as infinite and could not be written again: it stays the largest number there is.</summary>
    private sealed class Saturated : System.Text.Json.Serialization.JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(double.IsNaN(value) ? 0 : Math.Clamp(value, double.MinValue, double.MaxValue));
    }
}

/// <param name="IsKept">Else it gave way to newer ones, and only this line of it is left.</param>
internal sealed record SideDraftRow(Guid Id, DateTimeOffset At, int BaseRevision, string Refusal, long Size, bool IsKept);

/// <summary>One's own refused saves, to be looked through and taken up again.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SeeSideDrafts(PirogovDb db, CurrentActor actor, ObjectStore store, Documents documents, SentBefore sentBefore, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/readings/{id}/side-drafts", (SeeSideDrafts use, ReadingId id, CancellationToken cancellation) => use.List(id, cancellation).ToHttp())
            .Needs(typeof(SeeSideDrafts)).WithName("listSideDrafts").WithSummary("What one sent and could not be saved, the newest first.");
        api.MapGet("/readings/{id}/side-drafts/{draft:guid}", (SeeSideDrafts use, ReadingId id, Guid draft, CancellationToken cancellation) =>
            use.One(id, draft, cancellation).ToHttp())
            .Needs(typeof(SeeSideDrafts)).WithName("getSideDraft").WithSummary("One refused save, as it was sent.");
        api.MapDelete("/readings/{id}/side-drafts/{draft:guid}", (SeeSideDrafts use, ReadingId id, Guid draft, CancellationToken cancellation) =>
            use.Drop(id, draft, cancellation).ToHttp())
            .Needs(typeof(SeeSideDrafts)).WithName("dropSideDraft").WithSummary("Lets a refused save go.");
    }

    public async Task<Outcome<IReadOnlyList<SideDraftRow>>> List(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (!await db.Set<Reading>().IgnoreQueryFilters().AnyAsync(r => r.Id == id && r.AccountId == me, cancellation))
            return new NotFound("reading");
        return Outcome<IReadOnlyList<SideDraftRow>>.Of(await Own(id).OrderByDescending(d => d.Id)
            .Select(d => new SideDraftRow(d.Id, d.At, d.BaseRevision, d.Refusal, d.DocumentSize, d.DocumentMd5 != "")).ToArrayAsync(cancellation));
    }

    public async Task<Outcome<LabelDocument>> One(ReadingId id, Guid draft, CancellationToken cancellation) =>
        await Own(id).SingleOrDefaultAsync(d => d.Id == draft, cancellation) is not { } found ? new NotFound("side-draft")
            : found.DocumentMd5.Length == 0 ? new SideDraftGaveWay(SideDraft.MostOfReading)
            : await WithRuns(found, LabelDocument.Parse(await store.Read(found.DocumentMd5, cancellation)), cancellation);

    /// <summary>Masks that were named by their hashes come with their runs, if this reader had been sent them; a hash alone opens nobody's work.</summary>
    private async Task<LabelDocument> WithRuns(SideDraft draft, LabelDocument document, CancellationToken cancellation)
    {
        var reading = await db.Set<Reading>().IgnoreQueryFilters().AsNoTracking().SingleAsync(r => r.Id == draft.ReadingId, cancellation);
        var blobs = (await sentBefore.To(reading, cancellation)).Known.Keys.ToHashSet();
        var based = await db.Set<ReadingRevision>().Where(r => r.ReadingId == draft.ReadingId && r.Number == draft.BaseRevision)
            .Select(r => r.DocumentMd5).SingleOrDefaultAsync(cancellation);
        if (based is not null)
            blobs.UnionWith((await documents.Load(based, cancellation)).Masks.Select(m => m.Blob).OfType<string>());
        bool IsNamed(DocumentMask mask) => mask is { Runs: null, Blob: { } blob } && blobs.Contains(blob);
        var opened = new Queue<DocumentMask>((await documents.WithRuns(document with { Masks = [.. document.Masks.Where(IsNamed)] }, cancellation)).Masks);
        return document with { Masks = [.. document.Masks.Select(m => IsNamed(m) ? opened.Dequeue() : m)] };
    }

    public async Task<Outcome<Done>> Drop(ReadingId id, Guid draft, CancellationToken cancellation)
    {
        if (await Own(id).SingleOrDefaultAsync(d => d.Id == draft, cancellation) is not { } found)
            return new NotFound("side-draft");
        db.Remove(found);
        audit.Note("labelling.side-draft-dropped", "reading", id, new { found.Id });
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    private IQueryable<SideDraft> Own(ReadingId id)
    {
        var me = actor.Actor.AccountId;
        return db.Set<SideDraft>().Where(d => d.ReadingId == id && d.AccountId == me);
    }
}
