using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Versions;

public sealed record ReleaseIsEmpty() : Refusal("datasets.release-is-empty", 409);

/// <summary>One case of a release, ready to be split.</summary>
internal sealed record PlannedCase(CaseSummary Case, string Patient, Split Split, IReadOnlyList<string> Classes, IReadOnlyDictionary<string, string?> Answers);

/// <summary>The release's cases with the split that a choice gives them.</summary>
/// <param name="Kept">Patients who keep the part of an earlier version.</param>
internal sealed record SplitPlan(ReleaseSummary Release, IReadOnlyList<PlannedCase> Cases, int Kept);

/// <summary>Plans a split; the preview and the freezing make the same plan.</summary>
internal sealed class SplitPlanner(PirogovDb db, IReleases releases, ICases cases)
{
    public async Task<Outcome<SplitPlan>> Plan(ReleaseId releaseId, SplitChoice choice, DatasetId? dataset, CancellationToken cancellation)
    {
        if (await releases.Find(releaseId, cancellation) is not { } release)
            return new NotFound("release");
        if (release.Cases.Count == 0)
            return new ReleaseIsEmpty();
        var found = await cases.Find(release.Cases, cancellation);
        if (found.Count < release.Cases.Count)
            return new NotFound("case");
        var labels = new Dictionary<CaseId, ReleasedLabels>();
        foreach (var one in found)
        {
            if (await releases.Labels(releaseId, one.Id, cancellation) is { } labelled)
                labels[one.Id] = labelled;
        }

        var before = await StandingBefore(dataset, cancellation);
        var ordered = found.OrderBy(c => c.Id.Value).ToArray();
        var patients = ordered.GroupBy(PatientOf).Select(p => new SplitPatient(
            p.Key, StratumOf(release, p.Select(c => labels.GetValueOrDefault(c.Id)).OfType<ReleasedLabels>()),
            before.GetValueOrDefault(p.First().PatientPseudonym))).ToArray();
        if (PatientSplit.Assign(patients, choice) is var outcome && outcome.IsRefused(out var refusal))
            return refusal;
        return new SplitPlan(release, [.. ordered.Select(c => new PlannedCase(c, PatientOf(c), outcome.Value[PatientOf(c)],
            labels.TryGetValue(c.Id, out var l) ? [.. l.Masks.Select(m => m.Class).Distinct()] : [],
            l?.Answers ?? new Dictionary<string, string?>()))], patients.Count(p => p.Kept is not null));
    }

    /// <summary>Pseudonyms are keyed per centre, so the centre belongs to the key.</summary>
    private static string PatientOf(CaseSummary c) => $"{c.CentreId.Value:N}/{c.PatientPseudonym}";

    /// <summary>Which classes a patient has and what was answered to the questions with options.</summary>
    private static string StratumOf(ReleaseSummary release, IEnumerable<ReleasedLabels> labels)
    {
        var all = labels.ToArray();
        var classes = release.Classes.Where(c => all.Any(l => l.Masks.Any(m => m.Class == c.Id))).Select(c => c.Id);
        var answers = release.Questions.Where(q => q.Options.Count > 0)
            .Select(q => string.Join(",", all.Select(l => l.Answers.GetValueOrDefault(q.Id) ?? "").Distinct().Order(StringComparer.Ordinal)));
        return string.Join("+", classes) + "|" + string.Join("|", answers);
    }

    /// <summary>Versions that are still being frozen count as well: they will be published as they were planned.</summary>
    private async Task<Dictionary<string, PatientStanding>> StandingBefore(DatasetId? dataset, CancellationToken cancellation)
    {
        var rows = await (from c in db.Set<DatasetCase>().AsNoTracking()
                          join v in db.Set<DatasetVersion>() on c.VersionId equals v.Id
                          select new { c.PatientPseudonym, c.Split, v.DatasetId }).Distinct().ToArrayAsync(cancellation);
        return rows.GroupBy(r => r.PatientPseudonym).ToDictionary(p => p.Key, p => PatientStanding.Of(
            p.Where(r => r.DatasetId == dataset).Select(r => r.Split), p.Where(r => r.DatasetId != dataset).Select(r => r.Split)));
    }
}
