using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Dashboards;

/// <param name="Standing">Those whom quality keeps out, or who have gone, are told like the others: the labels rest on them too.</param>
internal sealed record ReaderReliability(Guid AccountId, string Name, int Cases, IReadOnlyList<ItemReliability> Items, MemberStanding Standing = MemberStanding.Admitted);

/// <summary>How reliable each reader of a project is, held against what its cases came to.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeReliability(PirogovDb db, FiguresCache cache)
{
    /// <summary>A reader of few cases is not taken for one who never errs.</summary>
    private const double Smoothing = 0.01;

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/reliability",
            (SeeReliability use, ProjectId id, int? page, int? size, CancellationToken cancellation) => use.Handle(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(SeeReliability)).WithName("listReaderReliability").WithSummary("The project's readers with their quality by class and question and its intervals.");

    public async Task<Outcome<Page<ReaderReliability>>> Handle(ProjectId id, int page, int size, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        (page, size) = Page.Bounded(page, size);
        var made = await cache.Of(db, id, $"reliability {page} {size} {project.Members.Count}", () => Make(project, page, size, cancellation), cancellation);
        return made with { Items = [.. made.Items.Select(r => r with { Standing = project.Member(r.AccountId)!.Standing })] };
    }

    private async Task<Page<ReaderReliability>> Make(LabellingProject project, int page, int size, CancellationToken cancellation)
    {
        Guid[] readers = [.. project.Members.Where(m => m.Mode == ReadingMode.Read).Select(m => m.AccountId)];
        var names = await db.Set<Account>().Where(a => readers.Contains(a.Id)).Select(a => new { a.Id, a.FullName }).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
        // Sorted here and not by the engine: SQLite orders Cyrillic by code points.
        var shown = Page.Of([.. readers.OrderBy(r => names.GetValueOrDefault(r, ""), StringComparer.CurrentCulture)], page, size);
        var rows = (await Reliability.Through(db, project.Id).Where(i => shown.Items.Contains(i.AccountId))
            .Select(i => new { i.AccountId, i.Kind, i.Item, i.ProjectCaseId, i.Patient, i.Quality }).ToArrayAsync(cancellation)).ToLookup(i => i.AccountId);
        var modelled = await cache.Of(db, project.Id, "dawid-skene", () => Modelled(project, cancellation), cancellation);
        return shown.Of(r => new ReaderReliability(r, names.GetValueOrDefault(r, ""), rows[r].Select(i => i.ProjectCaseId).Distinct().Count(),
            [.. Reliability.Of(rows[r].Select(i => (i.Kind, i.Item, i.ProjectCaseId, i.Patient, i.Quality)))
                .Select(i => modelled.TryGetValue((r, i.Item), out var accuracy) ? i with { Modelled = accuracy } : i)]));
    }

    /// <summary>Over all readers at once, for a reader's errors are told from the truth by what the others say.</summary>
    private async Task<Dictionary<(Guid Reader, string Question), double>> Modelled(LabellingProject project, CancellationToken cancellation)
    {
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        var rows = (await Reliability.Through(db, project.Id).Where(i => i.Kind == ItemKind.Question)
            .Select(i => new { i.AccountId, i.Item, i.ProjectCaseId, i.Answer }).ToArrayAsync(cancellation)).ToLookup(r => r.Item);
        var found = new Dictionary<(Guid, string), double>();
        foreach (var question in schema.Questions)
        {
            if (ProjectAgreement.Categories(question) is not { } categories || !rows.Contains(question.Id))
                continue;
            var (readers, cases) = (rows[question.Id].Select(r => r.AccountId).Distinct().Order().ToArray(), rows[question.Id].Select(r => r.ProjectCaseId).Distinct().OrderBy(c => c.Value).Index().ToDictionary(c => c.Item, c => c.Index));
            ItemRating[] ratings = [.. rows[question.Id].Select(r => new ItemRating(cases[r.ProjectCaseId], Array.IndexOf(readers, r.AccountId), Array.IndexOf(categories, Category(r.Answer)))).Where(r => r.Category >= 0)];
            var estimated = DawidSkene.Fit(CategoryRatings.Of(ratings, cases.Count, readers.Length, categories.Length), Smoothing).Consensus.Raters;
            foreach (var (place, reader) in readers.Index())
            {
                if (estimated[place].Accuracy is { } accuracy)
                    found[(reader, question.Id)] = accuracy;
            }
        }

        return found;
    }

    private static string Category(string? answer) => answer switch
    {
        null => ProjectAgreement.NotAnswered,
        "—" => ProjectAgreement.CannotAssess,
        _ => answer,
    };
}
