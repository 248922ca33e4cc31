using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Exchange;

/// <param name="IsShared">A file that may hold labels of other cases too.</param>
internal sealed record FilesOfCase(ProjectCase Case, IReadOnlyList<UploadedEntry> Entries, bool IsShared);

/// <summary>
/// Which files of an upload belong to which cases of a project: by the case's label in a folder or at the beginning of the name, by the name of a
/// case's text, or by the instances that the file names. The only case of a project needs no name; tables of labels go with every case.
/// </summary>
internal sealed partial class FilesOfCases(PirogovDb db, ICases cases)
{
    private const int MostUids = 200_000;

    public async Task<IReadOnlyList<FilesOfCase>> Group(ProjectId project, LabelUpload upload, ImportReport report, CancellationToken cancellation)
    {
        // A case that is also one of known labels is meant as the one that is labelled; those of the other see the same.
        ProjectCase[] all = [.. (await db.Set<ProjectCase>().AsNoTracking().Where(c => c.ProjectId == project).ToArrayAsync(cancellation)).OrderBy(c => c.IsGold).DistinctBy(c => c.CaseId)];
        var (byLabel, byCase, byText) = (all.ToDictionary(c => c.Label, StringComparer.OrdinalIgnoreCase), all.ToDictionary(c => c.CaseId), await ByText(all, cancellation));
        var (claimed, shared) = (new Dictionary<ProjectCase, List<UploadedEntry>>(), new List<FilesOfCase>());
        UploadedEntry[] tables = [.. upload.Entries.Where(e => IsTable(e.Name) && Named(e.Name, byLabel) is null)];
        foreach (var entry in upload.Entries)
        {
            var owner = Named(entry.Name, byLabel) ?? byText.GetValueOrDefault(Path.GetFileNameWithoutExtension(entry.Name)) ?? (all is [var only] ? only : null);
            if (owner is not null)
                Claim(owner, entry);
            else if (await Meant(entry, upload, byCase, cancellation) is { Count: > 0 } meant)
                shared.AddRange(meant.Select(c => new FilesOfCase(c, [entry], meant.Count > 1)));
            else if (!tables.Contains(entry) || upload.Entries.Count == tables.Length)
                await report.Add([ImportLine.OfFile(entry.Name, null, "case-unknown", entry.Name)], cancellation);
        }

        return [.. claimed.Select(c => new FilesOfCase(c.Key, [.. c.Value, .. tables.Except(c.Value)], false)), .. shared];

        void Claim(ProjectCase owner, UploadedEntry entry)
        {
            if (!claimed.TryGetValue(owner, out var there))
                claimed[owner] = there = [];
            there.Add(entry);
        }
    }

    private async Task<IReadOnlyDictionary<string, ProjectCase>> ByText(ProjectCase[] all, CancellationToken cancellation)
    {
        var found = new Dictionary<string, ProjectCase>();
        if (all.Length == 0 || await cases.Find(all[0].CaseId, cancellation) is not { DataKind: DataKind.ClinicalText })
            return found;
        foreach (var one in all)
        {
            foreach (var text in await cases.Texts(one.CaseId, cancellation))
                found.TryAdd(Path.GetFileNameWithoutExtension(text.Name), one);
        }

        return found;
    }

    /// <summary>A folder of the label's name, or a name that begins with it.</summary>
    private static ProjectCase? Named(string path, Dictionary<string, ProjectCase> byLabel)
    {
        foreach (var part in path.Split('/', '\\'))
        {
            for (var end = part.Length; end > 0; end = part.LastIndexOfAny(['.', '_', ' ', '#', '-'], end - 1))
            {
                if (byLabel.TryGetValue(part[..end], out var found))
                    return found;
            }
        }

        return null;
    }

    private static bool IsTable(string name) => name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) || Path.GetFileName(name).Equals("dataset.json", StringComparison.OrdinalIgnoreCase);

    private async Task<IReadOnlyList<ProjectCase>> Meant(UploadedEntry entry, LabelUpload upload, Dictionary<CaseId, ProjectCase> byCase, CancellationToken cancellation)
    {
        if ((await upload.Read(entry, FormatLimits.MostBytes, cancellation)).IsRefused(out _, out var file))
            return [];
        // UIDs are ASCII in every format, DICOM included.
        var uids = Uid().Matches(Encoding.Latin1.GetString(file!.Bytes.Span)).Select(m => m.Value).Where(u => u.Length <= 64).Distinct().Take(MostUids).ToArray();
        return [.. (await cases.CasesOf(uids, cancellation)).Values.Distinct().Where(byCase.ContainsKey).Select(c => byCase[c]).OrderBy(c => c.Label, StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"(?<![0-9.])[0-2](\.[0-9]{1,39}){3,}(?![0-9])")]
    private static partial Regex Uid();
}
