using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Validation;

/// <summary>What a validator said of a consensus: once for each, at each level.</summary>
internal sealed class Verdict
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectCaseId ProjectCaseId { get; private set; }
    public Guid ConsensusId { get; private set; }
    public int Level { get; private set; }
    public ReadingId ReadingId { get; private set; }
    public Guid ValidatorId { get; private set; }
    public bool Accepted { get; private set; }
    public DateTimeOffset At { get; private set; }

    private Verdict()
    {
    }

    public Verdict(Consensus consensus, Reading reading, bool accepted, DateTimeOffset now) =>
        (ProjectCaseId, ConsensusId, Level, ReadingId, ValidatorId, Accepted, At) =
        (consensus.ProjectCaseId, consensus.Id, reading.Slot, reading.Id, reading.AccountId, accepted, now);

    public JsonObject Facts() => new()
    {
        ["case"] = ProjectCaseId.Value,
        ["consensus"] = ConsensusId,
        ["level"] = Level,
        ["validator"] = ValidatorId,
        ["accepted"] = Accepted,
        ["at"] = JsonSerializer.SerializeToNode(At, PlatformJson.Options),
    };
}

internal sealed class ValidationEvidence(PirogovDb db, Sealing sealing) : IEvidenceSource
{
    public string Kind => LabellingEvidence.Validation;

    public async Task<EvidenceStatement?> State(Guid subject, CancellationToken cancellation) =>
        await db.Set<Verdict>().AsNoTracking().SingleOrDefaultAsync(v => v.Id == subject, cancellation) is { } verdict
            ? await sealing.State(Kind, subject, verdict.Facts(), cancellation)
            : null;
}
