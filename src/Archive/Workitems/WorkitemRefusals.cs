using Microsoft.AspNetCore.Http;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

internal sealed record WorkitemExists() : Refusal("archive.workitem-exists", 409);

/// <param name="Attribute">Keyword of what is missing or may not be set so.</param>
internal sealed record WorkitemMalformed(string Attribute) : Refusal("archive.workitem-malformed", 400);

internal sealed record TransactionMissing() : Refusal("archive.workitem-transaction-missing", 400);

internal sealed record TransactionWrong() : Refusal("archive.workitem-transaction-wrong", 400);

/// <param name="Answer">400 to an update (PS3.18 11.6.2), 409 to a change of state.</param>
internal sealed record WorkitemEnded(int Answer = 409) : Refusal("archive.workitem-ended", Answer);

/// <summary>An update with a Transaction UID of an item that nobody has taken.</summary>
internal sealed record NotClaimed() : Refusal("archive.workitem-not-claimed", 409);

internal sealed record AlreadyInProgress() : Refusal("archive.workitem-in-progress", 409);

internal sealed record NotInProgress() : Refusal("archive.workitem-not-in-progress", 409);

/// <param name="Attribute">Keyword of what has no value yet.</param>
internal sealed record NotFinal(string Attribute) : Refusal("archive.workitem-not-final", 409);

internal sealed record OnlyCreatedScheduled() : Refusal("archive.workitem-only-created-scheduled", 409);

internal sealed record AlreadyCompleted() : Refusal("archive.workitem-completed", 409);

internal sealed record SubscriberTaken() : Refusal("archive.subscriber-taken", 403);

/// <summary>What PS3.18 11 puts into the Warning header, in the words of each transaction.</summary>
internal static class WorkitemWarnings
{
    public const string Modified = "The Workitem was created with modifications.";
    public const string UpdatedModified = "The Workitem was updated with modifications.";
    public const string AlreadyCanceled = "The UPS is already in the requested state of CANCELED.";
    public const string AlreadyCompleted = "The UPS is already in the requested state of COMPLETED.";
    private const string Unclaimed = "The target URI did not reference a claimed Workitem.";
    private const string InconsistentUpdate = "The submitted request is inconsistent with the current state of the Workitem.";
    private const string InconsistentMove = "The submitted request is inconsistent with the state of the UPS Instance.";
    private const string Completed = "The UPS is already COMPLETED.";

    public static void Warn(this HttpContext http, string? warning)
    {
        if (warning is not null)
            http.Response.Headers.Append("Warning", $"299 pirogov \"{warning}\"");
    }

    /// <summary>PS3.18 11.6.3.2: one of two sentences with every failure. What is wrong with the lock is said in a second one.</summary>
    public static IResult RefuseUpdate(this HttpContext http, Refusal refusal)
    {
        http.Warn(refusal is NotClaimed or NotFound ? Unclaimed : InconsistentUpdate);
        http.Warn(OfLock(refusal));
        return refusal.ToHttp();
    }

    /// <summary>PS3.18 11.7.3.2: one of three sentences with every failure.</summary>
    public static IResult RefuseMove(this HttpContext http, Refusal refusal)
    {
        http.Warn(OfLock(refusal) ?? InconsistentMove);
        return refusal.ToHttp();
    }

    /// <summary>PS3.18 11.8.3.2.</summary>
    public static IResult RefuseCancellation(this HttpContext http, Refusal refusal)
    {
        http.Warn(refusal is Workitems.AlreadyCompleted ? Completed : null);
        return refusal.ToHttp();
    }

    private static string? OfLock(Refusal refusal) => refusal switch
    {
        TransactionMissing => "The Transaction UID is missing.",
        TransactionWrong => "The Transaction UID is incorrect.",
        _ => null,
    };
}
