using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

/// <summary>The cases whose results their projects show to readers by now: a case that is reopened is hidden again until it is through.</summary>
internal static class ShownResults
{
    public static IQueryable<ProjectCase> Of(PirogovDb db) =>
        from c in db.Set<ProjectCase>().AsNoTracking()
        from rules in db.Set<ValidationRules>().Where(r => r.ProjectId == c.ProjectId).DefaultIfEmpty()
        where c.State == ProjectCaseState.Released && (rules == null || rules.ResultsShown != ResultsShown.Never)
            || c.State == ProjectCaseState.Validated && (rules == null || rules.ResultsShown == ResultsShown.AfterValidation)
        select c;
}
