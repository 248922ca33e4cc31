using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Outbox;

namespace Pirogov.Labelling.Validation;

/// <summary>A case waits before a level that samples by lots.</summary>
internal sealed record LevelReached(ProjectCaseId Case, int Level);

/// <param name="IsGood">Accepted as it was; what was returned or corrected held an error.</param>
internal sealed record VerdictGiven(ProjectCaseId Case, int Level, bool IsGood);

/// <summary>A manager has set a case aside: a lot that waited for it alone waits no more.</summary>
internal sealed record CaseWentAside(ProjectCaseId Case);

/// <summary>
/// Puts cases into lots and lots before their level. A project's events are taken in one after another, so a lot is never filled or counted by two at once.
/// </summary>
internal sealed class FillLots(PirogovDb db, AskValidators askValidators, AuditTrail audit, TimeProvider time) : IHandle<LevelReached>, IHandle<VerdictGiven>, IHandle<CaseWentAside>
{
    public async Task Handle(LevelReached happened, CancellationToken cancellation)
    {
        await TakeTurn(happened.Case, cancellation);
        var one = await db.Set<ProjectCase>().SingleAsync(c => c.Id == happened.Case, cancellation);
        if (one.State != ProjectCaseState.Validation || one.Level != happened.Level)
            return;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var place = await Place(one.Id, happened.Level, cancellation);
        var isNew = place is null;
        var lot = isNew ? await OpenLot(project, happened.Level, cancellation) : null;
        if (lot is not null)
            db.Add(place = lot.Admit(one));
        if (lot is { IsFull: false })
            await CloseIfLast(project, lot, place!, cancellation);
        else if (lot?.Fill(time.Now()) is true)
            await Decided(lot, cancellation);
        if (place!.IsWanted)
            await askValidators.Offer(project, one, happened.Level, cancellation);
        else
            await askValidators.From(one, happened.Level + 1, cancellation);
    }

    public async Task Handle(VerdictGiven happened, CancellationToken cancellation)
    {
        await TakeTurn(happened.Case, cancellation);
        if (await Place(happened.Case, happened.Level, cancellation) is not { IsGood: null } place)
            return;
        place.IsGood = happened.IsGood;
        var lot = await db.Set<ValidationLot>().SingleAsync(l => l.Id == place.LotId, cancellation);
        // What a rejected lot's remainder shows is mended, but judges nothing any more.
        if (place.IsSampled && lot.Count(happened.IsGood, time.Now()))
            await Decided(lot, cancellation);
    }

    public async Task Handle(CaseWentAside happened, CancellationToken cancellation)
    {
        await TakeTurn(happened.Case, cancellation);
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == happened.Case, cancellation);
        if (one.AsideAt is null)
            return;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        foreach (var (place, _) in project.Levels.Index().Where(l => l.Item.Lot is not null))
        {
            if (await Newest(project.Id, place + 1, cancellation) is { IsFull: false } lot)
                await CloseIfLast(project, lot, null, cancellation);
        }
    }

    private async Task TakeTurn(ProjectCaseId one, CancellationToken cancellation) =>
        await Turn.Take(db, await db.Set<ProjectCase>().Where(c => c.Id == one).Select(c => c.ProjectId).SingleAsync(cancellation), cancellation);

    private Task<LotCase?> Place(ProjectCaseId one, int level, CancellationToken cancellation) =>
        db.Set<LotCase>().SingleOrDefaultAsync(c => c.ProjectCaseId == one && c.Level == level, cancellation);

    private async Task<ValidationLot> OpenLot(LabellingProject project, int level, CancellationToken cancellation)
    {
        var newest = await Newest(project.Id, level, cancellation);
        if (newest is { IsFull: false })
            return newest;
        var (plan, share) = (project.Levels[level - 1].Lot!, project.Levels[level - 1].Share);
        var lot = new ValidationLot(project.Id, level, (newest?.Number ?? 0) + 1, plan, share, time.Now());
        db.Add(lot);
        return lot;
    }

    private Task<ValidationLot?> Newest(ProjectId project, int level, CancellationToken cancellation) =>
        db.Set<ValidationLot>().Where(l => l.ProjectId == project && l.Level == level).OrderByDescending(l => l.Number).FirstOrDefaultAsync(cancellation);

    /// <summary>When every case of the project has its place, the last lot stays short. What is set aside is not waited for.</summary>
    /// <param name="justPlaced">In no table yet.</param>
    private async Task CloseIfLast(LabellingProject project, ValidationLot lot, LotCase? justPlaced, CancellationToken cancellation)
    {
        var fresh = justPlaced?.ProjectCaseId;
        var placed = await (from l in db.Set<ValidationLot>()
                            join c in db.Set<LotCase>() on l.Id equals c.LotId
                            where l.ProjectId == project.Id && l.Level == lot.Level
                            select c.ProjectCaseId).CountAsync(cancellation) + (justPlaced is null ? 0 : 1);
        if (placed < await db.Set<ProjectCase>().CountAsync(c => c.ProjectId == project.Id && !c.IsGold
                && (c.AsideAt == null || c.Id == fresh || db.Set<LotCase>().Any(l => l.ProjectCaseId == c.Id && l.Level == lot.Level)), cancellation))
            return;
        var (drawn, decided) = lot.Close(time.Now());
        var earlier = await db.Set<LotCase>().Where(c => c.LotId == lot.Id).ToArrayAsync(cancellation);
        LotCase[] added = [.. earlier.Concat(justPlaced is null ? [] : [justPlaced]).Where(p => drawn.Contains(p.Position) && !p.IsSampled)];
        foreach (var place in added)
            place.IsSampled = true;
        await Recall(lot, [.. added.Where(p => p != justPlaced)], cancellation);
        if (decided)
            await Decided(lot, cancellation);
    }

    private async Task Decided(ValidationLot lot, CancellationToken cancellation)
    {
        audit.Note(lot.State == LotState.Accepted ? "labelling.lot-accepted" : "labelling.lot-rejected", "labelling-project", lot.ProjectId,
            new { lot.Level, lot.Number, lot.Judged, lot.Errors });
        if (lot.State != LotState.Rejected)
            return;
        var passedBy = await db.Set<LotCase>().Where(c => c.LotId == lot.Id && !c.IsSampled).ToArrayAsync(cancellation);
        foreach (var place in passedBy)
            place.IsWidened = true;
        await Recall(lot, passedBy, cancellation);
    }

    /// <summary>Those that have gone on come back, whatever level has them by now; what is released stays so, and the lot's page lists it.</summary>
    private async Task Recall(ValidationLot lot, IReadOnlyCollection<LotCase> places, CancellationToken cancellation)
    {
        var (project, ids) = (await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == lot.ProjectId, cancellation), places.Select(p => p.ProjectCaseId).ToArray());
        var cases = await db.Set<ProjectCase>().Where(c => ids.Contains(c.Id)).ToArrayAsync(cancellation);
        var open = (await db.Set<Reading>().Where(r => ids.Contains(r.ProjectCaseId) && r.Mode == ReadingMode.Validate && r.Slot > lot.Level
            && r.State != ReadingState.Locked).ToArrayAsync(cancellation)).ToLookup(r => r.ProjectCaseId);
        foreach (var one in cases.Where(c => c.Recall(lot.Level, time.Now())))
        {
            foreach (var reading in open[one.Id])
                reading.Withdraw(time.Now());
            if (one.State == ProjectCaseState.Validation)
                await askValidators.Offer(project, one, lot.Level, cancellation);
        }
    }
}
