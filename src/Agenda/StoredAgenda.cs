using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Centres;
using Pirogov.Agenda.Contracts;
using Pirogov.Agenda.Tasks;
using Pirogov.Platform.Database;

namespace Pirogov.Agenda;

internal sealed class StoredAgenda(PirogovDb db) : IAgenda
{
    public Task<ClinicalTaskSummary?> FindTask(ClinicalTaskId id, CancellationToken cancellation) =>
        Summaries(db.Set<ClinicalTask>().Where(t => t.Id == id)).SingleOrDefaultAsync(cancellation);

    public async Task<IReadOnlyList<ClinicalTaskSummary>> Tasks(CancellationToken cancellation) =>
        await Summaries(db.Set<ClinicalTask>().OrderBy(t => t.Priority).ThenBy(t => t.Id)).ToArrayAsync(cancellation);

    public Task<ReferenceCentreSummary?> FindCentre(ReferenceCentreId id, CancellationToken cancellation) =>
        Summaries(db.Set<ReferenceCentre>().Where(c => c.Id == id)).SingleOrDefaultAsync(cancellation);

    public Task<ReferenceCentreSummary?> FindCentre(string code, CancellationToken cancellation)
    {
        var normal = ReferenceCentre.NormalCode(code);
        return Summaries(db.Set<ReferenceCentre>().Where(c => c.Code == normal)).SingleOrDefaultAsync(cancellation);
    }

    public async Task<IReadOnlyList<ReferenceCentreSummary>> Centres(CancellationToken cancellation) =>
        await Summaries(db.Set<ReferenceCentre>().OrderBy(c => c.Code)).ToArrayAsync(cancellation);

    private static IQueryable<ClinicalTaskSummary> Summaries(IQueryable<ClinicalTask> tasks) => tasks.AsNoTracking()
        .Select(t => new ClinicalTaskSummary(t.Id, t.Title, t.DataKind, t.Target, t.Metric, t.Priority));

    private static IQueryable<ReferenceCentreSummary> Summaries(IQueryable<ReferenceCentre> centres) => centres.AsNoTracking()
        .Select(c => new ReferenceCentreSummary(c.Id, c.Code, c.Name, c.OrganisationId));
}
