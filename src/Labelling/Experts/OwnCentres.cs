using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Experts;

/// <summary>The centres whose cases a person has an interest in: those of the account's organisation, and those of the profile.</summary>
internal sealed class OwnCentres(PirogovDb db, IAgenda agenda)
{
    public async Task<IReadOnlyDictionary<Guid, IReadOnlySet<ReferenceCentreId>>> Of(IReadOnlyCollection<Guid> people, CancellationToken cancellation)
    {
        var organisations = await db.Set<Account>().AsNoTracking().Where(a => people.Contains(a.Id)).Select(a => new { a.Id, a.OrganisationId }).ToArrayAsync(cancellation);
        var profiles = await db.Set<ExpertProfile>().AsNoTracking().Where(p => people.Contains(p.AccountId)).ToDictionaryAsync(p => p.AccountId, cancellation);
        var centres = await agenda.Centres(cancellation);
        return organisations.ToDictionary(a => a.Id, IReadOnlySet<ReferenceCentreId> (a) => centres
            .Where(c => c.OrganisationId is { } organisation && organisation == a.OrganisationId).Select(c => c.Id)
            .Concat(profiles.GetValueOrDefault(a.Id)?.Centres ?? []).ToHashSet());
    }
}
