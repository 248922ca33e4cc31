using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;

namespace Pirogov.Archive;

/// <summary>Whose centres' data the current person may see: everybody's, or those of the own organisation.</summary>
internal sealed class CentreAccess(CurrentActor actor, IAgenda agenda)
{
    private ReferenceCentreId[]? own;

    /// <summary>Those who work with the data of all centres.</summary>
    public bool SeesEverything => actor.Actor.IsAny(Role.DataEngineer, Role.LabellingManager, Role.AiOffice, Role.Administrator);

    public bool SendsForEverybody => actor.Actor.IsAny(Role.DataEngineer, Role.Administrator);

    /// <summary>A device speaks for the one centre to which it is bound, and has no organisation.</summary>
    public void SpeakFor(ReferenceCentreId centre) => own = [centre];

    /// <returns>Centres of the person's organisation, when the person speaks for it; else none.</returns>
    public async Task<ReferenceCentreId[]> Own(CancellationToken cancellation)
    {
        if (own is not null)
            return own;
        if (!actor.Actor.Is(Role.CentreRepresentative) || actor.Actor.OrganisationId is not { } organisation)
            return own = [];
        return own = [.. (await agenda.Centres(cancellation)).Where(c => c.OrganisationId == organisation).Select(c => c.Id)];
    }

    public async Task<bool> Sees(ReferenceCentreId centre, CancellationToken cancellation) =>
        SeesEverything || (await Own(cancellation)).Contains(centre);

    public async Task<bool> SendsFor(ReferenceCentreId centre, CancellationToken cancellation) =>
        SendsForEverybody || (await Own(cancellation)).Contains(centre);
}
