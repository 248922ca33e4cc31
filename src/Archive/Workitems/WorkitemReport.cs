using System.Text.Json.Nodes;
using Pirogov.Agenda.Contracts;
using Pirogov.Dicom;

namespace Pirogov.Archive.Workitems;

/// <summary>Something that happened to a work item, as an event report tells it (PS3.4 CC.2.4, PS3.18 11.11).</summary>
/// <param name="Content">The data set of the report in the DICOM JSON model.</param>
/// <param name="OnlyTo">A subscriber who has just come and hears the present state; null: all.</param>
/// <param name="Watchers">Whose filtered subscription the item matched when this happened: they are subscribed to it from then on.</param>
internal sealed record WorkitemReport(
    string Workitem, ReferenceCentreId CentreId, DateTimeOffset CreatedAt, int EventType, string Content, string? OnlyTo = null, IReadOnlyList<string>? Watchers = null)
{
    private const int StateReport = 1;
    private const int CancelRequested = 2;
    private const int ProgressReport = 3;
    private const int ProviderStatus = 4;
    private const int Assigned = 5;

    /// <param name="passed">A state that the item only went through; null: that in which it is.</param>
    public static WorkitemReport OfState(Workitem item, WorkitemState? passed = null)
    {
        var whole = item.Read();
        var state = passed ?? item.State;
        var told = Chosen(whole, DicomTags.InputReadinessState).Set(DicomTags.ProcedureStepState, state.Spell());
        if (state == WorkitemState.Canceled && whole.GetItems(DicomTags.ProcedureStepProgressInformationSequence) is [var progress, ..])
        {
            foreach (var reason in new[] { DicomTags.ReasonForCancellation, DicomTags.ProcedureStepDiscontinuationReasonCodeSequence }.Select(progress.Find).OfType<DicomElement>())
                told.Set(reason);
        }

        return new(item.Uid, item.CentreId, item.CreatedAt, StateReport, DicomJson.ToText(told));
    }

    /// <summary>To who comes back for the first time since the host began: its subscriptions and the items are what they were (PS3.4 CC.2.4.3).</summary>
    public static WorkitemReport OfRestart() => new(WorkitemSubscription.Global, default, default, ProviderStatus, DicomJson.ToText(new DicomDataset()
        .Set(DicomTags.SCPStatus, "RESTARTED").Set(DicomTags.SubscriptionListStatus, "WARM START").Set(DicomTags.UnifiedProcedureStepListStatus, "WARM START")));

    /// <summary>Of one that was just made: also for whom it was made, where that is said (PS3.4 CC.2.4.3).</summary>
    public static IEnumerable<WorkitemReport> OfNew(Workitem item)
    {
        yield return OfState(item);
        var made = item.Read();
        if (made.GetItems(DicomTags.ScheduledStationNameCodeSequence).Count > 0 || made.GetItems(DicomTags.ScheduledHumanPerformersSequence).Count > 0)
            yield return OfAssignment(item, made);
    }

    public static WorkitemReport OfCancelRequest(Workitem item, DicomDataset reason, string by)
    {
        var told = Chosen(reason, DicomTags.ReasonForCancellation, DicomTags.ContactURI, DicomTags.ContactDisplayName, DicomTags.ProcedureStepDiscontinuationReasonCodeSequence);
        return new(item.Uid, item.CentreId, item.CreatedAt, CancelRequested, DicomJson.ToText(told.Set(DicomTags.RequestingAE, DicomVr.AE, Title(by))));
    }

    /// <summary>What of an update its subscribers are told.</summary>
    public static IEnumerable<WorkitemReport> OfUpdate(Workitem item, DicomDataset changes)
    {
        if (changes.Contains(DicomTags.InputReadinessState))
            yield return OfState(item);
        if (changes.Contains(DicomTags.ProcedureStepProgressInformationSequence))
            yield return Of(item, ProgressReport, changes, DicomTags.ProcedureStepProgressInformationSequence);
        if (changes.Contains(DicomTags.ScheduledStationNameCodeSequence) || changes.Contains(DicomTags.ScheduledHumanPerformersSequence))
            yield return OfAssignment(item, item.Read());
    }

    /// <summary>As it goes over the wire: the command's attributes and the content, in the order of tags.</summary>
    public string ToMessage(ushort messageId)
    {
        var message = new JsonObject
        {
            ["00000002"] = Attribute("UI", DicomUids.UnifiedProcedureStepPush),
            ["00000110"] = Attribute("US", messageId),
            ["00001000"] = Attribute("UI", Workitem),
            ["00001002"] = Attribute("US", EventType),
        };
        foreach (var (name, value) in JsonNode.Parse(Content)!.AsObject())
            message[name] = value?.DeepClone();
        return message.ToJsonString();
    }

    private static WorkitemReport Of(Workitem item, int type, DicomDataset from, params DicomTag[] tags) =>
        new(item.Uid, item.CentreId, item.CreatedAt, type, DicomJson.ToText(Chosen(from, tags)));

    /// <summary>The table of reports has the performer at the top, the text about them the sequence: both are told.</summary>
    private static WorkitemReport OfAssignment(Workitem item, DicomDataset whole)
    {
        if (whole.GetItems(DicomTags.ScheduledHumanPerformersSequence) is [var performer, ..])
        {
            foreach (var element in new[] { DicomTags.HumanPerformerCodeSequence, DicomTags.HumanPerformerOrganization }.Select(performer.Find).OfType<DicomElement>())
                whole.Set(element);
        }

        return Of(item, Assigned, whole, DicomTags.ScheduledStationNameCodeSequence, DicomTags.ScheduledHumanPerformersSequence, DicomTags.HumanPerformerCodeSequence,
            DicomTags.HumanPerformerOrganization);
    }

    private static DicomDataset Chosen(DicomDataset from, params DicomTag[] tags)
    {
        var chosen = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        foreach (var tag in tags)
        {
            if (from.Find(tag) is { } element)
                chosen.Set(element);
        }

        return chosen;
    }

    /// <summary>Sixteen characters of the default repertoire (PS3.5 AE).</summary>
    private static string Title(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit).Take(16)) is { Length: > 0 } title ? title : "PIROGOV";

    private static JsonObject Attribute(string vr, JsonNode value) => new() { ["vr"] = vr, ["Value"] = new JsonArray(value) };
}
