using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Pirogov.Archive.Dicomweb;

namespace Pirogov.Archive.Workitems;

/// <summary>
/// Who is told of what happens to work items (PS3.4 Table CC.2.3-2). That to the whole worklist stands for one to each item, save those that have
/// their own; that to a filtered worklist makes one for each item that matches.
/// </summary>
internal sealed class WorkitemSubscription
{
    /// <summary>Well-known instances that stand for the whole worklist (PS3.4 CC.2.3.1).</summary>
    public const string Global = "1.2.840.10008.5.1.4.34.5";
    public const string FilteredGlobal = "1.2.840.10008.5.1.4.34.5.1";

    public long Id { get; private set; }

    /// <summary>An application entity title, which belongs to the account that used it first.</summary>
    public string Subscriber { get; private set; } = "";
    public Guid AccountId { get; private set; }

    /// <summary>UID of one item or of the worklist.</summary>
    public string Workitem { get; private set; } = "";

    /// <summary>Of a filtered one: its matching keys as a query string.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>Told to keep the item after its end, which the archive does anyway.</summary>
    public bool HasDeletionLock { get; private set; }

    /// <summary>Unsubscribed from one item while subscribed to all.</summary>
    public bool IsOff { get; private set; }

    /// <summary>Of the global one: items that were made later are not told of.</summary>
    public DateTimeOffset? SuspendedAt { get; private set; }

    private WorkitemSubscription()
    {
    }

    public static WorkitemSubscription Of(string subscriber, Guid account, string workitem) =>
        new() { Subscriber = subscriber, AccountId = account, Workitem = workitem };

    public static bool IsGlobal(string workitem) => workitem is Global or FilteredGlobal;

    public void TurnOn(string filter, bool hasDeletionLock) => (Filter, HasDeletionLock, IsOff, SuspendedAt) = (filter, hasDeletionLock, false, null);

    public void TurnOff() => IsOff = true;

    public void Suspend(DateTimeOffset now) => SuspendedAt ??= now;

    /// <summary>Of the global one: whether it subscribes to an item of that age.</summary>
    public bool Covers(DateTimeOffset createdAt) => Workitem == Global && !(SuspendedAt < createdAt);

    /// <summary>Of the filtered one.</summary>
    /// <param name="workitem">In the DICOM JSON model.</param>
    public bool Matches(JsonElement workitem) => QueryHelpers.ParseQuery(Filter).All(k => HeaderKey.Parse(k.Key, k.Value.ToString())?.Matches(workitem) == true);
}
