using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;

namespace Pirogov.Labelling.Dashboards;

/// <summary>Sums a case up for the figures of its project; asked for whenever something is decided about it.</summary>
internal sealed class DigestCase(CaseDigests digests, PirogovDb db) : DurableJob<DigestCase.Payload>
{
    internal sealed record Payload(ProjectCaseId Id);

    public override async Task Run(Payload payload, JobProgress progress, CancellationToken cancellation)
    {
        await digests.Renew(await db.Set<ProjectCase>().AsNoTracking().SingleAsync(c => c.Id == payload.Id, cancellation), cancellation);
    }
}

internal sealed class CaseDigests(PirogovDb db, Documents documents, VersionedDocuments versioned, ComparisonStore comparisons, ICases cases, JobQueue jobs, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public void Ask(ProjectCase one) => jobs.Enqueue<DigestCase, DigestCase.Payload>(new(one.Id), "labelling-case", one.Id);

    /// <summary>Saves, all or nothing: what is forgotten comes back when what replaces it cannot be kept. Before the first comparison there is nothing to sum up.</summary>
    /// <exception cref="DbUpdateException">Somebody made the same digest at the same moment.</exception>
    public async Task Renew(ProjectCase one, CancellationToken cancellation)
    {
        if (await db.Set<Comparison>().AsNoTracking().SingleOrDefaultAsync(c => c.ProjectCaseId == one.Id && c.IsCurrent, cancellation) is not { } comparison)
            return;
        var project = await db.Set<LabellingProject>().AsNoTracking().SingleAsync(p => p.Id == one.ProjectId, cancellation);
        var schema = (await db.Set<SchemaVersion>().AsNoTracking().SingleAsync(v => v.Id == project.SchemaVersionId, cancellation)).Content;
        var (sources, readings) = await Sources(comparison, project.SchemaVersionId, cancellation);
        var consensus = await db.Set<Consensus>().AsNoTracking().Where(c => c.ProjectCaseId == one.Id).OrderByDescending(c => c.Number).FirstOrDefaultAsync(cancellation);
        var result = consensus is null ? null : await OpenedLabels.From(documents,
            await versioned.Load(consensus.DocumentMd5, consensus.SchemaVersionId, project.SchemaVersionId, cancellation), cancellation);
        // Which objects are the same thing is known: the file is only opened where something of them is compared.
        var groups = schema.Classes.Any(c => ItemMeasures.Rated(c).Any()) ? (await comparisons.Detail(comparison, cancellation)).Groups : [];
        var sum = new CaseSum(one, project, schema, comparison, [.. readings.Select(r => r.AccountId)], sources, groups, result, await Spans(one, schema, sources, cancellation));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await Forget(one.Id, cancellation);
        db.AddRange(sum.Items);
        db.AddRange(sum.Confusion);
        db.AddRange(readings.SelectMany((r, i) => sum.Reader(r, i)));
        await Digest(one, comparison, consensus, sum, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <returns>γ included: a job has the time that a page has not.</returns>
    private async Task<(CaseSpans Spans, SpanMeasures Whole)?> Spans(ProjectCase one, SchemaContent schema, IReadOnlyList<OpenedLabels> sources, CancellationToken cancellation)
    {
        if (!schema.Classes.Any(CaseSpans.IsOfText))
            return null;
        var texts = await cases.Texts(one.CaseId, cancellation);
        if (CaseSpans.Of(schema, one.Id, one.PatientPseudonym, [.. texts.Select(t => (t.Name, CodePoints.Count(t.Text)))], [.. sources.Select(s => s.Document)]) is not { } spans)
            return null;
        return (spans, spans.Whole(await db.Set<ProjectCase>().CountAsync(c => c.ProjectId == one.ProjectId, cancellation)));
    }

    private async Task Digest(ProjectCase one, Comparison comparison, Consensus? consensus, CaseSum sum, CancellationToken cancellation)
    {
        if (await db.Set<CaseDigest>().SingleOrDefaultAsync(d => d.ProjectCaseId == one.Id, cancellation) is not { } digest)
            db.Add(digest = new() { ProjectCaseId = one.Id, ProjectId = one.ProjectId });
        // The same readings, compared again under another version of the schema, are no further round.
        var rounds = await db.Set<Comparison>().Where(c => c.ProjectCaseId == one.Id).Select(c => c.Sources).Distinct().CountAsync(cancellation);
        digest.Compared(Weeks.Day(comparison.At), comparison.SourceIds.Count, rounds, sum.Uncertain, sum.Lowest);
        var verdicts = await db.Set<Verdict>().Where(v => v.ProjectCaseId == one.Id).GroupBy(v => v.Kind).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        var adjudicated = await db.Set<Reading>().AnyAsync(r => r.ProjectCaseId == one.Id && r.Mode == ReadingMode.Adjudicate, cancellation);
        digest.Decided(consensus?.Id, adjudicated, verdicts.GetValueOrDefault(VerdictKind.Returned), verdicts.GetValueOrDefault(VerdictKind.Corrected),
            one.State is ProjectCaseState.Validated or ProjectCaseState.Released ? Weeks.Day(time.Now()) : null);
    }

    private async Task<(IReadOnlyList<OpenedLabels> Sources, IReadOnlyList<Reading> Readings)> Sources(
        Comparison comparison, SchemaVersionId version, CancellationToken cancellation)
    {
        var ids = comparison.SourceIds.ToArray();
        var found = await (from v in db.Set<ReadingRevision>().AsNoTracking()
                           join r in db.Set<Reading>() on v.ReadingId equals r.Id
                           where ids.Contains(v.Id)
                           select new { v.Id, v.DocumentMd5, v.SchemaVersionId, Reading = r }).ToDictionaryAsync(v => v.Id, cancellation);
        var sources = new List<OpenedLabels>(ids.Length);
        foreach (var id in ids)
            sources.Add(await OpenedLabels.OwnOf(documents, await versioned.Load(found[id].DocumentMd5, found[id].SchemaVersionId, version, cancellation), cancellation));
        return (sources, [.. ids.Select(id => found[id].Reading)]);
    }

    private async Task Forget(ProjectCaseId id, CancellationToken cancellation)
    {
        db.RemoveRange(await db.Set<CaseItem>().Where(i => i.ProjectCaseId == id).ToArrayAsync(cancellation));
        db.RemoveRange(await db.Set<ReaderItem>().Where(i => i.ProjectCaseId == id).ToArrayAsync(cancellation));
        db.RemoveRange(await db.Set<ClassConfusion>().Where(i => i.ProjectCaseId == id).ToArrayAsync(cancellation));
        // The same keys are written anew: what is forgotten has to be gone first.
        await db.SaveChangesAsync(cancellation);
    }
}

/// <summary>What a case's documents come to.</summary>
/// <param name="readers">Of the sources.</param>
/// <param name="groups">Objects of the sources that are the same thing.</param>
/// <param name="spans">Of texts: those of the sources, and what they come to in the whole case.</param>
internal sealed class CaseSum(
    ProjectCase one, LabellingProject project, SchemaContent schema, Comparison comparison, IReadOnlyList<Guid> readers, IReadOnlyList<OpenedLabels> sources,
    IReadOnlyList<ObjectGroup> groups, OpenedLabels? result, (CaseSpans Spans, SpanMeasures Whole)? spans)
{
    private readonly ConsensusRules rules = project.Consensus;
    private readonly LabelDocument[] documents = [.. sources.Select(s => s.Document)];
    private readonly int week = Weeks.Of(Weeks.Day(comparison.At));
    private readonly Figures figures = comparison.Figures;
    private readonly IReadOnlyDictionary<string, double> agreement = comparison.Figures.Agreement;

    /// <summary>What each reading departs from.</summary>
    private readonly DocumentDifference[] differences = result is null ? [] : Departures(project, schema, sources, result);

    public int Uncertain => sources.Sum(s => s.Document.Answers.Values.Concat(s.Document.Objects.SelectMany(o => o.Attributes?.Values ?? []))
        .Count(a => a.Uncertain || a.CannotAssess));

    public double? Lowest => Items.Min(i => i.Agreement);

    public IReadOnlyList<CaseItem> Items => field ??=
    [
        .. schema.Classes.Where(c => c.Geometries.Count > 0).Select(Class), .. schema.Questions.Where(q => q.Type != Question.FreeText).Select(Asked),
        .. Whole(),
    ];

    public IReadOnlyList<ClassConfusion> Confusion =>
    [
        .. from a in sources.Index()
           from b in sources.Skip(a.Index + 1)
           from pair in Objects(a.Item, b).Concat(Pixels(a.Item, b))
           // Either of two may be the one that the other is held against.
           from found in new[] { pair, pair with { First = pair.Second, Second = pair.First } }
           group found.Count by (found.Unit, found.First, found.Second) into same
           select new ClassConfusion
           {
               ProjectCaseId = one.Id, ProjectId = one.ProjectId, Unit = same.Key.Unit, First = same.Key.First, Second = same.Key.Second, Count = same.Sum(),
           },
    ];

    public IEnumerable<ReaderItem> Reader(Reading reading, int place) => differences.Length == 0 ? [] : ReaderItem.Of(one, schema, reading, differences[place], week);

    private static DocumentDifference[] Departures(LabellingProject project, SchemaContent schema, IEnumerable<OpenedLabels> sources, OpenedLabels result) =>
        [.. sources.Select(s => DocumentDifference.Of(project, schema, s, result))];

    private IEnumerable<CaseItem> Whole() => spans is not { } found ? [] :
    [
        new()
        {
            ProjectCaseId = one.Id, ProjectId = one.ProjectId, Kind = ItemKind.Class, Item = CaseItem.WholeCase, Week = week, MeasuredJson = CaseItem.Written(new(readers, Spans: found.Whole)),
        },
    ];

    private CaseItem Class(LabelClass @class) => new()
    {
        ProjectCaseId = one.Id,
        ProjectId = one.ProjectId,
        Kind = ItemKind.Class,
        Item = @class.Id,
        Week = week,
        Agreement = agreement.TryGetValue(@class.Id, out var agreed) ? agreed : null,
        IsPresent = differences is [var any, ..] ? any.Classes.Single(c => c.Class == @class.Id).IsPresent : null,
        MeasuredJson = CaseItem.Written(ItemMeasures.OfClass(@class, readers, documents, groups, figures, spans?.Spans)),
    };

    private CaseItem Asked(Question question)
    {
        var pairs = figures.Pairs.Select(p => p.Answers.GetValueOrDefault(question.Id)).OfType<ComparedAnswer>().ToArray();
        var categories = question.Type is Question.Choice or Question.YesNo;
        var pattern = categories ? string.Join(CaseItem.Between, sources.Select(s => Category(s.Document, question))) : null;
        return new()
        {
            ProjectCaseId = one.Id,
            ProjectId = one.ProjectId,
            Kind = ItemKind.Question,
            Item = question.Id,
            Week = week,
            Agreement = pairs.Length == 0 ? null : pairs.Average(p => p.First.Says(p.Second, rules.NumberTolerance) ? 1.0 : 0),
            Pattern = pattern?.Length > CaseItem.PatternLimit ? null : pattern,
            Answer = categories && result is not null ? CaseItem.Short(Category(result.Document, question)) : null,
            MeasuredJson = CaseItem.Written(ItemMeasures.OfQuestion(question, readers, documents)),
        };
    }

    private static string Category(LabelDocument document, Question question) => ProjectAgreement.Category(AnswerText.Of(document, question));

    private readonly record struct Confused(ConfusionUnit Unit, string First, string Second, double Count);

    private IEnumerable<Confused> Objects(OpenedLabels a, OpenedLabels b)
    {
        var same = ObjectMatching.Of(a.Document.Objects, b.Document.Objects, rules);
        var alone = new Alone(a.Document.Objects, b.Document.Objects, same, rules);
        return same.Concat(alone.Renamed).Select(m => new Confused(ConfusionUnit.Objects, m.First.Object.Class, m.Second.Object.Class, 1))
            .Concat(alone.OnlyFirst.Select(o => new Confused(ConfusionUnit.Objects, o.Class, ClassConfusion.Nothing, 1)))
            .Concat(alone.OnlySecond.Select(o => new Confused(ConfusionUnit.Objects, ClassConfusion.Nothing, o.Class, 1)));
    }

    private IEnumerable<Confused> Pixels(OpenedLabels a, OpenedLabels b)
    {
        var masked = schema.Classes.Where(c => c.Geometries.Contains(Geometry.Mask)).Select(c => c.Id).ToArray();
        var there = masked.ToDictionary(c => c, b.Of);
        foreach (var first in masked)
        {
            var own = a.Of(first);
            foreach (var second in masked)
            {
                long common = own.Sum(m => there[second].TryGetValue(m.Key, out var other) ? (long)m.Value.IntersectionCount(other) : 0);
                if (common > 0)
                    yield return new(ConfusionUnit.Pixels, first, second, common);
            }
        }
    }
}
