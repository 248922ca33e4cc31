using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Releases;

internal enum CaseChangeKind
{
    Added,
    Removed,
    Changed,
}

/// <param name="Dice">Of the masks before and after; null where the class has none on either side.</param>
/// <param name="MillilitresBefore">Null where the images are no volume.</param>
internal sealed record ClassChange(
    string Class, int ObjectsAdded, int ObjectsRemoved, int ObjectsChanged, long PixelsBefore, long PixelsAfter, double? Dice, double? MillilitresBefore, double? MillilitresAfter);

/// <summary>An answer that became another, or whose giver was sure of it before and is no longer, or the other way round.</summary>
internal sealed record AnswerChange(string Question, string? Before, string? After, bool UncertainBefore = false, bool UncertainAfter = false);

internal sealed record RelationChange(string Type, int Added, int Removed);

/// <param name="Relations">None in lists that were made before relations were listed.</param>
internal sealed record CaseChange(
    CaseId CaseId, string Label, CaseChangeKind Kind, IReadOnlyList<ClassChange> Classes, IReadOnlyList<AnswerChange> Answers, IReadOnlyList<RelationChange>? Relations = null);

/// <param name="Cases">In which the class, the question or the type of relations changed; of the last what was added and removed stands for objects.</param>
internal sealed record ItemChanges(string Item, int Cases, int ObjectsAdded, int ObjectsRemoved, int ObjectsChanged, long PixelsBefore, long PixelsAfter);

/// <summary>What a release has that the one before it had not.</summary>
/// <param name="Since">The number of the earlier release.</param>
/// <param name="ScopeAdded">Classes and questions that the earlier one left out.</param>
internal sealed record ChangeList(
    int Since, string SinceSha256, IReadOnlyList<string> ScopeAdded, IReadOnlyList<string> ScopeRemoved, int Added, int Removed, int Changed, int Unchanged,
    IReadOnlyList<ItemChanges> Items, IReadOnlyList<CaseChange> Cases);

/// <summary>Holds a release against the one before it.</summary>
internal sealed class ReleaseChanges(PirogovDb db, Documents documents, VersionedDocuments versioned, ICases archive)
{
    private const double CubicMillimetresInMillilitre = 1_000;

    /// <summary>What an earlier version of the schema called otherwise is brought over first: a new name alone is no change.</summary>
    public async Task<ChangeList> Since(Release earlier, Release later, SchemaContent schema, CancellationToken cancellation)
    {
        var ids = earlier.Cases.Concat(later.Cases).Select(c => c.ProjectCaseId).Distinct().ToArray();
        var labels = await db.Set<ProjectCase>().Where(c => ids.Contains(c.Id)).Select(c => new { c.Id, c.Label }).ToDictionaryAsync(c => c.Id, c => c.Label, cancellation);
        var rules = (await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == later.ProjectId, cancellation)).Consensus;
        var (before, after) = (earlier.Cases.ToDictionary(c => c.CaseId), later.Cases.ToDictionary(c => c.CaseId));
        var changes = new List<CaseChange>();
        changes.AddRange(after.Values.Where(c => !before.ContainsKey(c.CaseId)).Select(c => new CaseChange(c.CaseId, labels[c.ProjectCaseId], CaseChangeKind.Added, [], [])));
        changes.AddRange(before.Values.Where(c => !after.ContainsKey(c.CaseId)).Select(c => new CaseChange(c.CaseId, labels[c.ProjectCaseId], CaseChangeKind.Removed, [], [])));
        foreach (var (id, own) in after)
        {
            if (before.TryGetValue(id, out var old) && old.DocumentSha256 != own.DocumentSha256)
                changes.Add(await Changed(own, await versioned.Load(old.DocumentMd5, earlier.SchemaVersionId, later.SchemaVersionId, cancellation), labels[own.ProjectCaseId], schema, rules, cancellation));
        }

        string[] scope = [.. later.Scope.Classes, .. later.Scope.Questions], oldScope = [.. earlier.Scope.Classes, .. earlier.Scope.Questions];
        if (earlier.SchemaVersionId != later.SchemaVersionId)
            await LeaveOutRenamed(changes, earlier, later, cancellation);
        int Of(CaseChangeKind kind) => changes.Count(c => c.Kind == kind);
        return new(earlier.Number, earlier.Sha256, [.. scope.Except(oldScope)], [.. oldScope.Except(scope)], Of(CaseChangeKind.Added), Of(CaseChangeKind.Removed),
            Of(CaseChangeKind.Changed), after.Count - Of(CaseChangeKind.Added) - Of(CaseChangeKind.Changed), Totals(changes),
            [.. changes.OrderBy(c => c.Kind).ThenBy(c => c.Label, StringComparer.Ordinal)]);
    }

    /// <summary>What the next version of the schema only calls otherwise is no change.</summary>
    private async Task LeaveOutRenamed(List<CaseChange> changes, Release earlier, Release later, CancellationToken cancellation)
    {
        var (before, after) = (earlier.Cases.ToDictionary(c => c.CaseId), later.Cases.ToDictionary(c => c.CaseId));
        foreach (var change in changes.Where(c => c is { Kind: CaseChangeKind.Changed, Classes: [], Answers: [], Relations: null or [] }).ToArray())
        {
            var brought = await versioned.Load(before[change.CaseId].DocumentMd5, earlier.SchemaVersionId, later.SchemaVersionId, cancellation);
            var own = await documents.Load(after[change.CaseId].DocumentMd5, cancellation);
            if (brought.ToCanonical().SequenceEqual(own.ToCanonical()))
                changes.Remove(change);
        }
    }

    private async Task<CaseChange> Changed(
        ReleasedCase later, LabelDocument earlier, string label, SchemaContent schema, ConsensusRules rules, CancellationToken cancellation)
    {
        var (before, after) = (await OpenedLabels.From(documents, earlier, cancellation), await OpenedLabels.From(documents, await documents.Load(later.DocumentMd5, cancellation), cancellation));
        var voxel = await Voxel(later.CaseId, [.. before.Document.Masks.Concat(after.Document.Masks).Select(m => m.SopInstanceUid).Distinct()], cancellation);
        var classes = schema.Classes.Select(c => Class(c.Id, before, after, rules, voxel)).OfType<ClassChange>().ToArray();
        var answers = schema.Questions.Select(q => Answer(q, AnswerText.Of(before.Document, q), AnswerText.Of(after.Document, q))).OfType<AnswerChange>().ToArray();
        return new(later.CaseId, label, CaseChangeKind.Changed, classes, answers, Relations(schema, before.Document, after.Document, rules));
    }

    private static ClassChange? Class(string id, OpenedLabels before, OpenedLabels after, ConsensusRules rules, Func<string, double?> voxel)
    {
        var (old, own) = (before.Of(id), after.Of(id));
        var (objects, others) = (before.Document.Objects.Where(o => o.Class == id).ToArray(), after.Document.Objects.Where(o => o.Class == id).ToArray());
        var pairs = ObjectMatching.Of(objects, others, rules);
        var changed = pairs.Count(p => Spelled(p.First.Object) != Spelled(p.Second.Object));
        long common = own.Sum(m => old.TryGetValue(m.Key, out var other) ? (long)other.IntersectionCount(m.Value) : 0);
        var (pixels, pixelsNow) = (old.Values.Sum(m => (long)m.PixelCount), own.Values.Sum(m => (long)m.PixelCount));
        if (pairs.Count == objects.Length && pairs.Count == others.Length && changed == 0 && common == pixels && common == pixelsNow)
            return null;
        return new(id, others.Length - pairs.Count, objects.Length - pairs.Count, changed, pixels, pixelsNow, pixels + pixelsNow == 0 ? null : Overlap.Dice(common, pixels, pixelsNow),
            Millilitres(old.Select(m => (m.Key.Sop, m.Value.PixelCount)), voxel), Millilitres(own.Select(m => (m.Key.Sop, m.Value.PixelCount)), voxel));
    }

    private static double? Millilitres(IEnumerable<(string Sop, int Pixels)> frames, Func<string, double?> voxel) =>
        frames.Aggregate((double?)0, (sum, f) => sum + f.Pixels * voxel(f.Sop) / CubicMillimetresInMillilitre);

    /// <returns>Instance → mm³ of its voxels; null where its series is no volume.</returns>
    private async Task<Func<string, double?>> Voxel(CaseId id, string[] instances, CancellationToken cancellation)
    {
        if (instances.Length == 0)
            return _ => null;
        var series = (await archive.Files(id, cancellation)).Where(f => instances.Contains(f.SopInstanceUid)).ToDictionary(f => f.SopInstanceUid, f => f.SeriesInstanceUid);
        var volumes = new Dictionary<string, double?>();
        foreach (var one in series.Values.Distinct())
            volumes[one] = await archive.Geometry(id, one, cancellation) is { } grid ? grid.Spacing.Column * grid.Spacing.Row * grid.Spacing.Slice : null;
        return sop => series.TryGetValue(sop, out var of) ? volumes[of] : null;
    }

    private static ItemChanges[] Totals(IReadOnlyCollection<CaseChange> changes) =>
    [
        .. changes.SelectMany(c => c.Classes).GroupBy(c => c.Class).Select(g => new ItemChanges(g.Key, g.Count(), g.Sum(c => c.ObjectsAdded), g.Sum(c => c.ObjectsRemoved),
            g.Sum(c => c.ObjectsChanged), g.Sum(c => c.PixelsBefore), g.Sum(c => c.PixelsAfter))),
        .. changes.SelectMany(c => c.Answers).GroupBy(a => a.Question).Select(g => new ItemChanges(g.Key, g.Count(), 0, 0, 0, 0, 0)),
        .. changes.SelectMany(c => c.Relations ?? []).GroupBy(r => r.Type).Select(g => new ItemChanges(g.Key, g.Count(), g.Sum(r => r.Added), g.Sum(r => r.Removed), 0, 0, 0)),
    ];

    private static string Spelled(DocumentObject one) => JsonSerializer.Serialize(one with { Id = "" }, PlatformJson.Options);

    private static RelationChange[] Relations(SchemaContent schema, LabelDocument before, LabelDocument after, ConsensusRules rules) => schema.Relations is null
        ? []
        : [.. RelationDifference.Of(schema, before, after, ObjectMatching.Of(before.Objects, after.Objects, rules))
            .Where(r => r.OnlyMine.Count + r.OnlyResult.Count > 0).Select(r => new RelationChange(r.Type, r.OnlyResult.Count, r.OnlyMine.Count))];

    private static AnswerChange? Answer(Question question, GivenAnswer before, GivenAnswer after)
    {
        var change = new AnswerChange(question.Id, Shown(before), Shown(after), before.Uncertain, after.Uncertain);
        return change.Before != change.After || change.UncertainBefore != change.UncertainAfter ? change : null;
    }

    private static string? Shown(GivenAnswer answer) => answer.CannotAssess ? "—" : answer.Value;
}
