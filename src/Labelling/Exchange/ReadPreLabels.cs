using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Exchange;

/// <summary>Reads an import case by case. Rows and report come with one commit; masks and documents stored before it are found again by a second attempt.</summary>
internal sealed class ReadPreLabels(
    PirogovDb db, FormatCases formatCases, FilesOfCases filesOfCases, Documents documents, ObjectStore store, StoreFolders folders, AuditTrail audit, TimeProvider time)
    : DurableJob<ReadPreLabels.Payload>
{
    internal sealed record Payload(ImportId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        var import = await db.Set<LabelImport>().SingleAsync(i => i.Id == payload.Id, cancellation);
        if (import.FinishedAt is not null)
            return;
        var (schema, version) = await formatCases.SchemaOf(import.ProjectId, cancellation);
        var format = LabelFormats.Find(import.Format, schema.DataKind).Value;
        await using var stored = await store.OpenRead(import.UploadMd5!, cancellation);
        var received = await LabelUpload.Receive(import.FileName, stored, folders, cancellation);
        if (received.IsRefused(out var refusal))
            throw new JobRefusedException(refusal);
        await using var upload = received.Value;
        await using var report = new ImportReport(folders);
        var (taken, found) = (new List<PreLabel>(), new SharedReport());
        (UploadedEntry? Entry, Outcome<LabelFile> File) last = default;
        var groups = await filesOfCases.Group(import.ProjectId, upload, report, cancellation);
        foreach (var (number, group) in groups.Index())
        {
            await progress.Tell(100 * number / groups.Count, "labelling.job.importing", cancellation);
            var into = await formatCases.Of(group.Case.CaseId, group.Case.Label, version, format, import.Options, time.Now(), cancellation);
            var (files, room) = (new List<LabelFile>(), FormatLimits.MostUnpackedBytes);
            foreach (var entry in group.Entries)
            {
                // The cases of a shared file stand one after another: it is unpacked, and parsed, for the first of them.
                if (last.Entry != entry)
                    last = (entry, await upload.Read(entry, room, cancellation));
                if (last.File.IsRefused(out var unread, out var file))
                {
                    found.AddFile(entry.Name, group.Case.Label, unread);
                    continue;
                }

                files.Add(file!);
                room -= file!.Bytes.Length;
            }

            if (files.Count > 0 && await Take(import, format, into, files, group, found, cancellation) is { } prelabel)
                taken.Add(prelabel);
        }

        await report.Add(found.Lines(), cancellation);
        db.AddRange(taken);
        import.Finish(taken.Count, await report.Finish(store, cancellation), time.Now());
        audit.Note("labelling.prelabels-imported", "labelling-project", import.ProjectId, new { Import = import.Id, import.Cases, import.Taken, import.Left });
        // From here on it is done: who stops it now is too late.
        await db.SaveChangesAsync(CancellationToken.None);
        await progress.Conclude("labelling.job.imported", new Dictionary<string, double> { ["cases"] = import.Cases, ["taken"] = import.Taken, ["left"] = import.Left }, CancellationToken.None);
    }

    private async Task<PreLabel?> Take(
        LabelImport import, ILabelFormat format, FormatCase into, IReadOnlyList<LabelFile> files, FilesOfCase group, SharedReport found, CancellationToken cancellation)
    {
        var (one, name) = (group.Case, files is [var only] ? only.Name : import.FileName);
        if (one.State is not (ProjectCaseState.Planned or ProjectCaseState.Reading or ProjectCaseState.Gold))
        {
            found.AddFile(name, one.Label, new LabelFileUnreadable("case-finished", one.Label));
            return null;
        }

        if (format.Import(files, into).IsRefused(out var refusal, out var read) || LabelFit.Of(read!, into).IsRefused(out refusal, out var fitted))
        {
            found.AddFile(name, one.Label, refusal);
            return null;
        }

        var (labels, @checked) = fitted;
        found.Add(name, one.Label, labels, group.IsShared);
        if (labels.Taken.Count == 0)
            return null;
        await documents.Keep(@checked.NewMasks, cancellation);
        var stored = await documents.Put(@checked.Document, cancellation);
        var (source, origin) = import.Options.Model is { } model ? (model, PreLabel.Model) : (import.FileName, PreLabel.Import);
        return new(one.Id, source.Length <= PreLabel.SourceNameLimit ? source : source[..PreLabel.SourceNameLimit], origin, stored, time.Now()) { SchemaVersionId = into.SchemaVersion };
    }
}

/// <summary>
/// Lines of a whole import. A file that holds labels of many cases is read for each of them, and in each the objects of the others have no image:
/// that is no loss as long as one case knows the object.
/// </summary>
internal sealed class SharedReport
{
    private readonly List<ImportLine> lines = [];
    private readonly Dictionary<(string File, string Object), string?> waiting = [];
    private readonly HashSet<(string File, string Object)> known = [];

    public void AddFile(string file, string? @case, Refusal refusal) => lines.Add(refusal is LabelFileUnreadable unreadable
        ? ImportLine.OfFile(file, @case, unreadable.Reason, unreadable.Where)
        : ImportLine.OfFile(file, @case, "unfit", refusal is Schemas.DocumentDoesNotFitSchema unfit ? $"{unfit.Reason} {unfit.At} {unfit.Where}" : refusal.Code));

    public void Add(string file, string @case, ImportedLabels labels, bool isShared)
    {
        foreach (var one in labels.Taken)
        {
            known.Add((file, one.Object));
            lines.Add(ImportLine.Of(file, @case, one));
        }

        foreach (var one in labels.Untaken)
        {
            if (isShared && one.Reason is "image-unknown" or "text-unknown")
            {
                waiting.TryAdd((file, one.Object), one.Detail);
                continue;
            }

            known.Add((file, one.Object));
            lines.Add(ImportLine.Of(file, @case, one));
        }
    }

    public IEnumerable<ImportLine> Lines() => lines.Concat(waiting.Where(w => !known.Contains(w.Key))
        .Select(w => ImportLine.Of(w.Key.File, null, new Untaken(w.Key.Object, "image-unknown", w.Value ?? ""))));
}
