using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Readings;

/// <summary>What the reading is for. Only what is open to its reader is told: work and control look alike.</summary>
internal enum ReadingPurpose
{
    Work,
    Training,
    Control,
}

/// <summary>Why a reading no longer holds its place in a case.</summary>
internal enum ReasonLeft
{
    Skipped,
    Expired,

    /// <summary>The manager took it back.</summary>
    Withdrawn,
}

internal enum SkipReason
{
    PoorQuality,
    NotMySpecialty,
    ConflictOfInterest,
    DataMissing,
    TechnicalFault,
    Other,
}

internal sealed record SkipNeedsText() : Refusal("labelling.skip-needs-text", 422);

/// <param name="Draft">Where what was sent is kept: among the reading's side drafts.</param>
internal sealed record ReservationHasExpired(Guid? Draft = null) : Refusal("labelling.reservation-has-expired", 409);

/// <summary>How a reading holds its place in a case, and how it gives it up.</summary>
internal sealed partial class Reading
{
    public ReadingPurpose Purpose { get; private set; }

    /// <summary>Its own; else the project's.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>How long a reservation lasts after the last sign of work; none for what was offered for good.</summary>
    public int? ReservedMinutes { get; private set; }
    public DateTimeOffset? ReservedUntil { get; private set; }

    /// <summary>From then on it holds no place in the case; the row stays for its reason and its draft, and nothing but assignment looks at it.</summary>
    public DateTimeOffset? LeftAt { get; private set; }
    public ReasonLeft? ReasonLeft { get; private set; }
    public SkipReason? SkipReason { get; private set; }
    public string? SkipText { get; private set; }

    /// <summary>A place that the queue keeps for a person while they work.</summary>
    /// <param name="dueAt">For a case with known labels that of the case whose place in the order it takes.</param>
    public static Reading Reserve(ProjectCase one, Guid accountId, int slot, ReadingPurpose purpose, DateTimeOffset? dueAt, int minutes, DateTimeOffset now)
    {
        var reading = new Reading(one, accountId, ReadingMode.Read, slot, now) { Purpose = purpose, ReservedMinutes = minutes, DueAt = dueAt };
        reading.Renew(now);
        return reading;
    }

    /// <summary>Any sign of work keeps the reservation.</summary>
    public void Renew(DateTimeOffset now)
    {
        if (ReservedMinutes is { } minutes)
            ReservedUntil = now.AddMinutes(minutes);
    }

    /// <summary>Another reads the case instead; the draft stays with the person.</summary>
    public Refusal? Leave(ReasonLeft reason, DateTimeOffset now)
    {
        if (!IsOpen)
            return new ReadingIsLocked();
        (LeftAt, ReasonLeft) = (now, reason);
        return null;
    }

    /// <summary>Whoever finished it is in the project no more, and another is asked about what came of it since.</summary>
    public void HandOver(DateTimeOffset now) => (LeftAt, ReasonLeft) = (now, Readings.ReasonLeft.Withdrawn);

    /// <summary>Readers, adjudicators and validators alike: the case goes on to another.</summary>
    public Refusal? Skip(SkipReason reason, string? text, DateTimeOffset now)
    {
        if (text is { Length: > CaseComment.Limit })
            return new TooLong("comment", CaseComment.Limit);
        if (reason == Readings.SkipReason.Other && string.IsNullOrWhiteSpace(text))
            return new SkipNeedsText();
        if (Leave(Readings.ReasonLeft.Skipped, now) is { } refusal)
            return refusal;
        (SkipReason, SkipText) = (reason, string.IsNullOrWhiteSpace(text) ? null : text.Trim());
        return null;
    }

    /// <summary>The person comes back to what expired while its place was still free.</summary>
    public void ComeBack(int slot, DateTimeOffset now)
    {
        (LeftAt, ReasonLeft, Slot, ChangedAt) = (null, null, slot, now);
        Renew(now);
    }

    public void BeDue(DateTimeOffset? at) => DueAt = at;
}
