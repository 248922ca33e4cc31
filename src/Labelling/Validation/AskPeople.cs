using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

/// <summary>Puts a consensus before the validator; the same one each time, so that it comes back to its level.</summary>
internal sealed class AskValidator(PirogovDb db, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public async Task About(ProjectCase one, CancellationToken cancellation)
    {
        var now = time.Now();
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Validate, cancellation) is { } asked)
            asked.OfferAgain(now);
        else
            db.Add(new Reading(one, await ValidatorOf(one, cancellation), ReadingMode.Validate, 1, now));
    }

    private Task<Guid> ValidatorOf(ProjectCase one, CancellationToken cancellation) =>
        db.Set<LabellingProject>().Where(p => p.Id == one.ProjectId).Select(p => p.ValidatorId).SingleAsync(cancellation);
}

/// <summary>Puts a case before the adjudicator: first when readings disagree, again when a decision comes back.</summary>
internal sealed class AskAdjudicator(PirogovDb db, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public async Task About(ProjectCase one, CancellationToken cancellation)
    {
        var now = time.Now();
        if (await db.Set<Reading>().SingleOrDefaultAsync(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Adjudicate, cancellation) is { } asked)
            asked.Return(now);
        else
            db.Add(new Reading(one, await AdjudicatorOf(one, cancellation), ReadingMode.Adjudicate, 1, now));
    }

    private Task<Guid> AdjudicatorOf(ProjectCase one, CancellationToken cancellation) =>
        db.Set<LabellingProject>().Where(p => p.Id == one.ProjectId).Select(p => p.AdjudicatorId).SingleAsync(cancellation);
}
