using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

/// <summary>A migration of many cases. Until its one transaction is through, the project is under its version as before; whoever saves meanwhile is taken along.</summary>
internal sealed class LeadToNextVersion(PirogovDb db, MigrationPlans plans, CarryLabels carry) : DurableJob<LeadToNextVersion.Payload>
{
    private const int Prepared = 80;
    private const int Written = 99;

    /// <summary>What may be left to the transaction, in which nobody else saves.</summary>
    private const int FewEnough = 20;

    private const int MostTries = 5;

    internal sealed record Payload(ProjectId ProjectId, SchemaVersionId To);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        if (await progress.HasConcluded(db, cancellation))
            return;
        for (var tries = 1; await Try(payload, progress, cancellation) is { } refusal; tries++)
        {
            if (refusal is not Conflict || tries == MostTries)
                throw new JobRefusedException(refusal);
        }
    }

    private async Task<Refusal?> Try(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear();
        for (var made = int.MaxValue; made > FewEnough;)
        {
            if ((await plans.Of(payload.ProjectId, cancellation)).IsRefused(out var refusal, out var plan))
                return refusal;
            if (plan!.To.Id != payload.To)
                return new NoNextVersion();
            if ((await carry.Prepare(plan, (done, of) => progress.Tell(Prepared * done / of, "labelling.job.migration-labels", cancellation), cancellation)).IsRefused(out refusal, out made))
                return refusal;
        }

        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Turn.Take(db, payload.ProjectId, cancellation);
        var written = await carry.Write(payload.ProjectId, payload.To, Show, cancellation);
        if (written.IsRefused(out var late))
            return late;
        await progress.Conclude(db, "labelling.job.migrated", new Dictionary<string, double> { ["drafts"] = written.Value.Drafts, ["pending"] = written.Value.Pending }, cancellation);
        // From here on it is done: who stops it now is too late.
        await transaction.CommitAsync(CancellationToken.None);
        return null;

        Task Show(int done, int of)
        {
            progress.Show(Prepared + (Written - Prepared) * done / of, "labelling.job.migration-writing");
            return Task.CompletedTask;
        }
    }
}
