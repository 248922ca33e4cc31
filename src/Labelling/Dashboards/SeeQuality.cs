using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Dashboards;

/// <summary>Mean agreement of the cases compared in a week.</summary>
/// <param name="Lower">Of the 95 % interval (Student, over cases).</param>
internal sealed record WeekAgreement(ItemKind Kind, string Item, DateOnly Week, double Mean, double? Lower, double? Upper, int Cases);

/// <summary>How often one reader of a pair said this where the other said that.</summary>
/// <param name="Item">The question; none for classes.</param>
/// <param name="Unit">What is counted: "pairs" of answers, "objects" or "pixels".</param>
/// <param name="First">An option or a class; of an object that the other has not, "".</param>
internal sealed record ConfusedPair(ItemKind Kind, string? Item, string Unit, string First, string Second, double Count);

/// <summary>The share of decided cases that have a class, or whose answer is so.</summary>
/// <param name="Answer">None for a class.</param>
/// <param name="Lower">Of the 95 % Wilson interval.</param>
internal sealed record Prevalence(ItemKind Kind, string Item, string? Answer, int Cases, int Of, double Share, double Lower, double Upper);

internal sealed record QualityView(
    ProjectAgreement Agreement, IReadOnlyList<WeekAgreement> Weeks, IReadOnlyList<ConfusedPair> Confusion, IReadOnlyList<Prevalence> Prevalence,
    IReadOnlyList<NumberPairs> Numbers);

/// <summary>How far the readers of a project agree, since when, about what they do not, and what is found.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeQuality(PirogovDb db, AgreementSums agreement)
{
    /// <summary>Weeks shown, the newest.</summary>
    private const int MostWeeks = 53;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/quality", (SeeQuality use, ProjectId id, CancellationToken cancellation) =>
            use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(SeeQuality)).WithName("getProjectQuality").WithSummary("Agreement by week, confusion between readers, prevalence, each with its interval.");

    public async Task<Outcome<QualityView>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (await (from p in db.Set<LabellingProject>() join v in db.Set<SchemaVersion>() on p.SchemaVersionId equals v.Id where p.Id == id select v)
                .AsNoTracking().SingleOrDefaultAsync(cancellation) is not { } version)
            return new NotFound("labelling-project");
        return await agreement.Kept(id, "quality", async () => new QualityView(await agreement.Of(id, version.Content, cancellation),
            await ByWeek(id, cancellation), [.. await Answers(id, cancellation), .. await Classes(id, cancellation)], await Found(id, cancellation),
            await Numbers(id, version.Content, cancellation)), cancellation);
    }

    private async Task<IReadOnlyList<WeekAgreement>> ByWeek(ProjectId id, CancellationToken cancellation)
    {
        var found = await agreement.Items(id).Where(i => i.Agreement != null).GroupBy(i => new { i.Kind, i.Item, i.Week })
            .Select(g => new { g.Key.Kind, g.Key.Item, g.Key.Week, Cases = g.Count(), Mean = g.Average(i => i.Agreement!.Value), Squares = g.Average(i => i.Agreement!.Value * i.Agreement!.Value), Lowest = g.Min(i => i.Agreement!.Value) })
            .ToArrayAsync(cancellation);
        var first = found.Select(f => f.Week).DefaultIfEmpty().Max() - MostWeeks;
        return [.. found.Where(f => f.Week > first).OrderBy(f => f.Kind).ThenBy(f => f.Item, StringComparer.Ordinal).ThenBy(f => f.Week).Select(f =>
        {
            var interval = new ItemSum(f.Kind, f.Item, f.Cases, f.Mean, f.Squares, f.Lowest).Interval;
            return new WeekAgreement(f.Kind, f.Item, Weeks.Monday(f.Week), f.Mean, interval?.Lower, interval?.Upper, f.Cases);
        })];
    }

    /// <summary>Over the pairs of readers of each case, both ways round: who is first says nothing.</summary>
    private async Task<IEnumerable<ConfusedPair>> Answers(ProjectId id, CancellationToken cancellation)
    {
        var patterns = await agreement.Items(id).Where(i => i.Pattern != null).GroupBy(i => new { i.Item, i.Pattern })
            .Select(g => new { g.Key.Item, g.Key.Pattern, Cases = g.Count() }).ToArrayAsync(cancellation);
        return from p in patterns
               let answers = new PatternCount(p.Item, p.Pattern!, p.Cases).Answers
               from a in answers.Index()
               from b in answers.Index()
               where a.Index != b.Index
               group p.Cases by (p.Item, First: a.Item, Second: b.Item) into same
               orderby same.Key
               select new ConfusedPair(ItemKind.Question, same.Key.Item, "pairs", same.Key.First, same.Key.Second, same.Sum());
    }

    private async Task<IEnumerable<ConfusedPair>> Classes(ProjectId id, CancellationToken cancellation)
    {
        var found = await agreement.Confusions(id).GroupBy(c => new { c.Unit, c.First, c.Second })
            .Select(g => new { g.Key.Unit, g.Key.First, g.Key.Second, Count = g.Sum(c => c.Count) }).ToArrayAsync(cancellation);
        return found.OrderBy(f => f.Unit).ThenBy(f => f.First, StringComparer.Ordinal).ThenBy(f => f.Second, StringComparer.Ordinal)
            .Select(f => new ConfusedPair(ItemKind.Class, null, f.Unit == ConfusionUnit.Objects ? "objects" : "pixels", f.First, f.Second, f.Count));
    }

    private async Task<IReadOnlyList<Prevalence>> Found(ProjectId id, CancellationToken cancellation)
    {
        var classes = await agreement.Items(id).Where(i => i.IsPresent != null).GroupBy(i => i.Item)
            .Select(g => new { g.Key, Of = g.Count(), Cases = g.Sum(i => i.IsPresent == true ? 1 : 0) }).ToArrayAsync(cancellation);
        var answers = await agreement.Items(id).Where(i => i.Answer != null).GroupBy(i => new { i.Item, i.Answer })
            .Select(g => new { g.Key.Item, g.Key.Answer, Cases = g.Count() }).ToArrayAsync(cancellation);
        var of = answers.GroupBy(a => a.Item).ToDictionary(g => g.Key, g => g.Sum(a => a.Cases));
        return [.. classes.Select(c => Share(ItemKind.Class, c.Key, null, c.Cases, c.Of)),
            .. answers.OrderBy(a => a.Item, StringComparer.Ordinal).ThenByDescending(a => a.Cases).Select(a => Share(ItemKind.Question, a.Item, a.Answer, a.Cases, of[a.Item]))];
    }

    private async Task<IReadOnlyList<NumberPairs>> Numbers(ProjectId id, SchemaContent schema, CancellationToken cancellation)
    {
        var measured = await AgreementSums.Measured(agreement.Items(id), cancellation);
        var readers = measured.SelectMany(m => m.Measures.Readers).Distinct().ToArray();
        var names = await db.Set<Account>().Where(a => readers.Contains(a.Id)).Select(a => new { a.Id, a.FullName }).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
        return NumberPairs.Of(schema, measured, names);
    }

    private static Prevalence Share(ItemKind kind, string item, string? answer, int cases, int of)
    {
        var interval = WilsonInterval.Of(cases, of);
        return new(kind, item, answer, cases, of, (double)cases / of, interval.Lower, interval.Upper);
    }
}
