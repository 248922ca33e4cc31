using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Jobs;

public readonly record struct JobId(Guid Value) : IEntityId<JobId>
{
    public static JobId From(Guid value) => new(value);
    public static bool TryParse(string? text, out JobId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public enum JobState
{
    Queued,
    Running,
    Retrying,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>What people see of a durable job. The scheduler's own tables say when it runs; this row says how it goes.</summary>
public sealed class JobRecord
{
    internal const int FailureLimit = 500;

    public JobId Id { get; private set; } = EntityId.New<JobId>();
    public string Kind { get; private set; } = "";
    public string Payload { get; private set; } = "";
    public string SubjectKind { get; private set; } = "";
    public string SubjectId { get; private set; } = "";
    public Guid RequestedBy { get; private set; }
    public JobState State { get; private set; }
    public int Percent { get; private set; }
    public string Message { get; private set; } = "";
    public int Attempts { get; private set; }
    public string? Failure { get; private set; }

    /// <summary>A <see cref="JobResult"/>.</summary>
    public string? Result { get; private set; }

    public bool CancellationRequested { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? EndedAt { get; private set; }

    private JobRecord()
    {
    }

    internal JobRecord(string kind, string payload, string subjectKind, string subjectId, Guid requestedBy, DateTimeOffset now) =>
        (Kind, Payload, SubjectKind, SubjectId, RequestedBy, CreatedAt) = (kind, payload, subjectKind, subjectId, requestedBy, now);

    public bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Begins an attempt. Found running it was left by a process that died, which counts: a job may be what kills the process.</summary>
    internal void Begin(int mostAttempts, DateTimeOffset now)
    {
        if (CancellationRequested)
            EndCancelled(now);
        else if (State is JobState.Running && Attempts >= mostAttempts)
            Fail(JobFailure.Interrupted, now);
        else
            (State, StartedAt, Attempts) = (JobState.Running, now, Attempts + 1);
    }

    /// <summary>The process stops, which does not count, or somebody has cancelled it.</summary>
    /// <param name="cancelled">It may have heard of that before its row did.</param>
    internal void Interrupt(bool cancelled, DateTimeOffset now)
    {
        CancellationRequested |= cancelled;
        if (CancellationRequested)
            EndCancelled(now);
        else if (State is JobState.Running)
            (State, Attempts) = (JobState.Queued, Attempts - 1);
    }

    internal void Succeed(DateTimeOffset now) => (State, Percent, EndedAt, Failure) = (JobState.Succeeded, 100, now, null);

    /// <param name="counts">Whether this attempt is one of those that the job has.</param>
    internal void Retry(string failure, bool counts)
    {
        if (State is JobState.Running)
            (State, Failure, Attempts) = (JobState.Retrying, failure, counts ? Attempts : Attempts - 1);
    }

    internal void Fail(string failure, DateTimeOffset now) => (State, Failure, EndedAt) = (JobState.Failed, failure, now);

    internal void EndCancelled(DateTimeOffset now) => (State, EndedAt) = (JobState.Cancelled, now);

    public bool RequestCancellation(DateTimeOffset now)
    {
        if (HasEnded)
            return false;
        CancellationRequested = true;
        if (State is not JobState.Running)
            EndCancelled(now);
        return true;
    }

    internal void TryAgain() => (State, Attempts, Failure, Result, EndedAt, CancellationRequested, Percent) = (JobState.Queued, 0, null, null, null, false, 0);
}

internal sealed class JobsModel : ModelPart
{
    public override void Configure(ModelBuilder model) => model.Entity<JobRecord>(e =>
    {
        e.ToTable("job");
        e.Property(j => j.State).HasConversion<string>().HasMaxLength(20);
        e.Property(j => j.Kind).HasMaxLength(100);
        e.Property(j => j.SubjectKind).HasMaxLength(100);
        e.Property(j => j.SubjectId).HasMaxLength(100);
        e.Property(j => j.Message).HasMaxLength(500);
        e.Property(j => j.Failure).HasMaxLength(JobRecord.FailureLimit);
        e.Property(j => j.Result).HasMaxLength(1000);
        e.HasIndex(j => j.State);
        e.HasIndex(j => new { j.SubjectKind, j.SubjectId });
    });
}
