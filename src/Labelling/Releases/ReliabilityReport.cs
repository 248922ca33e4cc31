using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Releases;

/// <param name="Lower">Of the 95 % Wilson interval.</param>
internal sealed record ShareOfCases(int Cases, int Of, double Share, double Lower, double Upper)
{
    public static ShareOfCases Make(int cases, int of)
    {
        var interval = WilsonInterval.Of(cases, of);
        return new(cases, of, of == 0 ? 0 : (double)cases / of, interval.Lower, interval.Upper);
    }
}

/// <param name="Name">R1, R2 …: in another release the same person may be another.</param>
internal sealed record AnonymousReader(string Name, int Cases, IReadOnlyList<ItemReliability> Items);

/// <param name="Specialty">None when nothing is known of these people.</param>
internal sealed record QualificationCount(Specialty? Specialty, QualificationLevel? Level, int People);

/// <param name="Level">0 for readers and adjudicators.</param>
/// <param name="Cases">Of the release, on which they worked.</param>
/// <param name="Qualifications">As they are when the release is made.</param>
internal sealed record RoleCount(ReadingMode Role, int Level, int People, int Cases, IReadOnlyList<QualificationCount> Qualifications);

/// <param name="Rule">When a third expert decided.</param>
/// <param name="Thresholds">Class → the agreement that its readings had to reach; the others needed <paramref name="Threshold"/>.</param>
internal sealed record ConsensusMethod(
    AdjudicationRule Rule, int ReadersPerCase, int MostReaders, double Threshold, IReadOnlyDictionary<string, double> Thresholds, ConsensusRules Algorithms,
    IReadOnlyDictionary<ConsensusOrigin, int> Origins);

/// <summary>How the labels of a release came to be and how far they can be relied on; names nobody.</summary>
/// <param name="ReadersPerCase">Blind readings → cases that had so many.</param>
/// <param name="Levels">Level → cases that it looked at and let pass.</param>
/// <param name="Ratings">Of numbers and attributes.</param>
/// <param name="Spans">Of texts.</param>
internal sealed record ReliabilityReport(
    int Cases, IReadOnlyList<ClassAgreement> Classes, IReadOnlyList<QuestionAgreement> Questions, IReadOnlyList<AnonymousReader> Readers,
    IReadOnlyDictionary<int, int> ReadersPerCase, ShareOfCases Adjudicated, ShareOfCases Returned, ShareOfCases Corrected,
    IReadOnlyDictionary<int, ShareOfCases> Levels, IReadOnlyList<RoleCount> People, ConsensusMethod Method,
    IReadOnlyList<RatingAgreement>? Ratings = null, SpanAgreement? Spans = null);

internal sealed class ReliabilityReports(PirogovDb db, IServiceScopeFactory scopes)
{
    private const int Attempts = 5;

    /// <summary>A digest, or a comparison under a new version of the schema, may still be on its way when the manager releases: none is missing or old.</summary>
    /// <param name="told">How many of how many were missing, after each.</param>
    public async Task Prepare(IReadOnlyList<ReleasableCase> cases, Func<int, int, Task> told, CancellationToken cancellation)
    {
        var ids = cases.Select(c => c.Case.Id).ToArray();
        var late = (await db.Set<JobRecord>().Where(j => j.Kind == nameof(Agreement.CompareAgain) && (j.State == JobState.Queued || j.State == JobState.Running || j.State == JobState.Retrying))
            .Select(j => j.SubjectId).ToArrayAsync(cancellation)).ToHashSet();
        foreach (var one in cases.Where(c => late.Contains(c.Case.Id.ToString())))
            await Digest(one, isLate: true, cancellation);
        var known = await db.Set<CaseDigest>().AsNoTracking().Where(d => ids.Contains(d.ProjectCaseId)).ToDictionaryAsync(d => d.ProjectCaseId, d => d.ConsensusId, cancellation);
        var missing = cases.Where(c => known.GetValueOrDefault(c.Case.Id) != c.Consensus.Id).ToArray();
        for (var i = 0; i < missing.Length; i++)
        {
            await Digest(missing[i], isLate: false, cancellation);
            await told(i + 1, missing.Length);
        }
    }

    /// <summary>In a scope of its own: the case's job, or another release, may make the same at the same moment, and one of them is refused.</summary>
    private async Task Digest(ReleasableCase one, bool isLate, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            var own = scope.ServiceProvider.GetRequiredService<PirogovDb>();
            if (!isLate && await own.Set<CaseDigest>().AnyAsync(d => d.ProjectCaseId == one.Case.Id && d.ConsensusId == one.Consensus.Id, cancellation))
                return;
            try
            {
                if (isLate)
                    await scope.ServiceProvider.GetRequiredService<Agreement.CompareAgain>().Of(one.Case, null, cancellation);
                await scope.ServiceProvider.GetRequiredService<CaseDigests>().Renew(one.Case, cancellation);
                return;
            }
            catch (DbUpdateException) when (attempt < Attempts)
            {
                // Whoever was faster has made it, or is just making it.
            }
        }
    }

    public async Task<ReliabilityReport> Make(
        LabellingProject project, SchemaContent schema, ReleaseScope scope, ReleaseId release, IReadOnlyList<ReleasableCase> cases, CancellationToken cancellation)
    {
        var ids = cases.Select(c => c.Case.Id).ToArray();
        var agreement = await AgreementSums.Of(schema, db.Set<CaseItem>().Where(i => i.ProjectId == project.Id && ids.Contains(i.ProjectCaseId)), cancellation);
        var found = await db.Set<CaseDigest>().AsNoTracking().Where(d => d.ProjectId == project.Id && ids.Contains(d.ProjectCaseId)).ToArrayAsync(cancellation);
        // Whoever is gone and handed their part over did what they did: their verdicts count, and so do they.
        var people = await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == project.Id && ids.Contains(r.ProjectCaseId) && r.State == ReadingState.Locked && r.FinishedAt != null)
            .Select(r => new { r.Mode, r.Slot, r.AccountId, r.ProjectCaseId }).ToArrayAsync(cancellation);
        var accounts = people.Select(p => p.AccountId).Distinct().ToArray();
        var profiles = await db.Set<ExpertProfile>().AsNoTracking().Where(p => accounts.Contains(p.AccountId)).ToDictionaryAsync(p => p.AccountId, cancellation);
        return new(cases.Count, [.. agreement.Classes.Where(c => scope.Classes.Contains(c.Id))], [.. agreement.Questions.Where(q => scope.Questions.Contains(q.Id))],
            await Readers(project, scope, release, ids, cancellation),
            new SortedDictionary<int, int>(found.GroupBy(d => d.Readers).ToDictionary(g => g.Key, g => g.Count())),
            ShareOfCases.Make(found.Count(d => d.IsAdjudicated), cases.Count), ShareOfCases.Make(found.Count(d => d.Returns > 0), cases.Count),
            ShareOfCases.Make(found.Count(d => d.Corrections > 0), cases.Count),
            project.Levels.Select((_, i) => i + 1).ToDictionary(l => l, l => ShareOfCases.Make(cases.Count(c => c.Levels.Contains(l)), cases.Count)),
            [.. people.GroupBy(p => (p.Mode, Level: p.Mode == ReadingMode.Validate ? p.Slot : 0)).OrderBy(g => g.Key)
                .Select(g => new RoleCount(g.Key.Mode, g.Key.Level, g.Select(p => p.AccountId).Distinct().Count(), g.Select(p => p.ProjectCaseId).Distinct().Count(),
                    Qualified(g.Select(p => p.AccountId).Distinct().Select(a => profiles.GetValueOrDefault(a)))))],
            new(project.Rule, project.ReadersPerCase, project.MostReaders, project.Threshold, project.Thresholds, project.Consensus,
                cases.GroupBy(c => c.Consensus.Origin).ToDictionary(g => g.Key, g => g.Count())),
            [.. agreement.Ratings.Where(r => r.Class is null ? scope.Questions.Contains(r.Id) : scope.Classes.Contains(r.Class))],
            agreement.Spans is { } spans ? spans with { Classes = [.. spans.Classes.Where(c => scope.Classes.Contains(c.Class!))] } : null);
    }

    private static QualificationCount[] Qualified(IEnumerable<ExpertProfile?> people) =>
        [.. people.GroupBy(p => (p?.Specialty, p?.Level)).OrderBy(g => g.Key.Specialty).ThenBy(g => g.Key.Level).Select(g => new QualificationCount(g.Key.Specialty, g.Key.Level, g.Count()))];

    /// <summary>In an order that a hash over the release gives, so that a number says nothing of who it is.</summary>
    private async Task<IReadOnlyList<AnonymousReader>> Readers(LabellingProject project, ReleaseScope scope, ReleaseId release, ProjectCaseId[] ids, CancellationToken cancellation)
    {
        var rows = await db.Set<ReaderItem>().AsNoTracking().Where(i => i.ProjectId == project.Id && i.Mode == ReadingMode.Read && ids.Contains(i.ProjectCaseId))
            .Select(i => new { i.AccountId, i.Kind, i.Item, i.ProjectCaseId, i.Patient, i.Quality }).ToArrayAsync(cancellation);
        return [.. rows.GroupBy(r => r.AccountId)
            .OrderBy(g => Convert.ToHexString(SHA256.HashData([.. release.Value.ToByteArray(), .. g.Key.ToByteArray()])), StringComparer.Ordinal)
            .Select((g, i) => new AnonymousReader($"R{i + 1}", g.Select(r => r.ProjectCaseId).Distinct().Count(),
                Reliability.Of(g.Where(r => (r.Kind == ItemKind.Class ? scope.Classes : scope.Questions).Contains(r.Item)).Select(r => (r.Kind, r.Item, r.ProjectCaseId, r.Patient, r.Quality)))))];
    }
}
