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

internal enum VerdictKind
{
    Accepted,

    /// <summary>Mended by the validator, who vouches for the result.</summary>
    Corrected,
    Returned,
}

/// <summary>What a validator said of a consensus: once for each, at each level.</summary>
internal sealed class Verdict
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectCaseId ProjectCaseId { get; private set; }

    /// <summary>What the verdict stands for: of a correction the new one.</summary>
    public Guid ConsensusId { get; private set; }

    /// <summary>What was judged.</summary>
    public Guid JudgedId { get; private set; }
    public int Level { get; private set; }
    public ReadingId ReadingId { get; private set; }
    public Guid ValidatorId { get; private set; }
    public VerdictKind Kind { get; private set; }
    public DateTimeOffset At { get; private set; }

    private Verdict()
    {
    }

    public Verdict(Consensus judged, Consensus result, Reading reading, VerdictKind kind, DateTimeOffset now) =>
        (ProjectCaseId, JudgedId, ConsensusId, Level, ReadingId, ValidatorId, Kind, At) =
        (judged.ProjectCaseId, judged.Id, result.Id, reading.Slot, reading.Id, reading.AccountId, kind, now);

    public JsonObject Facts() => new()
    {
        ["case"] = ProjectCaseId.Value,
        ["consensus"] = ConsensusId,
        ["judged"] = JudgedId,
        ["level"] = Level,
        ["validator"] = ValidatorId,
        ["verdict"] = JsonSerializer.SerializeToNode(Kind, PlatformJson.Options),
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
