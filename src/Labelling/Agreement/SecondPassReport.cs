using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>What a model's findings did to readings of one class or one question.</summary>
/// <param name="IsQuestion">Of a question: agreement is the share of answers that are the consensus'; of a class: how far the labels are.</param>
/// <param name="Before">Mean agreement with the consensus of what was read blind.</param>
/// <param name="After">The same once the findings had been seen.</param>
/// <param name="Change">Mean of after minus before.</param>
/// <param name="Lower">Of the 95 % interval of the change: percentile bootstrap over patients; null with fewer than two.</param>
/// <param name="WrongToRight">Readings that reached the class's threshold (or the consensus' answer) only after the findings.</param>
/// <param name="RightToWrong">Readings that left it: automation bias.</param>
internal sealed record FindingsEffect(
    string Part, bool IsQuestion, int Cases, int Readings, double Before, double After, double Change, double? Lower, double? Upper, int WrongToRight, int RightToWrong);

/// <param name="Readings">With a second pass, of cases that have a consensus.</param>
/// <param name="Changed">Of these, readings of which anything was changed.</param>
internal sealed record SecondPassReport(int Readings, int Changed, IReadOnlyList<FindingsEffect> Effects)
{
    private const int Replicates = 2_000;
    private const ulong Seed = 20_260_301;
    private const int FewestPatients = 2;

    /// <param name="scores">Of each case's newest consensus.</param>
    /// <param name="patient">Of a case, by the pseudonym.</param>
    public static SecondPassReport Of(SchemaContent schema, Func<string, double> threshold, IReadOnlyCollection<SourceScore> scores, Func<ProjectCaseId, string> patient)
    {
        var pairs = scores.GroupBy(s => (s.ProjectCaseId, s.AccountId)).Where(g => g.Any(s => s.Pass == 2))
            .Select(g => (Case: g.Key.ProjectCaseId, Before: g.Single(s => s.Pass == 1).Figures, After: g.Single(s => s.Pass == 2))).ToArray();
        var effects = new List<FindingsEffect>();
        foreach (var @class in schema.Classes)
        {
            Add(@class.Id, false, [.. pairs.Where(p => p.Before.Agreement.ContainsKey(@class.Id)).Select(p =>
                (p.Case, p.Before.Agreement[@class.Id], p.After.Figures.Agreement[@class.Id]))], threshold(@class.Id));
        }

        foreach (var question in CompareAnswers.Compared(schema.Questions))
        {
            Add(question.Id, true, [.. pairs.Where(p => p.Before.Answers.ContainsKey(question.Id)).Select(p =>
                (p.Case, p.Before.Answers[question.Id] ? 1.0 : 0, p.After.Figures.Answers[question.Id] ? 1.0 : 0))], 1);
        }

        return new(pairs.Length, pairs.Count(p => p.After.Changed), effects);

        void Add(string part, bool isQuestion, (ProjectCaseId Case, double Before, double After)[] found, double right)
        {
            if (found.Length > 0)
                effects.Add(Effect(part, isQuestion, found, right, patient));
        }
    }

    private static FindingsEffect Effect(string part, bool isQuestion, (ProjectCaseId Case, double Before, double After)[] found, double right, Func<ProjectCaseId, string> patient)
    {
        var patients = found.Select(f => patient(f.Case)).ToArray();
        double Mean(ReadOnlySpan<int> items)
        {
            var sum = 0.0;
            foreach (var item in items)
                sum += found[item].After - found[item].Before;
            return items.Length == 0 ? double.NaN : sum / items.Length;
        }

        var interval = patients.Distinct().Count() < FewestPatients ? (ConfidenceInterval?)null : Bootstrap.Run(new(patients), Mean, Seed, Replicates).Percentile();
        return new(part, isQuestion, found.Select(f => f.Case).Distinct().Count(), found.Length, found.Average(f => f.Before), found.Average(f => f.After), found.Average(f => f.After - f.Before),
            interval?.Lower, interval?.Upper, found.Count(f => f.Before < right && f.After >= right), found.Count(f => f.Before >= right && f.After < right));
    }
}

/// <summary>The effect of a model's findings on those who read, for the manager of a project with a second pass.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeSecondPass(PirogovDb db)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-projects/{id}/second-pass",
            (SeeSecondPass use, ProjectId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(SeeSecondPass)).WithName("getSecondPassReport").WithSummary("What a model's findings did to the readings: agreement before and after, changes for better and worse.");

    /// <summary>Whether the project's rules have a second pass at all.</summary>
    public async Task<bool> IsPlanned(ProjectId id, CancellationToken cancellation) =>
        await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is { Passes.Show: PreLabelTime.SecondPass };

    public async Task<Outcome<SecondPassReport>> Handle(ProjectId id, CancellationToken cancellation)
    {
        if (await db.Set<LabellingProject>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) is not { } project)
            return new NotFound("labelling-project");
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        var scores = await db.Set<SourceScore>().AsNoTracking().Where(s => s.ProjectId == id).ToArrayAsync(cancellation);
        var patients = await db.Set<ProjectCase>().Where(c => c.ProjectId == id).Select(c => new { c.Id, c.PatientPseudonym }).ToDictionaryAsync(c => c.Id, c => c.PatientPseudonym, cancellation);
        return SecondPassReport.Of(schema, project.ThresholdOf, [.. scores.GroupBy(s => s.ProjectCaseId).SelectMany(c => c.Where(s => s.Number == c.Max(x => x.Number)))], c => patients[c]);
    }
}
