using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Effort;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Assignment;

/// <param name="Lower">With <paramref name="Upper"/> the 95 % bootstrap interval; none for fewer than two values.</param>
internal sealed record MeanWithInterval(double Value, double? Lower, double? Upper, int From)
{
    private const ulong Seed = 20_260_101;

    /// <returns>The mean, or none of nothing.</returns>
    public static MeanWithInterval? Mean(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return null;
        if (values.Count == 1)
            return new(values[0], null, null, 1);
        var drawn = Bootstrap.Run(new ClusterSampler([.. values.Index().Select(v => v.Index.ToString(System.Globalization.CultureInfo.InvariantCulture))]), items =>
        {
            var sum = 0.0;
            foreach (var item in items)
                sum += values[item];
            return sum / items.Length;
        }, Seed);
        var interval = drawn.Percentile();
        return new(drawn.Estimate, interval.Lower, interval.Upper, values.Count);
    }
}

/// <param name="Quality">Over the newest control cases, from 0 to 1.</param>
/// <param name="MinutesPerReading">Active minutes of a finished reading.</param>
/// <param name="Lacks">What the project asks and the person has not: a word of the qualification; else none.</param>
internal sealed record AssignedPerson(
    Guid AccountId, string Name, ReadingMode Mode, int Level, MemberStanding Standing, int Open, int Finished, int Skipped, int Expired, int Late,
    MeanWithInterval? Quality, int ControlCases, double? TrainingScore, double ActiveMinutes, MeanWithInterval? MinutesPerReading, string? Lacks);

internal enum NoticeKind
{
    QualityBelowThreshold,
    TrainingFailed,
    ReadingsLate,
    CasesSkipped,
    PlacesNobodyMayTake,
    ControlCasesMissing,
    TrainingCasesMissing,

    /// <summary>Readers see pre-labels, and these have none: they are not drawn in the place of a case that has.</summary>
    ControlCasesWithoutPreLabels,

    /// <summary>Their comparison was stopped, or failed for good.</summary>
    ComparisonsStopped,

    /// <summary>Cases that wait for an adjudicator or a validator whom nobody of the project can be.</summary>
    DecisionsNobodyMayTake,

    /// <summary>The account is disabled, or no expert's any more: nothing new is given, and what is open waits to be given to another.</summary>
    CannotWork,
}

/// <param name="AccountId">Whom it is about; none when the project.</param>
internal sealed record AssignmentNotice(NoticeKind Kind, Guid? AccountId, string? Name, int Count, double? Figure);

/// <param name="FreePlaces">Nobody holds them yet.</param>
/// <param name="Reserved">Held and not handed in.</param>
internal sealed record AssignmentView(
    ProjectId Id, string Name, ProjectState State, Distribution Distribution, AssignmentTerms Terms, DateTimeOffset? DueAt, int FreePlaces, int Reserved,
    Page<AssignedPerson> People, IReadOnlyList<AssignmentNotice> Notices)
{
    /// <summary>Everybody, whatever page is shown.</summary>
    internal IReadOnlySet<Guid> Members { get; init; } = new HashSet<Guid>();

    internal int Levels { get; init; }
}

/// <summary>The manager's view of who is given what, who does how, and what asks for a decision.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeAssignment(
    PirogovDb db, ReaderRules rules, ActiveExperts active, ShownPreLabels preLabels, StoppedComparisons stopped, UntakenPlaces untaken, WaitingDecisions decisions, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/assignment",
            (SeeAssignment use, ProjectId id, int? page, int? size, CancellationToken cancellation) =>
                use.One(id, page ?? 1, size ?? Page.DefaultSize, cancellation).ToHttp())
        .Needs(typeof(SeeAssignment)).WithName("getAssignment").WithSummary("A page of a project's people with their load, quality and time, and what asks for a decision.");

    private sealed record Row(
        ReadingId Id, Guid AccountId, ReadingMode Mode, ReadingState State, ReadingPurpose Purpose, DateTimeOffset? DueAt, DateTimeOffset? FinishedAt, ReasonLeft? Left, bool Aside)
    {
        public bool IsDone => State is ReadingState.Submitted or ReadingState.Locked;

        public bool IsOpen => Left is null && !IsDone && !Aside;
    }

    /// <param name="page">Of its people; what asks for a decision is told of everybody.</param>
    public async Task<Outcome<AssignmentView>> One(ProjectId id, int page, int size, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var readings = await db.Set<Reading>().IgnoreQueryFilters().Where(r => r.ProjectId == id)
            .Select(r => new Row(r.Id, r.AccountId, r.Mode, r.State, r.Purpose, r.DueAt, r.FinishedAt, r.ReasonLeft,
                db.Set<ProjectCase>().Any(c => c.Id == r.ProjectCaseId && c.AsideAt != null))).ToArrayAsync(cancellation);
        var people = await People(project, readings, cancellation);
        var free = await db.Set<ProjectCase>().Where(c => c.ProjectId == id && c.State == ProjectCaseState.Reading && c.AsideAt == null)
            .Select(c => new { c.Id, c.ReadersWanted, Held = db.Set<Reading>().Count(r => r.ProjectCaseId == c.Id && r.Mode == ReadingMode.Read) }).ToArrayAsync(cancellation);
        var places = free.Sum(c => Math.Max(0, c.ReadersWanted - c.Held));
        return new AssignmentView(id, project.Name, project.State, project.Distribution, project.Terms, project.DueAt, places, readings.Count(r => r.IsOpen),
            Page.Of(people, page, size), await Notices(project, people, readings, cancellation))
        {
            Members = people.Select(p => p.AccountId).ToHashSet(),
            Levels = people.Select(p => p.Level).Append(1).Max(),
        };
    }

    private async Task<IReadOnlyList<AssignedPerson>> People(LabellingProject project, Row[] readings, CancellationToken cancellation)
    {
        var ids = project.Members.Select(m => m.AccountId).ToArray();
        var names = await db.Set<Account>().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
        var scores = (await db.Set<GoldScore>().AsNoTracking().Where(s => s.ProjectId == project.Id).OrderByDescending(s => s.At).ToArrayAsync(cancellation)).ToLookup(s => s.AccountId);
        var spent = await ActiveTime.PerReading(db.Set<ActivityInterval>().Where(i => i.ProjectId == project.Id), cancellation);
        var lacking = (await rules.Of(project, [.. project.Members.Where(m => m.Mode == ReadingMode.Read).Select(m => m.AccountId)], cancellation)).Lacking;
        var (now, theirs) = (time.Now(), readings.ToLookup(r => r.AccountId));
        return [.. project.Members.Select(m =>
        {
            var mine = theirs[m.AccountId].ToArray();
            var control = scores[m.AccountId].Where(s => s.Purpose == ReadingPurpose.Control && s.At >= m.Since).Take(project.Terms.Golden.Window).ToArray();
            var training = scores[m.AccountId].Where(s => s.Purpose == ReadingPurpose.Training).ToArray();
            double[] minutes = [.. mine.Where(r => r.FinishedAt is not null && spent.ContainsKey(r.Id)).Select(r => spent[r.Id].TotalMinutes)];
            return new AssignedPerson(m.AccountId, names.GetValueOrDefault(m.AccountId, ""), m.Mode, m.Level, m.Standing, mine.Count(r => r.IsOpen),
                mine.Count(r => r.Left is null && r.IsDone), mine.Count(r => r.Left == ReasonLeft.Skipped), mine.Count(r => r.Left == ReasonLeft.Expired),
                mine.Count(r => IsLate(r, project, now)), MeanWithInterval.Mean([.. control.Select(s => s.Score)]), control.Length,
                training.Length == 0 ? null : training.Average(s => s.Score), mine.Where(r => spent.ContainsKey(r.Id)).Sum(r => spent[r.Id].TotalMinutes),
                MeanWithInterval.Mean(minutes), lacking.GetValueOrDefault(m.AccountId)?.Reason);
        }).OrderBy(m => m.Mode).ThenBy(m => m.Level).ThenBy(m => m.Name, StringComparer.CurrentCulture).ThenBy(m => m.AccountId)];
    }

    private static bool IsLate(Row reading, LabellingProject project, DateTimeOffset now) => reading.IsOpen && (reading.DueAt ?? project.DueAt) < now;

    private async Task<IReadOnlyList<AssignmentNotice>> Notices(LabellingProject project, IReadOnlyList<AssignedPerson> people, Row[] readings, CancellationToken cancellation)
    {
        var notices = new List<AssignmentNotice>();
        notices.AddRange(people.Where(p => p.Standing == MemberStanding.Paused).Select(p => new AssignmentNotice(NoticeKind.QualityBelowThreshold, p.AccountId, p.Name, p.ControlCases, p.Quality?.Value)));
        notices.AddRange(people.Where(p => p.Standing == MemberStanding.NotAdmitted).Select(p => new AssignmentNotice(NoticeKind.TrainingFailed, p.AccountId, p.Name, 1, p.TrainingScore)));
        var members = people.Where(p => p.Standing != MemberStanding.Removed).ToArray();
        var working = (await active.Of([.. members.Select(p => p.AccountId)], cancellation)).ToHashSet();
        notices.AddRange(members.Where(p => !working.Contains(p.AccountId)).Select(p => new AssignmentNotice(NoticeKind.CannotWork, p.AccountId, p.Name, p.Open, null)));
        void Say(NoticeKind kind, int count)
        {
            if (count > 0)
                notices.Add(new(kind, null, null, count, null));
        }

        Say(NoticeKind.ReadingsLate, people.Sum(p => p.Late));
        Say(NoticeKind.CasesSkipped, readings.Count(r => r.Left == ReasonLeft.Skipped));
        Say(NoticeKind.PlacesNobodyMayTake, await untaken.Of(project, cancellation));
        Say(NoticeKind.DecisionsNobodyMayTake, (await decisions.Of(project, cancellation)).Count);
        var gold = await db.Set<GoldCase>().Where(g => g.ProjectId == project.Id && g.RetiredAt == null).GroupBy(g => g.IsTraining).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        Say(NoticeKind.TrainingCasesMissing, project.Terms.Trained.Cases - gold.GetValueOrDefault(true));
        if (project.Terms.Golden.Share > 0)
        {
            Say(NoticeKind.ControlCasesMissing, project.Terms.Golden.Fewest - gold.GetValueOrDefault(false));
            if (project.Passes.Show != PreLabelTime.Never)
                Say(NoticeKind.ControlCasesWithoutPreLabels, await WithoutPreLabels(project.Id, cancellation));
        }

        Say(NoticeKind.ComparisonsStopped, (await stopped.Of(project.Id, cancellation)).Count);
        return notices;
    }

    /// <returns>Control cases, where any ordinary case has pre-labels.</returns>
    private async Task<int> WithoutPreLabels(ProjectId id, CancellationToken cancellation)
    {
        if (!await db.Set<PreLabel>().AnyAsync(p => db.Set<ProjectCase>().Any(c => c.Id == p.ProjectCaseId && c.ProjectId == id && !c.IsGold), cancellation))
            return 0;
        var control = await db.Set<GoldCase>().Where(g => g.ProjectId == id && g.RetiredAt == null && !g.IsTraining).Select(g => g.ProjectCaseId).ToArrayAsync(cancellation);
        return control.Length - (await preLabels.Have(control, cancellation)).Count;
    }
}
