using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

internal enum BatchState
{
    Open,
    Closing,
    Complete,
    Cancelled,
}

internal sealed record BatchIsClosed(string Batch) : Refusal("archive.batch-is-closed", 409);

internal sealed record BatchIsEmpty(string Batch) : Refusal("archive.batch-is-empty", 409);

internal sealed record BatchAwaitsReview(string Batch, int Waiting) : Refusal("archive.batch-awaits-review", 409);

/// <summary>What one centre sent at once. Open while files come in; closing makes its cases; then it never changes.</summary>
internal sealed class Batch
{
    public const int NameLimit = 200;
    public const int DoorLimit = 20;

    /// <summary>Parts the edition from the number of the rules in <see cref="ProfileVersion"/>.</summary>
    public const string RulesBehind = ", rules ";

    public BatchId Id { get; private set; } = EntityId.New<BatchId>();
    public ReferenceCentreId CentreId { get; private set; }
    public string CentreCode { get; private set; } = "";
    public string Name { get; private set; } = "";
    public BatchState State { get; private set; }
    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }
    public JobId? JobId { get; private set; }

    /// <summary>The protocol or device whose batch of the day it is, which ends by itself; null where a person or program named the batch and ends it.</summary>
    public string? Door { get; private set; }

    /// <summary>As the centre had them when the batch was opened.</summary>
    public DeidentificationOptions Options { get; private set; }
    public string ProfileName { get; private set; } = "";

    /// <summary>The edition of the standard, and the number of the rules that are code: "2024e, rules 4".</summary>
    public string ProfileVersion { get; private set; } = "";
    public string ProfileSha256 { get; private set; } = "";

    private Batch()
    {
    }

    public static Outcome<Batch> Open(ReferenceCentreSummary centre, string name, DeidentificationOptions options, Guid by, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new Missing("name");
        if (name.Length > NameLimit)
            return new TooLong("name", NameLimit);
        var profile = DeidentificationProfile.With(options);
        return new Batch
        {
            Options = options,
            CentreId = centre.Id,
            CentreCode = centre.Code,
            Name = name.Trim(),
            CreatedBy = by,
            CreatedAt = now,
            ProfileName = profile.Name,
            ProfileVersion = $"{profile.Version}{RulesBehind}{DeidentificationProfile.Rules}",
            ProfileSha256 = profile.Sha256,
        };
    }

    public Refusal? CanReceive() => State == BatchState.Open ? null : new BatchIsClosed(Name);

    public Refusal? Close(bool hasFiles)
    {
        if (State != BatchState.Open)
            return new BatchIsClosed(Name);
        if (!hasFiles)
            return new BatchIsEmpty(Name);
        State = BatchState.Closing;
        return null;
    }

    public void OfTheDay(string door) => Door = door;

    public void WorkedOnBy(JobId job) => JobId = job;

    public void Complete(DateTimeOffset now) => (State, EndedAt) = (BatchState.Complete, now);

    public Refusal? Cancel(DateTimeOffset now)
    {
        if (State != BatchState.Open)
            return new BatchIsClosed(Name);
        (State, EndedAt) = (BatchState.Cancelled, now);
        return null;
    }
}
