using System.Text.Json;
using Pirogov.Agenda.Contracts;
using Pirogov.Dicom;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>States of a Unified Procedure Step (PS3.4 Figure CC.1.1-1).</summary>
internal enum WorkitemState
{
    Scheduled,
    InProgress,
    Completed,
    Canceled,
}

/// <summary>
/// A work item (PS3.4 CC, PS3.18 11): what is to be done with a centre's studies, by whom it was taken and what came of it. Who moves it
/// to IN PROGRESS gives a Transaction UID, and nobody without it changes the item until its end.
/// </summary>
internal sealed class Workitem
{
    private string dataset = "";

    public long Id { get; private set; }
    public string Uid { get; private set; } = "";
    public ReferenceCentreId CentreId { get; private set; }
    public WorkitemState State { get; private set; }

    /// <summary>The lock. It is shown to nobody.</summary>
    public string? TransactionUid { get; private set; }

    /// <summary>Of two that change the item at once one is told that the other was first.</summary>
    public int Version { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>In the DICOM JSON model, without Transaction UID.</summary>
    public string Dataset => dataset;

    private Workitem()
    {
    }

    /// <param name="given">As the creator sent it, cleaned of who the patient is.</param>
    public static Workitem Of(string uid, ReferenceCentreId centre, DicomDataset given, DateTimeOffset now)
    {
        var made = new Workitem { Uid = uid, CentreId = centre, CreatedAt = now };
        given.Set(DicomTags.SopClassUid, DicomUids.UnifiedProcedureStepPush).Set(DicomTags.SopInstanceUid, uid);
        made.Write(given, now);
        return made;
    }

    public DicomDataset Read() => DicomJson.Parse(System.Text.Encoding.UTF8.GetBytes(dataset));

    public JsonDocument ReadJson() => JsonDocument.Parse(dataset, new JsonDocumentOptions { MaxDepth = 256 });

    /// <summary>PS3.4 CC.2.6: what is set replaces what was, attribute by attribute.</summary>
    /// <param name="transaction">Needed once the item is in progress.</param>
    public Refusal? Update(DicomDataset changes, string? transaction, DateTimeOffset now)
    {
        if (State is WorkitemState.Completed or WorkitemState.Canceled)
            return new WorkitemEnded();
        if (State == WorkitemState.InProgress && WrongTransaction(transaction) is { } wrong)
            return wrong;
        var whole = Read();
        foreach (var element in changes)
            whole.Set(element);
        Write(whole, now);
        return null;
    }

    /// <summary>PS3.4 Table CC.1.1-2.</summary>
    /// <returns>A refusal, or the warning that there was nothing to do, or neither.</returns>
    public (Refusal? Refusal, string? Warning) Move(WorkitemState to, string? transaction, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(transaction))
            return (new TransactionMissing(), null);
        return to switch
        {
            WorkitemState.Scheduled => (new OnlyCreatedScheduled(), null),
            WorkitemState.InProgress => (Claim(transaction, now), null),
            _ => End(to, transaction, now),
        };
    }

    /// <summary>A request to cancel ends what nobody has taken; who has taken it is told, and decides (PS3.4 CC.2.2).</summary>
    /// <returns>A refusal, a warning, and whether the performer is to be asked.</returns>
    public (Refusal? Refusal, string? Warning, bool IsAsked) RequestCancellation(DicomDataset reason, DateTimeOffset now)
    {
        switch (State)
        {
            case WorkitemState.Completed:
                return (new AlreadyCompleted(), null, false);
            case WorkitemState.Canceled:
                return (null, WorkitemWarnings.AlreadyCanceled, false);
            case WorkitemState.InProgress:
                return (null, null, true);
            default:
                State = WorkitemState.Canceled;
                Write(WithCancellation(Read(), reason, now), now);
                return (null, null, false);
        }
    }

    private Refusal? Claim(string transaction, DateTimeOffset now)
    {
        if (State == WorkitemState.InProgress)
            return new AlreadyInProgress();
        if (State != WorkitemState.Scheduled)
            return new WorkitemEnded();
        (State, TransactionUid) = (WorkitemState.InProgress, transaction);
        Write(Read(), now);
        return null;
    }

    private (Refusal? Refusal, string? Warning) End(WorkitemState to, string transaction, DateTimeOffset now)
    {
        if (State == WorkitemState.Scheduled)
            return (new NotInProgress(), null);
        if (WrongTransaction(transaction) is { } wrong)
            return (wrong, null);
        if (State == to)
            return (null, to == WorkitemState.Completed ? WorkitemWarnings.AlreadyCompleted : WorkitemWarnings.AlreadyCanceled);
        if (State != WorkitemState.InProgress)
            return (new WorkitemEnded(), null);
        var whole = Read();
        if (to == WorkitemState.Completed && !HasFinalState(whole))
            return (new NotFinal(), null);
        State = to;
        Write(to == WorkitemState.Canceled ? WithCancellation(whole, new DicomDataset(), now) : whole, now);
        return (null, null);
    }

    private Refusal? WrongTransaction(string? transaction) =>
        string.IsNullOrEmpty(transaction) ? new TransactionMissing() : transaction == TransactionUid ? null : new TransactionWrong();

    /// <summary>What was performed, by what and when (PS3.4 Table CC.2.5-3, final state P).</summary>
    private static bool HasFinalState(DicomDataset whole) => whole.GetItems(DicomTags.UnifiedProcedureStepPerformedProcedureSequence) is [var performed, ..]
        && performed.GetItems(DicomTags.PerformedStationNameCodeSequence).Count > 0 && performed.GetItems(DicomTags.PerformedWorkitemCodeSequence).Count > 0
        && performed.GetString(DicomTags.PerformedProcedureStepStartDateTime) is not null && performed.GetString(DicomTags.PerformedProcedureStepEndDateTime) is not null
        && performed.Contains(DicomTags.OutputInformationSequence);

    /// <summary>When and why it was given up; what the performer has written of it stays.</summary>
    private static DicomDataset WithCancellation(DicomDataset whole, DicomDataset reason, DateTimeOffset now)
    {
        var progress = whole.GetItems(DicomTags.ProcedureStepProgressInformationSequence) is [var known, ..] ? known : new DicomDataset();
        if (!progress.Contains(DicomTags.ProcedureStepCancellationDateTime))
            progress.Set(DicomTags.ProcedureStepCancellationDateTime, DicomTime(now));
        foreach (var tag in new[] { DicomTags.ReasonForCancellation, DicomTags.ProcedureStepDiscontinuationReasonCodeSequence })
        {
            if (reason.Find(tag) is { } told)
                progress.Set(told);
        }

        return whole.SetItems(DicomTags.ProcedureStepProgressInformationSequence, progress);
    }

    private void Write(DicomDataset whole, DateTimeOffset now)
    {
        whole.Remove(DicomTags.TransactionUid);
        whole.Set(DicomTags.ProcedureStepState, State.Spell()).Set(DicomTags.ScheduledProcedureStepModificationDateTime, DicomTime(now));
        whole.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataset = DicomJson.ToText(whole, DicomJsonOptions.LossFree);
        Version++;
        ChangedAt = now;
    }

    private static string DicomTime(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMddHHmmss.fff", System.Globalization.CultureInfo.InvariantCulture) + "+0000";
}

internal static class WorkitemStates
{
    public static string Spell(this WorkitemState state) => state switch
    {
        WorkitemState.InProgress => "IN PROGRESS",
        WorkitemState.Completed => "COMPLETED",
        WorkitemState.Canceled => "CANCELED",
        _ => "SCHEDULED",
    };

    public static WorkitemState? Parse(string? text) => text switch
    {
        "SCHEDULED" => WorkitemState.Scheduled,
        "IN PROGRESS" => WorkitemState.InProgress,
        "COMPLETED" => WorkitemState.Completed,
        "CANCELED" => WorkitemState.Canceled,
        _ => null,
    };
}
