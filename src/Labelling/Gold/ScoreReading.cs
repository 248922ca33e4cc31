using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Gold;

/// <summary>A reading of a case with known labels is measured as soon as it is handed in.</summary>
internal sealed class AskForScore(PirogovDb db, JobQueue jobs) : IHandle<ReadingSubmitted>
{
    public async Task Handle(ReadingSubmitted happened, CancellationToken cancellation)
    {
        if (await db.Set<Reading>().AnyAsync(r => r.Id == happened.Id && r.Purpose != ReadingPurpose.Work, cancellation))
            jobs.Enqueue<ScoreReading, ScoreReading.Payload>(new(happened.Id), "reading", happened.Id);
    }
}

/// <summary>Measures a reading against known labels, and draws the consequence: admission after training, a pause after a fall in quality.</summary>
internal sealed class ScoreReading(PirogovDb db, KnownLabels known, ControlItems items, Examination examination, PersonLock persons, WaitingCases waiting, AuditTrail audit, TimeProvider time) : DurableJob<ScoreReading.Payload>
{
    internal sealed record Payload(ReadingId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var reading = await db.Set<Reading>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == payload.Id, cancellation);
        if (reading is null || await known.Compare(reading, cancellation) is not { } closeness)
            return;
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Two readings of one person may be measured at one time: the second sees the first's score.
        await persons.Take(reading.AccountId, cancellation);
        if (reading.Purpose == ReadingPurpose.Control)
            await items.Renew(reading, cancellation);
        // Measured before, it is asked for again when the project goes over to another version: the score and what followed from it stand.
        if (!await db.Set<GoldScore>().AnyAsync(s => s.ReadingId == reading.Id, cancellation))
            await Score(reading, closeness, now, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private async Task Score(Reading reading, Closeness closeness, DateTimeOffset now, CancellationToken cancellation)
    {
        db.Add(new GoldScore(reading, closeness.Score, now));
        await db.SaveChangesAsync(cancellation);
        await Conclude(reading, now, cancellation);
        await db.SaveChangesAsync(cancellation);
        await waiting.SendOn(reading.ProjectId, cancellation);
    }

    private async Task Conclude(Reading reading, DateTimeOffset now, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        if (project.Member(reading.AccountId) is not { } member)
            return;
        var scores = await db.Set<GoldScore>().Where(s => s.ProjectId == project.Id && s.AccountId == reading.AccountId && s.Purpose == reading.Purpose)
            .OrderByDescending(s => s.At).ThenByDescending(s => s.ReadingId).ToArrayAsync(cancellation);
        if (reading.Purpose == ReadingPurpose.Training)
            examination.Hold(project, member, scores, now);
        else if (member.Standing == MemberStanding.Admitted && Quality.Of(project.Terms.Golden, scores, member.Since) is { IsBelow: true } quality)
        {
            member.Pause();
            audit.Note("labelling.assignment-paused", "labelling-project", project.Id, new { reading.AccountId, quality.Mean, quality.Scores });
        }
    }

}

/// <summary>Ends a newcomer's training by the scores of what they read in it.</summary>
internal sealed class Examination(PirogovDb db, AuditTrail audit)
{
    /// <summary>
    /// Joins the caller's next <c>SaveChanges</c>. Held at the last score; and when a newcomer asks for more who has them all: the plan may ask for fewer
    /// cases by now, or they are back in the project.
    /// </summary>
    /// <param name="member">Tracked.</param>
    public void Hold(LabellingProject project, ProjectMember member, IReadOnlyCollection<GoldScore> scores, DateTimeOffset now)
    {
        var training = project.Terms.Trained;
        if (member.Standing != MemberStanding.Training || scores.Count < training.Cases)
            return;
        var exam = new Exam(member.AccountId, project.Id, scores.Count, scores.Average(s => s.Score), training.Threshold, now);
        db.Add(exam);
        member.EndTraining(exam.Passed, now);
        audit.Note("labelling.training-ended", "labelling-project", project.Id, new { member.AccountId, exam.Score, exam.Passed });
    }
}

/// <summary>A person's mean over the newest scores of control cases.</summary>
/// <param name="Mean">None before the first.</param>
/// <param name="IsBelow">Below the threshold, and enough of them to say so.</param>
internal sealed record Quality(double? Mean, int Scores, bool IsBelow)
{
    /// <param name="scores">Of one person, the newest first.</param>
    public static Quality Of(GoldTerms terms, IEnumerable<GoldScore> scores, DateTimeOffset since)
    {
        var newest = scores.Where(s => s.At >= since).Take(terms.Window).Select(s => s.Score).ToArray();
        return newest.Length == 0 ? new(null, 0, false) : new(newest.Average(), newest.Length, newest.Length >= terms.Fewest && newest.Average() < terms.Threshold);
    }
}

/// <summary>The known labels of a case, held against a reading.</summary>
internal sealed class KnownLabels(PirogovDb db, ICases cases, Documents documents, VersionedDocuments versioned)
{
    /// <returns>None while the reading is open, and for one whose case has no known labels.</returns>
    public async Task<Closeness?> Compare(Reading reading, CancellationToken cancellation)
    {
        if (reading.State != ReadingState.Locked || await Of(reading, cancellation) is not { } gold)
            return null;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        var version = project.SchemaVersionId;
        var schema = await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == version, cancellation);
        // Of two passes the one counts that counts in a round.
        var number = reading.RevisionFor(project.Passes.Compared);
        var revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == reading.Id && r.Number == number, cancellation);
        var whole = await Closeness.Between(project, schema.Content, await FrameOrder.Of(cases, reading.CaseId, cancellation),
            await versioned.Open(revision, version, ownOnly: true, cancellation),
            await documents.Open(await versioned.Load(gold.DocumentMd5, gold.SchemaVersionId, version, cancellation), cancellation), cancellation);
        return whole.Of(await versioned.Known(gold.SchemaVersionId, version, cancellation));
    }

    /// <summary>What the reader should have found, with its masks.</summary>
    public async Task<LabelDocument?> RightAnswer(Reading reading, CancellationToken cancellation) => await Of(reading, cancellation) is { } gold
        ? await documents.WithRuns(await versioned.Load(gold.DocumentMd5, gold.SchemaVersionId,
            await db.Set<LabellingProject>().Where(p => p.Id == reading.ProjectId).Select(p => p.SchemaVersionId).SingleAsync(cancellation), cancellation), cancellation)
        : null;

    private Task<GoldCase?> Of(Reading reading, CancellationToken cancellation) =>
        db.Set<GoldCase>().AsNoTracking().SingleOrDefaultAsync(g => g.ProjectCaseId == reading.ProjectCaseId, cancellation);
}
