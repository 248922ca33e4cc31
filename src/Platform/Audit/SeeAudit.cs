using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Audit;

/// <summary>The log by person, act, object and day, and whether its chain is whole.</summary>
[Needs(PlatformRights.ReadAudit)]
public sealed class SeeAudit(PirogovDb db, AuditChain chain)
{
    /// <param name="Person">Any part of a name or login.</param>
    /// <param name="Action">Beginning of the act's name: a room, or a room and a verb.</param>
    /// <param name="Object">A kind of object, or an object's id.</param>
    public sealed record Filter(string? Person = null, string? Action = null, string? Object = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);

    public sealed record View(
        long Sequence, DateTimeOffset At, Guid AccountId, string? Person, string Action, string ObjectKind, string ObjectId, string Origin, string Details, string Hash);

    /// <param name="FirstBreak">Number of the first entry that does not fit, or null.</param>
    public sealed record Check(bool IsWhole, long Entries, long? FirstBreak);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/audit", (SeeAudit use, string? person, string? action, string? @object, DateTimeOffset? from, DateTimeOffset? until, int? page, int? size,
                CancellationToken cancellation) => use.List(new(person, action, @object, from, until), page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(SeeAudit)).WithName("listAudit").WithSummary("Entries of the audit log, newest first.");
        api.MapGet("/audit/check", (SeeAudit use, CancellationToken cancellation) => use.CheckChain(cancellation)).Needs(typeof(SeeAudit))
            .WithName("checkAuditChain").WithSummary("Walks the whole chain of hashes.");
    }

    public async Task<Page<View>> List(Filter filter, int page, int size, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var entries = db.Set<AuditEntry>().AsNoTracking();
        if (!string.IsNullOrWhiteSpace(filter.Person))
        {
            var word = filter.Person.Trim().ToUpperInvariant();
            entries = entries.Where(e => db.Users.Any(a => a.Id == e.AccountId && (a.NormalizedFullName.Contains(word) || a.NormalizedUserName!.Contains(word))));
        }

        if (filter.Action?.Trim() is { Length: > 0 } act)
            entries = entries.Where(e => e.Action.StartsWith(act));
        if (filter.Object?.Trim() is { Length: > 0 } subject)
            entries = entries.Where(e => e.ObjectKind == subject || e.ObjectId == subject);
        if (filter.From is { } from)
            entries = entries.Where(e => e.At >= from);
        if (filter.Until is { } until)
            entries = entries.Where(e => e.At < until);
        var found = await entries.OrderByDescending(e => e.Sequence).ToPage(page, size, cancellation);
        var ids = found.Items.Select(e => e.AccountId).Distinct().ToArray();
        var names = await db.Users.AsNoTracking().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
        return new([.. found.Items.Select(e => new View(e.Sequence, e.At, e.AccountId, names.GetValueOrDefault(e.AccountId), e.Action, e.ObjectKind, e.ObjectId,
            e.Origin, e.Details, e.Hash))], found.Number, found.Size, found.Total);
    }

    public async Task<Check> CheckChain(CancellationToken cancellation)
    {
        var firstBreak = await chain.FirstBreak(cancellation);
        return new(firstBreak is null, await db.Set<AuditEntry>().LongCountAsync(cancellation), firstBreak);
    }
}
