using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Evidence;

namespace Pirogov.Labelling.Gold;

internal sealed record CaseIsGoldAlready(string Label) : Refusal("labelling.case-is-gold-already", 409);

internal sealed record LabelsAreNotKnown(string Label) : Refusal("labelling.labels-are-not-known", 409);

/// <param name="Readings">Handed in.</param>
/// <param name="MeanScore">Over them.</param>
internal sealed record GoldRow(
    ProjectCaseId Id, CaseId CaseId, string Label, bool Training, bool FromConsensus, DateTimeOffset AddedAt, DateTimeOffset? RetiredAt, int Readings, double? MeanScore);

/// <summary>A project's cases with known labels: for training, and among the others unnoticed.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class KeepGold(PirogovDb db, CurrentActor actor, ICases cases, Documents documents, AuditTrail audit, TimeProvider time)
{
    private const long LargestRequest = 96L << 20;

    /// <param name="Training">Else it is a control case.</param>
    /// <param name="Document">None takes the newest consensus of the case in this project, which is validated or released.</param>
    public sealed record Request(CaseId CaseId, bool Training = false, LabelDocument? Document = null);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-projects/{id}/gold", (KeepGold use, ProjectId id, int? page, int? size, CancellationToken cancellation) =>
            use.List(id, page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(KeepGold)).WithName("listGoldCases").WithSummary("Cases with known labels, with how readers did on them.");
        api.MapPost("/labelling-projects/{id}/gold", (KeepGold use, ProjectId id, Request request, CancellationToken cancellation) =>
            use.Add(id, request, cancellation).ToCreated(r => $"/api/v1/labelling-projects/{id}/gold"))
            .Needs(typeof(KeepGold)).WithMetadata(new RequestSizeLimitAttribute(LargestRequest)).WithName("addGoldCase").WithSummary("Makes a case with known labels one of training or control.");
        api.MapPost("/labelling-projects/{id}/gold/{goldId}/retire", (KeepGold use, ProjectId id, ProjectCaseId goldId, CancellationToken cancellation) =>
            use.Retire(id, goldId, cancellation).ToHttp())
            .Needs(typeof(KeepGold)).WithName("retireGoldCase").WithSummary("Nobody gets the case any more; its scores stay.");
    }

    public async Task<Page<GoldRow>> List(ProjectId id, int page, int size, CancellationToken cancellation)
    {
        var found = await (
            from g in db.Set<GoldCase>().AsNoTracking()
            join c in db.Set<ProjectCase>() on g.ProjectCaseId equals c.Id
            where g.ProjectId == id
            orderby c.Label
            select new { Gold = g, c.CaseId, c.Label }).ToPage(page, size, cancellation);
        var ids = found.Items.Select(g => g.Gold.ProjectCaseId).ToArray();
        var scores = (await db.Set<GoldScore>().Where(s => ids.Contains(s.ProjectCaseId)).Select(s => new { s.ProjectCaseId, s.Score }).ToArrayAsync(cancellation))
            .ToLookup(s => s.ProjectCaseId, s => s.Score);
        return new([.. found.Items.Select(g => new GoldRow(g.Gold.ProjectCaseId, g.CaseId, g.Label, g.Gold.IsTraining, g.Gold.ConsensusId is not null, g.Gold.AddedAt, g.Gold.RetiredAt,
            scores[g.Gold.ProjectCaseId].Count(), scores[g.Gold.ProjectCaseId].Any() ? scores[g.Gold.ProjectCaseId].Average() : null))], found.Number, found.Size, found.Total);
    }

    public async Task<Outcome<GoldRow>> Add(ProjectId id, Request request, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        if (await cases.Find(request.CaseId, cancellation) is not { } summary)
            return new NotFound("case");
        if (await db.Set<ProjectCase>().AnyAsync(c => c.ProjectId == id && c.CaseId == summary.Id && c.IsGold, cancellation))
            return new CaseIsGoldAlready(summary.Label);
        var made = request.Document is { } given ? await Given(project, summary, given, cancellation) : await Agreed(project, summary, cancellation);
        if (made.IsRefused(out var refusal))
            return refusal;
        var labels = made.Value;
        var now = time.Now();
        var one = ProjectCase.Golden(project, summary, now);
        db.Add(one);
        db.Add(new GoldCase(one, request.Training, labels.Document, labels.Schema, labels.Consensus, actor.Actor.AccountId, now));
        audit.Note("labelling.gold-added", "labelling-case", one.Id, new { request.Training, FromConsensus = labels.Consensus is not null });
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            return new CaseIsGoldAlready(summary.Label);
        }

        return new GoldRow(one.Id, summary.Id, summary.Label, request.Training, labels.Consensus is not null, now, null, 0, null);
    }

    public async Task<Outcome<Done>> Retire(ProjectId id, ProjectCaseId goldId, CancellationToken cancellation)
    {
        if (await db.Set<GoldCase>().SingleOrDefaultAsync(g => g.ProjectId == id && g.ProjectCaseId == goldId, cancellation) is not { } gold)
            return new NotFound("labelling-case");
        gold.Retire(time.Now());
        audit.Note("labelling.gold-retired", "labelling-case", goldId);
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    private sealed record Labels(EvidenceFile Document, SchemaVersionId Schema, Guid? Consensus);

    private async Task<Outcome<Labels>> Agreed(LabellingProject project, CaseSummary summary, CancellationToken cancellation)
    {
        var consensus = await (
            from c in db.Set<ProjectCase>()
            join x in db.Set<Consensus>() on c.Id equals x.ProjectCaseId
            where c.ProjectId == project.Id && c.CaseId == summary.Id && (c.State == ProjectCaseState.Validated || c.State == ProjectCaseState.Released)
            orderby x.Number descending
            select x).AsNoTracking().FirstOrDefaultAsync(cancellation);
        if (consensus is null)
            return new LabelsAreNotKnown(summary.Label);
        return new Labels(consensus.Document, consensus.SchemaVersionId, consensus.Id);
    }

    private async Task<Outcome<Labels>> Given(LabellingProject project, CaseSummary summary, LabelDocument given, CancellationToken cancellation)
    {
        var schema = await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation);
        var images = (await cases.Files(summary.Id, cancellation)).ToDictionary(f => f.SopInstanceUid);
        var check = new DocumentCheck(schema.Id, schema.Content, images, await cases.Texts(summary.Id, cancellation), new Dictionary<string, KnownMask>());
        var read = check.Check(given);
        if (read.IsRefused(out var unfit))
            return unfit;
        var fit = read.Value;
        if (DocumentCheck.CheckComplete(schema.Content, fit.Document) is { } incomplete)
            return incomplete;
        await documents.Keep(fit.NewMasks, cancellation);
        var stored = await documents.Put(fit.Document, cancellation);
        return new Labels(new(stored.Md5, stored.Sha256, stored.Size), schema.Id, null);
    }
}
