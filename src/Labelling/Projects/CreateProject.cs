using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Projects;

internal sealed record ProjectNameIsTaken(string Name) : Refusal("labelling.project-name-is-taken", 409);

internal sealed record SchemaIsNotPublished() : Refusal("labelling.schema-is-not-published", 422);

internal sealed record NotAnExpert() : Refusal("labelling.not-an-expert", 422);

internal sealed record CaseDoesNotFit(string Label) : Refusal("labelling.case-does-not-fit", 422);

internal sealed record TooManyCases(int Limit) : Refusal("labelling.too-many-cases", 422);

/// <summary>Plans a project: what is read, by whom, by which rules.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class CreateProject(PirogovDb db, CaseSelection selection, IAgenda agenda, AuditTrail audit, TimeProvider time)
{
    /// <param name="Share">Of the cases, above 0 and at most 1.</param>
    /// <param name="Lot">Cases are judged in lots: one with too many errors in its sample is looked at whole.</param>
    /// <param name="Sees">What its validators are shown beside the consensus.</param>
    /// <param name="MayCorrect">Its validators may mend the consensus instead of returning it.</param>
    public sealed record Level(
        IReadOnlyList<Guid>? Validators, double Share = 1, LotPlan? Lot = null, ValidatorSight Sees = ValidatorSight.Agreement, bool MayCorrect = false);

    /// <param name="Cases">Picked cases; together with what <paramref name="Query"/> finds.</param>
    /// <param name="NotYetLabelled">Leaves out what a project that was not cancelled already holds.</param>
    public sealed record Request(
        string Name, ClinicalTaskId? ClinicalTaskId, SchemaVersionId SchemaVersionId, IReadOnlyList<CaseId>? Cases, CaseQuery? Query,
        IReadOnlyList<Guid>? Readers, IReadOnlyList<Guid>? Adjudicators, IReadOnlyList<Level>? Levels, int ReadersPerCase = LabellingProject.FewestReaders,
        int? MostReaders = null, double Threshold = 0.8, IReadOnlyDictionary<string, double>? Thresholds = null,
        AdjudicationRule Rule = AdjudicationRule.OnDisagreement, string? Instructions = null, DateTimeOffset? DueAt = null,
        ConsensusRules? Consensus = null, PassRules? Passes = null,
        Distribution Distribution = Distribution.Assigned, AssignmentTerms? Terms = null, bool NotYetLabelled = false)
    {
        internal LabellingProject.Plan Plan => new(Name, ClinicalTaskId, SchemaVersionId, Instructions, ReadersPerCase, MostReaders ?? ReadersPerCase,
            Threshold, Thresholds ?? new Dictionary<string, double>(), Rule, Readers ?? [], Adjudicators ?? [],
            [.. (Levels ?? []).Select(l => (new ValidationLevel(l.Share, l.Lot, l.Sees, l.MayCorrect), l.Validators ?? []))], DueAt, Consensus, Passes,
            Distribution, Terms is null ? null : Terms with { Former = null });
    }

    public sealed record Response(ProjectId Id, int Cases);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/labelling-projects",
            (CreateProject use, Request request, CancellationToken cancellation) => use.Handle(request, cancellation).ToCreated(r => $"/api/v1/labelling-projects/{r.Id}"))
        .Needs(typeof(CreateProject)).WithName("createLabellingProject").WithSummary("Plans a labelling project.");

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        var now = time.Now();
        var made = LabellingProject.Create(request.Plan, now);
        if (made.IsRefused(out var refusal))
            return refusal;
        var project = made.Value;
        if (await Unfit(project, cancellation) is { } unfit)
            return unfit;
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleOrDefaultAsync(
            s => s.Versions.Any(v => v.Id == request.SchemaVersionId && v.PublishedAt != null), cancellation);
        if (schema is null)
            return new SchemaIsNotPublished();
        var content = schema.Versions.Single(v => v.Id == request.SchemaVersionId).Content;
        if (project.Thresholds.Keys.FirstOrDefault(c => content.Class(c) is null) is { } stranger)
            return new NotFound($"label-class {stranger}");
        var selected = await selection.Of(new(request.Cases, request.Query, request.NotYetLabelled), schema.DataKind, cancellation);
        if (selected.IsRefused(out var unchosen))
            return unchosen;
        var chosen = selected.Value;
        var strata = await selection.Strata(project.Terms.Strata ?? [], chosen, cancellation);
        db.Add(project);
        db.AddRange(chosen.Select(c => new ProjectCase(project, c, strata.GetValueOrDefault(c.Id), now)));
        audit.Note("labelling.project-created", "labelling-project", project.Id, new { Cases = chosen.Count, People = project.Members.Count });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new ProjectNameIsTaken(project.Name);
        }

        return new Response(project.Id, chosen.Count);
    }

    private async Task<Refusal?> Unfit(LabellingProject project, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AnyAsync(p => p.NormalizedName == project.NormalizedName, cancellation))
            return new ProjectNameIsTaken(project.Name);
        if (project.ClinicalTaskId is { } task && await agenda.FindTask(task, cancellation) is null)
            return new NotFound("clinical-task");
        Guid[] people = [.. project.Members.Select(m => m.AccountId)];
        var experts = await db.Set<Account>().CountAsync(a => people.Contains(a.Id) && !a.IsDisabled && a.Roles.Any(r => r.Role == Role.Expert), cancellation);
        return experts == people.Length ? null : new NotAnExpert();
    }
}
