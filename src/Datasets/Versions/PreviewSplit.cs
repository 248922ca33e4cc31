using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Versions;

/// <summary>What a choice of shares and seed would give, before anything is frozen.</summary>
[Needs(DatasetsRights.Freeze)]
internal sealed class PreviewSplit(SplitPlanner planner, PirogovDb db)
{
    /// <param name="Slug">Of an existing dataset; null for a new one.</param>
    public sealed record Request(ReleaseId ReleaseId, SplitChoice Split, string? Slug);

    /// <param name="Classes">Cases of the split in which each class occurs.</param>
    public sealed record Part(Split Split, int Patients, int Cases, IReadOnlyDictionary<string, int> Classes);

    /// <param name="Kept">Patients who keep the part of an earlier version, of this dataset or another.</param>
    public sealed record Response(int Patients, int Cases, int Kept, IReadOnlyList<Part> Parts);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/datasets/split-preview",
        (PreviewSplit use, Request request, CancellationToken cancellation) => use.Handle(request, cancellation).ToHttp())
        .Needs(typeof(PreviewSplit)).WithSummary("Shows how a release would be split.");

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Split is null)
            return new Missing("split");
        var dataset = await db.Set<Dataset>().AsNoTracking().SingleOrDefaultAsync(d => d.Slug == request.Slug, cancellation);
        var outcome = await planner.Plan(request.ReleaseId, request.Split, dataset?.Id, cancellation);
        if (outcome.IsRefused(out var refusal))
            return refusal;
        var plan = outcome.Value;
        var parts = Enum.GetValues<Split>().Select(split =>
        {
            var cases = plan.Cases.Where(c => c.Split == split).ToArray();
            return new Part(split, cases.Select(c => c.Patient).Distinct().Count(), cases.Length,
                plan.Release.Classes.ToDictionary(c => c.Id, c => cases.Count(one => one.Classes.Contains(c.Id))));
        });
        return new Response(plan.Cases.Select(c => c.Patient).Distinct().Count(), plan.Cases.Count, plan.Kept, [.. parts]);
    }
}
