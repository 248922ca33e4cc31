using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Validation;

internal sealed record ValidationRulesView(IReadOnlyList<ReturnReason> Reasons, ResultsShown ResultsShown);

/// <summary>A project's words for errors, and from when on readers see what became of their cases.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SetValidationRules(PirogovDb db, AuditTrail audit)
{
    public sealed record Request(IReadOnlyList<ReturnReason>? Reasons, ResultsShown ResultsShown = ResultsShown.AfterValidation);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/validation-rules", (SetValidationRules use, ProjectId id, CancellationToken cancellation) => use.See(id, cancellation).ToHttp())
            .Needs(typeof(SetValidationRules)).WithName("getValidationRules").WithSummary("The project's reasons for a return, and when readers see results.");
        api.MapPut("/labelling-projects/{id}/validation-rules", (SetValidationRules use, ProjectId id, Request request, CancellationToken cancellation) =>
            use.Handle(id, request, cancellation).ToHttp())
            .Needs(typeof(SetValidationRules)).WithName("setValidationRules").WithSummary("Sets them; a reason that is left out is retired.");
    }

    public async Task<Outcome<ValidationRulesView>> See(ProjectId id, CancellationToken cancellation)
    {
        if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == id, cancellation))
            return new NotFound("labelling-project");
        var rules = await db.Set<ValidationRules>().AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == id, cancellation) ?? new(id);
        return new ValidationRulesView(rules.Reasons, rules.ResultsShown);
    }

    public async Task<Outcome<ValidationRulesView>> Handle(ProjectId id, Request request, CancellationToken cancellation)
    {
        if (!await db.Set<LabellingProject>().AnyAsync(p => p.Id == id, cancellation))
            return new NotFound("labelling-project");
        if (await db.Set<ValidationRules>().SingleOrDefaultAsync(r => r.ProjectId == id, cancellation) is not { } rules)
            db.Add(rules = new(id));
        if (rules.Set(request.Reasons ?? [], request.ResultsShown) is { } refusal)
            return refusal;
        audit.Note("labelling.validation-rules-set", "labelling-project", id, new { Reasons = rules.Reasons.Count(r => !r.Retired), rules.ResultsShown });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return new ValidationRulesView(rules.Reasons, rules.ResultsShown);
    }
}
