using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

internal sealed record ProjectReference(ProjectId Id, string Name);

internal sealed record CaseReference(CaseId Id, string Label);

/// <param name="Name">A, B, C …: never a person.</param>
internal sealed record SourceView(string Name, LabelDocument Document, IReadOnlyDictionary<string, double> Agreement);

/// <param name="Level">0: a manager's.</param>
/// <param name="Consensus">The number of the consensus that it speaks of.</param>
internal sealed record CommentView(DateTimeOffset At, int Level, string Text, int? Consensus, string Reason, RemarkPlace? Place)
{
    internal static CommentView Of(CaseComment comment) => new(comment.At, comment.Level, comment.Text, comment.ConsensusNumber, comment.Reason, comment.Place);
}

/// <summary>The consensus that a validator judges, or that came back to an adjudicator.</summary>
internal sealed record ConsensusView(int Number, ConsensusOrigin Origin, LabelDocument Document);

internal sealed record QueueCount(int Done, int Total);

/// <summary>Everything that the workbench needs for one reading.</summary>
/// <param name="Document">One's own newest revision. Before the first: for a validator the consensus, for an adjudicator what all readings agree about, for a reader the
/// pre-label where the project begins with it.</param>
/// <param name="MayCorrect">A validator whose own revision may become the consensus.</param>
/// <param name="Reasons">What a validator, and whoever gets a case back, calls errors in this project; none for readers.</param>
/// <param name="Pass">1: blind; 2: what a model found is revealed in <paramref name="Findings"/>.</param>
/// <param name="Confirmation">What makes an untouched pre-label the reader's own.</param>
/// <param name="Adjudication">The disagreements that are to be decided, or that a validator may see; none for readers.</param>
internal sealed record ReadingView(
    ReadingId Id, ReadingMode Mode, ReadingState State, ProjectReference Project, CaseReference Case, string? Instructions, SchemaView Schema, int Revision,
    LabelDocument? Document, IReadOnlyList<SeriesSummary> Series, IReadOnlyList<SourceView> Sources, IReadOnlyList<CommentView> Comments, NextView? Next,
    QueueCount Queue, ConsensusView? Consensus, bool MayCorrect, IReadOnlyList<ReturnReason> Reasons, int Pass, LabelDocument? Findings,
    PreLabelConfirmation Confirmation, AdjudicationView? Adjudication);

/// <summary>
/// One's own reading. Another's answers "not found", whoever asks; sources and comments exist only for those who decide
/// after the blind round is locked.
/// </summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class SeeReading(
    PirogovDb db, CurrentActor actor, ICases cases, AuditTrail audit, Documents documents, VersionedDocuments versioned, NextReading next, ReadingSources sources, ShownPreLabels preLabels,
    Adjudication adjudication)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/readings/{id}", (SeeReading use, ReadingId id, CancellationToken cancellation) =>
        use.One(id, cancellation).ToHttp()).Needs(typeof(SeeReading)).WithName("getReading").WithSummary("One's own reading, with everything the workbench needs.");

    public async Task<Outcome<ReadingView>> One(ReadingId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.AccountId == me, cancellation) is not { } reading)
            return new NotFound("reading");
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == project.SchemaVersionId), cancellation);
        var summary = await cases.Find(reading.CaseId, cancellation);
        var label = await db.Set<ProjectCase>().Where(c => c.Id == reading.ProjectCaseId).Select(c => c.Label).SingleAsync(cancellation);
        var shown = await preLabels.For(reading, project.Passes, cancellation) is { } labels ? await documents.WithRuns(labels, cancellation) : null;
        audit.Note("labelling.reading-opened", "reading", id);
        await db.SaveChangesAsync(cancellation);
        var consensus = await sources.Consensus(reading, withRuns: true, cancellation);
        return new ReadingView(id, reading.Mode, reading.State, new(project.Id, project.Name), new(reading.CaseId, label),
            project.Instructions.Length > 0 ? project.Instructions : null, SchemaView.Of(schema, schema.Versions.Single(v => v.Id == project.SchemaVersionId)),
            reading.Revision, await Document(reading, project.SchemaVersionId, consensus, cancellation) ?? (reading.Revision == 0 ? shown : null), summary?.Series ?? [],
            await sources.For(reading, withRuns: true, cancellation), await Comments(reading, cancellation), await next.ViewAfter(reading, cancellation),
            await Count(reading, cancellation), consensus, reading.Mode == ReadingMode.Validate && reading.MayDraw, await Reasons(reading, cancellation),
            reading.Pass, reading.Pass == 2 ? shown : null, project.Passes.Confirmation, await adjudication.View(reading, cancellation));
    }

    private async Task<LabelDocument?> Document(Reading reading, SchemaVersionId version, ConsensusView? consensus, CancellationToken cancellation)
    {
        if (reading.Mode == ReadingMode.Validate && reading.Revision == reading.OfferedRevision)
            return consensus?.Document;
        var saved = await db.Set<ReadingRevision>().Where(r => r.ReadingId == reading.Id && r.Number == reading.Revision)
            .Select(r => new { r.DocumentMd5, r.SchemaVersionId }).SingleOrDefaultAsync(cancellation);
        var document = saved is null ? await sources.Draft(reading, cancellation) : await versioned.Load(saved.DocumentMd5, saved.SchemaVersionId, version, cancellation);
        return document is null ? null : await documents.WithRuns(document, cancellation);
    }

    private async Task<IReadOnlyList<CommentView>> Comments(Reading reading, CancellationToken cancellation) => reading.Mode == ReadingMode.Read
        ? []
        : [.. (await db.Set<CaseComment>().AsNoTracking().Where(c => c.ProjectCaseId == reading.ProjectCaseId).OrderBy(c => c.At).ThenBy(c => c.Position).ToArrayAsync(cancellation)).Select(CommentView.Of)];

    private async Task<IReadOnlyList<ReturnReason>> Reasons(Reading reading, CancellationToken cancellation) => reading.Mode == ReadingMode.Read
        ? []
        : (await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == reading.ProjectId, cancellation) ?? new(reading.ProjectId)).Reasons;

    private async Task<QueueCount> Count(Reading reading, CancellationToken cancellation)
    {
        var mine = db.Set<Reading>().Where(r => r.AccountId == reading.AccountId && r.ProjectId == reading.ProjectId && r.Mode == reading.Mode);
        return new(await mine.CountAsync(r => r.State == ReadingState.Submitted || r.State == ReadingState.Locked, cancellation), await mine.CountAsync(cancellation));
    }
}

/// <summary>The locked readings as an adjudicator or a validator sees them: by letter.</summary>
internal sealed class ReadingSources(PirogovDb db, Documents documents, VersionedDocuments versioned, ComparisonStore comparisons, KnownLabels known)
{
    public async Task<IReadOnlyList<SourceView>> For(Reading reading, bool withRuns, CancellationToken cancellation)
    {
        if (reading is { Purpose: ReadingPurpose.Training, State: ReadingState.Locked })
            return await RightAnswer(reading, cancellation);
        if (reading.Mode == ReadingMode.Read || await Newest(reading, cancellation) is not { } comparison)
            return [];
        var sight = await Sight(reading, cancellation);
        if (sight == ValidatorSight.Consensus)
            return [];
        var version = await Version(reading, cancellation);
        var (agreement, views) = (sight == ValidatorSight.Agreement ? comparison.Figures.Agreement : new Dictionary<string, double>(), new List<SourceView>());
        foreach (var (place, revision) in comparison.SourceIds.Index())
        {
            var saved = await db.Set<ReadingRevision>().Where(r => r.Id == revision).Select(r => new { r.DocumentMd5, r.SchemaVersionId }).SingleAsync(cancellation);
            var document = await versioned.Load(saved.DocumentMd5, saved.SchemaVersionId, version, cancellation);
            views.Add(new(((char)('A' + place)).ToString(), withRuns ? await documents.WithRuns(document, cancellation) : document, agreement));
        }

        return views;
    }

    /// <summary>Nothing for a blind reader, whatever has been decided meanwhile.</summary>
    public async Task<ConsensusView?> Consensus(Reading reading, bool withRuns, CancellationToken cancellation)
    {
        if (reading.Mode == ReadingMode.Read || await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == reading.ProjectCaseId)
                .OrderByDescending(c => c.Number).FirstOrDefaultAsync(cancellation) is not { } consensus)
            return null;
        var document = await versioned.Load(consensus.DocumentMd5, consensus.SchemaVersionId, await Version(reading, cancellation), cancellation);
        return new(consensus.Number, consensus.Origin, withRuns ? await documents.WithRuns(document, cancellation) : document);
    }

    private Task<SchemaVersionId> Version(Reading reading, CancellationToken cancellation) =>
        db.Set<LabellingProject>().Where(p => p.Id == reading.ProjectId).Select(p => p.SchemaVersionId).SingleAsync(cancellation);

    /// <summary>An adjudicator sees everything; a validator what the level lets them see.</summary>
    private async Task<ValidatorSight> Sight(Reading reading, CancellationToken cancellation) => reading.Mode == ReadingMode.Validate
        ? (await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation)).Levels[reading.Slot - 1].Sees
        : ValidatorSight.Agreement;

    /// <summary>The comparison of those who may see how the readings differ: who decides, and validators of a level that shows it. For who reads there is none.</summary>
    public async Task<Comparison?> Compared(Reading reading, CancellationToken cancellation) =>
        reading.Mode != ReadingMode.Read && await Sight(reading, cancellation) == ValidatorSight.Agreement ? await Newest(reading, cancellation) : null;

    /// <summary>Where an adjudicator begins: what another decided before them, else what all readings agree about.</summary>
    public async Task<LabelDocument?> Draft(Reading reading, CancellationToken cancellation)
    {
        if (reading.Mode != ReadingMode.Adjudicate || reading.Revision > 0 || await Newest(reading, cancellation) is not { } comparison)
            return null;
        var version = await Version(reading, cancellation);
        if (await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == reading.ProjectCaseId).OrderByDescending(c => c.Number).FirstOrDefaultAsync(cancellation)
            is { Origin: not ConsensusOrigin.Automatic } decided)
            return await versioned.Load(decided.DocumentMd5, decided.SchemaVersionId, version, cancellation);
        return await versioned.Load(comparison.DraftMd5, await comparisons.Version(comparison, cancellation), version, cancellation);
    }

    private Task<Comparison?> Newest(Reading reading, CancellationToken cancellation) =>
        db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.ProjectCaseId == reading.ProjectCaseId && c.IsCurrent, cancellation);

    /// <summary>After a training case the known labels stand beside one's own.</summary>
    private async Task<IReadOnlyList<SourceView>> RightAnswer(Reading reading, CancellationToken cancellation) =>
        await known.Compare(reading, cancellation) is { } closeness && await known.RightAnswer(reading, cancellation) is { } document
            ? [new("A", document, closeness.Dice)]
            : [];
}
