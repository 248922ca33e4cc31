using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Agreement;

/// <summary>How far one source came to what a consensus then held.</summary>
/// <param name="Agreement">Class → agreement with the consensus, in [0, 1].</param>
/// <param name="Answers">Question → whether the answer is the consensus'.</param>
internal sealed record SourceFigures(IReadOnlyDictionary<string, double> Agreement, IReadOnlyDictionary<string, bool> Answers);

/// <summary>A blind reading held against a consensus that stands on it. Seen by managers, never by who reads.</summary>
internal sealed class SourceScore
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectId ProjectId { get; private set; }
    public ProjectCaseId ProjectCaseId { get; private set; }
    public Guid ConsensusId { get; private set; }

    /// <summary>Of the consensus: an earlier one of the case counts no more.</summary>
    public int Number { get; private set; }
    public Guid AccountId { get; private set; }

    /// <summary>1: blind; 2: after a model's findings were revealed.</summary>
    public int Pass { get; private set; }

    /// <summary>Whether the labels changed in this pass.</summary>
    public bool Changed { get; private set; }
    public string FiguresJson { get; private set; } = "{}";

    private SourceScore()
    {
    }

    public SourceScore(Consensus consensus, Reading reading, int pass, bool changed, SourceFigures figures) =>
        (ProjectId, ProjectCaseId, ConsensusId, Number, AccountId, Pass, Changed, FiguresJson) =
        (reading.ProjectId, reading.ProjectCaseId, consensus.Id, consensus.Number, reading.AccountId, pass, changed, JsonSerializer.Serialize(figures, PlatformJson.Options));

    public SourceFigures Figures => JsonSerializer.Deserialize<SourceFigures>(FiguresJson, PlatformJson.Options)!;
}

/// <summary>Holds every blind reading of a case, before and after a model's findings, against a new consensus.</summary>
internal sealed class MeasureSources(PirogovDb db, ICases cases, Documents documents, VersionedDocuments versioned) : DurableJob<MeasureSources.Payload>
{
    internal sealed record Payload(Guid ConsensusId);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        if (await db.Set<SourceScore>().AnyAsync(s => s.ConsensusId == payload.ConsensusId, cancellation))
            return;
        var consensus = await db.Set<Consensus>().AsNoTracking().SingleAsync(c => c.Id == payload.ConsensusId, cancellation);
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == consensus.ProjectCaseId, cancellation);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var version = project.SchemaVersionId;
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == version, cancellation)).Content;
        var compare = new CompareDocuments(schema, project.Consensus, project.ThresholdOf, await FrameOrder.Of(cases, one.CaseId, cancellation));
        var truth = await documents.Open(await versioned.Load(consensus.DocumentMd5, consensus.SchemaVersionId, version, cancellation), cancellation);
        foreach (var reading in await db.Set<Reading>().AsNoTracking()
                     .Where(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Read && r.State == ReadingState.Locked).ToArrayAsync(cancellation))
        {
            var (first, last) = (reading.RevisionFor(ComparedPass.First), reading.RevisionFor(ComparedPass.Final));
            db.Add(new SourceScore(consensus, reading, 1, false, await Hold(compare, project.Consensus.NumberTolerance, truth, version, reading, first, cancellation)));
            if (reading.Pass == 2)
                db.Add(new SourceScore(consensus, reading, 2, last != first, await Hold(compare, project.Consensus.NumberTolerance, truth, version, reading, last, cancellation)));
        }

        await db.SaveChangesAsync(cancellation);
    }

    private async Task<SourceFigures> Hold(
        CompareDocuments compare, double numberTolerance, ComparedDocument truth, SchemaVersionId version, Reading reading, int revision, CancellationToken cancellation)
    {
        var saved = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == reading.Id && r.Number == revision, cancellation);
        var own = await versioned.Open(saved, version, ownOnly: true, cancellation);
        var pair = (await compare.Compare(reading.Id.Value, [truth, own], cancellation)).Figures.Pairs[0];
        return new(pair.Agreement, pair.Answers.ToDictionary(a => a.Key, a => a.Value.First.Says(a.Value.Second, numberTolerance)));
    }
}

/// <summary>A validator mended the consensus: readings are held against what stands now.</summary>
internal sealed class MeasureAgain(PirogovDb db, JobQueue jobs) : IHandle<VerdictGiven>
{
    public async Task Handle(VerdictGiven happened, CancellationToken cancellation)
    {
        var newest = await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == happened.Case).OrderByDescending(c => c.Number).FirstAsync(cancellation);
        if (newest.Origin == ConsensusOrigin.Corrected && !await db.Set<SourceScore>().AnyAsync(s => s.ConsensusId == newest.Id, cancellation))
            jobs.Enqueue<MeasureSources, MeasureSources.Payload>(new(newest.Id), "labelling-case", newest.ProjectCaseId);
    }
}
