using Microsoft.AspNetCore.Http;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

internal sealed record WorkitemExists() : Refusal("archive.workitem-exists", 409);

/// <param name="Attribute">Keyword of what is missing or may not be set so.</param>
internal sealed record WorkitemMalformed(string Attribute) : Refusal("archive.workitem-malformed", 400);

internal sealed record TransactionMissing() : Refusal("archive.workitem-transaction-missing", 400);

internal sealed record TransactionWrong() : Refusal("archive.workitem-transaction-wrong", 400);

internal sealed record WorkitemEnded() : Refusal("archive.workitem-ended", 409);

internal sealed record AlreadyInProgress() : Refusal("archive.workitem-in-progress", 409);

internal sealed record NotInProgress() : Refusal("archive.workitem-not-in-progress", 409);

internal sealed record NotFinal() : Refusal("archive.workitem-not-final", 409);

internal sealed record OnlyCreatedScheduled() : Refusal("archive.workitem-only-created-scheduled", 409);

internal sealed record AlreadyCompleted() : Refusal("archive.workitem-completed", 409);

internal sealed record SubscriberTaken() : Refusal("archive.subscriber-taken", 403);

/// <summary>What PS3.18 11 puts into the Warning header.</summary>
internal static class WorkitemWarnings
{
    public const string Modified = "The Workitem was created with modifications.";
    public const string AlreadyCanceled = "The UPS is already in the requested state of CANCELED.";
    public const string AlreadyCompleted = "The UPS is already in the requested state of COMPLETED.";
    public const string Inconsistent = "The submitted request is inconsistent with the current state of the UPS Instance.";

    public static void Warn(this HttpContext http, string? warning)
    {
        if (warning is not null)
            http.Response.Headers.Append("Warning", $"299 pirogov \"{warning}\"");
    }

    /// <summary>The problem, with the standard's words for it where it has some.</summary>
    public static IResult ToHttp(this Refusal refusal, HttpContext http)
    {
        http.Warn(refusal switch
        {
            TransactionMissing => "The Transaction UID is missing.",
            TransactionWrong => "The Transaction UID is incorrect.",
            Workitems.AlreadyCompleted => "The UPS is already COMPLETED.",
            WorkitemEnded or AlreadyInProgress or NotInProgress or NotFinal or OnlyCreatedScheduled => Inconsistent,
            _ => null,
        });
        return refusal.ToHttp();
    }
}
