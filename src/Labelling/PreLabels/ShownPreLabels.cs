using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.PreLabels;

/// <summary>What a reader may see of what nobody read, and when.</summary>
internal sealed class ShownPreLabels(PirogovDb db, Documents documents, VersionedDocuments versioned)
{
    /// <returns>Null when there is none, or when it is not due.</returns>
    public async Task<LabelDocument?> For(Reading reading, PassRules rules, CancellationToken cancellation)
    {
        var isDue = reading.Mode == ReadingMode.Read
            && (rules.Show == PreLabelTime.AtStart || rules.Show == PreLabelTime.SecondPass && reading.Pass == 2);
        return isDue ? await Newest(reading.ProjectCaseId, cancellation) : null;
    }

    public Task<bool> Exist(ProjectCaseId one, CancellationToken cancellation) => Of(one).AnyAsync(cancellation);

    /// <returns>Those of the cases that have pre-labels.</returns>
    public async Task<IReadOnlySet<ProjectCaseId>> Have(IReadOnlyCollection<ProjectCaseId> cases, CancellationToken cancellation) =>
        (await (from c in db.Set<ProjectCase>()
                join same in db.Set<ProjectCase>() on new { c.ProjectId, c.CaseId } equals new { same.ProjectId, same.CaseId }
                where cases.Contains(c.Id) && (same.Id == c.Id || c.IsGold) && db.Set<PreLabel>().Any(p => p.ProjectCaseId == same.Id)
                select c.Id).Distinct().ToArrayAsync(cancellation)).ToHashSet();

    /// <summary>Of a control case also those of the same images where the project labels them: its readers see what all see.</summary>
    private IQueryable<PreLabel> Of(ProjectCaseId one) =>
        from c in db.Set<ProjectCase>()
        join same in db.Set<ProjectCase>() on new { c.ProjectId, c.CaseId } equals new { same.ProjectId, same.CaseId }
        join p in db.Set<PreLabel>().AsNoTracking() on same.Id equals p.ProjectCaseId
        where c.Id == one && (same.Id == one || c.IsGold)
        orderby same.Id == one descending, p.Id descending
        select p;

    /// <summary>Every part marked as what it is. Answers are not shown: a question is answered by who reads.</summary>
    private async Task<LabelDocument?> Newest(ProjectCaseId one, CancellationToken cancellation)
    {
        if (await Of(one).FirstOrDefaultAsync(cancellation) is not { } newest)
            return null;
        var version = await (from c in db.Set<ProjectCase>() join p in db.Set<LabellingProject>() on c.ProjectId equals p.Id where c.Id == one select p.SchemaVersionId).SingleAsync(cancellation);
        var document = newest.SchemaVersionId is { } made
            ? await versioned.Load(newest.DocumentMd5, made, version, cancellation) : await documents.Load(newest.DocumentMd5, cancellation);
        return document with
        {
            Objects = [.. document.Objects.Select(o => o with { Origin = newest.Origin, Confirmed = null })],
            Masks = [.. document.Masks.Select(m => m with { Origin = newest.Origin, Confirmed = null })],
            Relations = document.Relations is { } relations ? [.. relations.Select(r => r with { Origin = newest.Origin })] : null,
            Answers = new Dictionary<string, DocumentAnswer>(),
        };
    }
}
