using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Gold;

/// <summary>
/// A control reading's quality by class and question, in the rows from which that of any other reading is told: figures that left it out would, held
/// against the list of results, name it.
/// </summary>
internal sealed class ControlItems(PirogovDb db, Documents documents, VersionedDocuments versioned)
{
    /// <summary>Forgets at once what was there, and joins the caller's next <c>SaveChanges</c> with what is there now; asked in a transaction.</summary>
    /// <param name="reading">Locked.</param>
    public async Task Renew(Reading reading, CancellationToken cancellation)
    {
        await db.Set<ReaderItem>().Where(i => i.ReadingId == reading.Id).ExecuteDeleteAsync(cancellation);
        var gold = await db.Set<GoldCase>().AsNoTracking().SingleAsync(g => g.ProjectCaseId == reading.ProjectCaseId, cancellation);
        var one = await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == reading.ProjectCaseId, cancellation);
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == reading.ProjectId, cancellation);
        var version = await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation);
        var number = reading.RevisionFor(project.Passes.Compared);
        var revision = await db.Set<ReadingRevision>().AsNoTracking().SingleAsync(r => r.ReadingId == reading.Id && r.Number == number, cancellation);
        var own = DocumentDifference.Of(project, version.Content,
            await OpenedLabels.OwnOf(documents, await versioned.Load(revision.DocumentMd5, revision.SchemaVersionId, version.Id, cancellation), cancellation),
            await OpenedLabels.From(documents, await versioned.Load(gold.DocumentMd5, gold.SchemaVersionId, version.Id, cancellation), cancellation));
        var (classes, questions) = await versioned.Known(gold.SchemaVersionId, version.Id, cancellation);
        db.AddRange(ReaderItem.Of(one, version.Content, reading, own, Weeks.Of(Weeks.Day(reading.FinishedAt ?? reading.ChangedAt)))
            .Where(i => (i.Kind == ItemKind.Class ? classes : questions).Contains(i.Item)));
    }
}
