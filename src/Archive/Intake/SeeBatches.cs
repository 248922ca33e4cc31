using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Archive.Intake;

/// <summary>Batches and their reports: what came, what was refused and why, what was done to which attribute.</summary>
[Needs(ArchiveRights.SeeBatches)]
internal sealed class SeeBatches(PirogovDb db, CentreAccess access, Localizer words)
{
    public sealed record Row(
        BatchId Id, string Name, string CentreCode, BatchState State, int Files, int Refused, int Cases, JobId? JobId, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

    /// <param name="Received">Every file that came, with those that came again.</param>
    /// <param name="Waiting">For a person to look at the pixels.</param>
    public sealed record Counts(int Received, int Accepted, int Duplicates, int Refused, int Waiting, long StoredBytes);

    public sealed record Action(string Tag, string Keyword, AttributeAction What, long Count);

    public sealed record Warning(string Code, int Count);

    public sealed record SeriesNote(CaseId CaseId, string Label, string Series, IReadOnlyList<string> Notes);

    /// <summary>A case whose study began in an earlier batch.</summary>
    public sealed record LaterPart(CaseId CaseId, string Label, CaseId FirstId, string FirstLabel);

    public sealed record Report(
        BatchId Id, string Name, string CentreCode, BatchState State, JobId? JobId, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, bool MaySend, Counts Counts,
        string ProfileName, string ProfileVersion, string ProfileSha256, IReadOnlyList<string> Options, IReadOnlyList<Action> Actions, IReadOnlyList<Warning> Warnings,
        int Cases, IReadOnlyList<SeriesNote> Quality, IReadOnlyList<LaterPart> LaterParts);

    /// <param name="Number">The file's place in the batch: its name is not kept.</param>
    public sealed record FileRow(int Number, FileVerdict Outcome, long Size, string? SopInstanceUid, ProblemDetails? Reason, IReadOnlyList<string> Warnings);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/batches", (SeeBatches use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation)).Needs(typeof(SeeBatches)).WithName("listBatches").WithSummary("Batches, newest first");
        api.MapGet("/batches/{id}", (SeeBatches use, BatchId id, CancellationToken cancellation) => use.One(id, cancellation).ToHttp())
            .Needs(typeof(SeeBatches)).WithName("getBatch").WithSummary("A batch's report");
        api.MapGet("/batches/{id}/files", (SeeBatches use, BatchId id, EnumWord<FileVerdict>? outcome, int? page, int? size, CancellationToken cancellation) =>
                use.Files(id, outcome?.Value, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
            .Needs(typeof(SeeBatches)).WithName("listBatchFiles").WithSummary("Files of a batch and what became of each");
    }

    public async Task<Page<Row>> List(int page, int size, CancellationToken cancellation) => await (await Visible(cancellation)).OrderByDescending(b => b.Id)
        .Select(b => new Row(b.Id, b.Name, b.CentreCode, b.State, db.Set<IncomingFile>().Count(f => f.BatchId == b.Id),
            db.Set<IncomingFile>().Count(f => f.BatchId == b.Id && f.Verdict == FileVerdict.Refused), db.Set<Case>().Count(c => c.BatchId == b.Id),
            b.JobId, b.CreatedAt, b.EndedAt))
        .ToPage(page, size, cancellation);

    public async Task<Outcome<Report>> One(BatchId id, CancellationToken cancellation)
    {
        if (await (await Visible(cancellation)).SingleOrDefaultAsync(b => b.Id == id, cancellation) is not { } batch)
            return new NotFound("batch");
        var actions = await db.Set<BatchAction>().AsNoTracking().Where(a => a.BatchId == id).ToArrayAsync(cancellation);
        return new Report(batch.Id, batch.Name, batch.CentreCode, batch.State, batch.JobId, batch.CreatedAt, batch.EndedAt,
            await access.SendsFor(batch.CentreId, cancellation), await Count(id, cancellation), batch.ProfileName, batch.ProfileVersion, batch.ProfileSha256, ChooseProfile.NamesOf(batch.Options),
            [.. actions.OrderBy(a => a.Tag, StringComparer.Ordinal).ThenBy(a => a.Action).Select(a => new Action(a.Tag, ActionTally.KeywordOf(a.Tag), a.Action, a.Count))],
            await WarningsOf(id, cancellation), await db.Set<Case>().CountAsync(c => c.BatchId == id, cancellation), await QualityOf(id, cancellation), await LaterPartsOf(id, cancellation));
    }

    public async Task<Outcome<Page<FileRow>>> Files(BatchId id, FileVerdict? outcome, int page, int size, CancellationToken cancellation)
    {
        if (!await (await Visible(cancellation)).AnyAsync(b => b.Id == id, cancellation))
            return new NotFound("batch");
        var found = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == id && (outcome == null || f.Verdict == outcome)).OrderBy(f => f.Id)
            .Select(f => new { File = f, Number = db.Set<IncomingFile>().Count(o => o.BatchId == id && o.Id <= f.Id) }).ToPage(page, size, cancellation);
        return new Page<FileRow>([.. found.Items.Select(r => new FileRow(r.Number, r.File.Verdict, r.File.Size, r.File.SopInstanceUid, r.File.Refusal?.Describe(words),
            r.File.Warnings.Split(',', StringSplitOptions.RemoveEmptyEntries)))], found.Number, found.Size, found.Total);
    }

    private async Task<IQueryable<Batch>> Visible(CancellationToken cancellation)
    {
        var batches = db.Set<Batch>().AsNoTracking();
        if (access.SeesEverything)
            return batches;
        var own = await access.Own(cancellation);
        return batches.Where(b => own.Contains(b.CentreId));
    }

    private async Task<Counts> Count(BatchId id, CancellationToken cancellation)
    {
        var files = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == id).GroupBy(f => f.Verdict)
            .Select(g => new { Verdict = g.Key, Files = g.Count(), Repeats = g.Sum(f => f.Repeats) }).ToArrayAsync(cancellation);
        int Of(FileVerdict verdict) => files.Where(f => f.Verdict == verdict).Sum(f => f.Files);
        // A refused file that came again is still one refused file; an accepted one that came again is a duplicate.
        var again = files.Where(f => f.Verdict != FileVerdict.Refused).Sum(f => f.Repeats);
        var bytes = await db.Set<Instance>().Where(i => i.BatchId == id).SumAsync(i => i.Size, cancellation);
        return new(files.Sum(f => f.Files) + again, Of(FileVerdict.Accepted), Of(FileVerdict.Duplicate) + again, Of(FileVerdict.Refused), Of(FileVerdict.Quarantined), bytes);
    }

    private async Task<IReadOnlyList<Warning>> WarningsOf(BatchId id, CancellationToken cancellation)
    {
        var all = await db.Set<IncomingFile>().AsNoTracking().Where(f => f.BatchId == id && f.Warnings != "").GroupBy(f => f.Warnings)
            .Select(g => new { Codes = g.Key, Count = g.Count() }).ToArrayAsync(cancellation);
        return [.. all.SelectMany(g => g.Codes.Split(',').Select(code => (Code: code, g.Count))).GroupBy(g => g.Code)
            .Select(g => new Warning(g.Key, g.Sum(w => w.Count))).OrderByDescending(w => w.Count)];
    }

    private async Task<IReadOnlyList<LaterPart>> LaterPartsOf(BatchId id, CancellationToken cancellation)
    {
        var pairs = await db.Set<Case>().AsNoTracking().Where(c => c.BatchId == id)
            .Join(db.Set<Case>().AsNoTracking(), c => new { c.CentreId, c.StudyInstanceUid }, e => new { e.CentreId, e.StudyInstanceUid }, (later, earlier) => new { later, earlier })
            .Where(p => p.earlier.Number < p.later.Number).OrderBy(p => p.later.Number).ThenBy(p => p.earlier.Number)
            .Select(p => new LaterPart(p.later.Id, p.later.Label, p.earlier.Id, p.earlier.Label)).Take(Page.LargestSize).ToArrayAsync(cancellation);
        return [.. pairs.DistinctBy(p => p.CaseId)];
    }

    private async Task<IReadOnlyList<SeriesNote>> QualityOf(BatchId id, CancellationToken cancellation)
    {
        var notes = await db.Set<Case>().AsNoTracking().Where(c => c.BatchId == id)
            .SelectMany(c => c.Series.Where(s => s.QualityNotes != ""), (c, s) => new { c.Id, c.Label, s.SeriesNumber, s.Description, s.QualityNotes })
            .Take(Page.LargestSize).ToArrayAsync(cancellation);
        return [.. notes.Select(n => new SeriesNote(n.Id, n.Label, $"{n.SeriesNumber} {n.Description}".Trim(), n.QualityNotes.Split(',')))];
    }
}
