using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Releases;

internal sealed class PublishedReleases(PirogovDb db, Documents documents) : IReleases
{
    public async Task<Page<ListedRelease>> List(int page, int size, CancellationToken cancellation)
    {
        var found = await (
            from r in db.Set<Release>().IgnoreAutoIncludes().AsNoTracking()
            join p in db.Set<LabellingProject>() on r.ProjectId equals p.Id
            orderby r.ReleasedAt descending, r.Id
            select new { r.Id, p.Name, r.Number, r.ReleasedAt, p.ClinicalTaskId, Cases = r.Cases.Count, r.SchemaVersionId, r.ScopeJson }).ToPage(page, size, cancellation);
        var versions = found.Items.Select(r => r.SchemaVersionId).Distinct().ToArray();
        var contents = (await db.Set<SchemaVersion>().AsNoTracking().Where(v => versions.Contains(v.Id)).ToArrayAsync(cancellation)).ToDictionary(v => v.Id, v => v.Content);
        return found.Of(r => new ListedRelease(r.Id, r.Name, r.Number, r.ReleasedAt, r.ClinicalTaskId, r.Cases, Classes(contents[r.SchemaVersionId], Release.ReadScope(r.ScopeJson))));
    }

    private static ReleasedClass[] Classes(SchemaContent content, ReleaseScope scope) =>
        [.. content.Classes.Where(c => scope.Classes.Contains(c.Id)).Select(c => new ReleasedClass(c.Id, c.Name, c.Color))];

    public async Task<ReleaseSummary?> Find(ReleaseId id, CancellationToken cancellation) =>
        await db.Set<Release>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is { } release ? await Summarise(release, cancellation) : null;

    public async Task<ReleasedLabels?> Labels(ReleaseId id, CaseId caseId, CancellationToken cancellation)
    {
        // Whoever builds a dataset asks for one case after another: the others of the release stay where they are.
        if (await db.Set<Release>().IgnoreAutoIncludes().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellation) is not { } release
            || await db.Set<ReleasedCase>().AsNoTracking().SingleOrDefaultAsync(c => c.ReleaseId == id && c.CaseId == caseId, cancellation) is not { } one)
            return null;
        var content = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == release.SchemaVersionId, cancellation)).Content;
        var document = await documents.Load(one.DocumentMd5, cancellation);
        var blobs = await documents.Find(document.Masks.Select(m => m.Blob!), cancellation);
        return new(caseId, one.DocumentMd5, one.DocumentSha256, one.DocumentSize,
            [.. document.Masks.Select(m => (Mask: m, Blob: blobs[m.Blob!])).Select(m => new ReleasedMask(
                m.Mask.Class, m.Mask.SopInstanceUid, m.Mask.Frame, m.Mask.Rows, m.Mask.Columns, m.Blob.Md5, m.Blob.Sha256, m.Blob.Size))],
            content.Questions.Where(q => release.Scope.Questions.Contains(q.Id)).ToDictionary(q => q.Id, q => Settled(AnswerText.Of(document, q))));
    }

    private static string? Settled(GivenAnswer answer) => answer.Uncertain || answer.CannotAssess ? null : answer.Value;

    private async Task<ReleaseSummary> Summarise(Release release, CancellationToken cancellation)
    {
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == release.ProjectId, cancellation);
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == release.SchemaVersionId), cancellation);
        var content = schema.Versions.Single(v => v.Id == release.SchemaVersionId).Content;
        return new(release.Id, project.Name, release.Number, release.ReleasedAt, project.ClinicalTaskId, schema.Name, release.Sha256,
            Classes(content, release.Scope),
            [.. content.Questions.Where(q => release.Scope.Questions.Contains(q.Id)).Select(q => new ReleasedQuestion(q.Id, q.Text, q.Type, [.. q.Options.Select(o => new ReleasedOption(o.Id, o.Text))]))],
            [.. release.Cases.Select(c => c.CaseId).OrderBy(c => c.Value.ToString(), StringComparer.Ordinal)], release.Agreement);
    }
}
