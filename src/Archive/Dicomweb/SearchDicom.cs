using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>QIDO-RS (PS3.18 10.6): studies, series and instances, as far as the person may see their cases.</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class SearchDicom(PirogovDb db, CaseAccess access, HeaderSearch headers, IncludedFields fields, RetrieveLog log)
{
    internal static void Map(IEndpointRouteBuilder dicomweb)
    {
        dicomweb.MapGet("/studies", (SearchDicom use, HttpContext http, CancellationToken cancellation) =>
            use.Studies(http, cancellation)).Needs(typeof(SearchDicom));
        dicomweb.MapGet("/series", (SearchDicom use, HttpContext http, CancellationToken cancellation) =>
            use.Series(http, null, cancellation)).Needs(typeof(SearchDicom));
        dicomweb.MapGet("/studies/{study}/series", (SearchDicom use, HttpContext http, string study, CancellationToken cancellation) =>
            use.Series(http, study, cancellation)).Needs(typeof(SearchDicom));
        dicomweb.MapGet("/instances", (SearchDicom use, HttpContext http, CancellationToken cancellation) =>
            use.Instances(http, null, null, cancellation)).Needs(typeof(SearchDicom));
        dicomweb.MapGet("/studies/{study}/instances", (SearchDicom use, HttpContext http, string study, CancellationToken cancellation) =>
            use.Instances(http, study, null, cancellation)).Needs(typeof(SearchDicom));
        dicomweb.MapGet("/studies/{study}/series/{series}/instances",
            (SearchDicom use, HttpContext http, string study, string series, CancellationToken cancellation) =>
                use.Instances(http, study, series, cancellation)).Needs(typeof(SearchDicom));
    }

    public async Task<IResult> Studies(HttpContext http, CancellationToken cancellation)
    {
        var query = new QidoQuery(http.Request.Query) { IsSqlite = db is SqliteDb };
        if (query.Fault is { } fault)
            return fault.ToHttp();
        var scope = await Scope(query, cancellation);
        var matching = query.CasesWith(scope, db.Set<Series>().AsNoTracking(), db.Set<Instance>().AsNoTracking());
        if (query.Headers.Count > 0)
        {
            var documents = matching.OrderBy(c => c.Id).SelectMany(c => c.Series, (c, s) => new HeaderDocument<CaseId>(c.Id, s.MetadataMd5));
            if ((await headers.Firsts(query.Headers, documents, cancellation)).IsRefused(out var refusal, out var ids))
                return refusal.ToHttp();
            matching = scope.Where(c => ids!.Contains(c.Id));
        }

        // Grouped and not distinct: the database walks the index of studies in their order and stops where it has enough.
        var uids = matching.GroupBy(c => c.StudyInstanceUid).OrderBy(g => g.Key).Select(g => g.Key).Skip(query.Offset).Take(query.Limit);
        var rows = await scope.Where(c => uids.Contains(c.StudyInstanceUid)).OrderBy(c => c.StudyInstanceUid).ThenBy(c => c.Id).Select(StudyRow.Of).ToListAsync(cancellation);
        var found = new List<FoundRow>(rows.Count);
        var documentsOf = query.NeedsHeaders ? await FirstDocuments([.. rows.Select(r => r.Case)], cancellation) : null;
        foreach (var study in await Whole(rows, cancellation))
            found.Add(new(study, null, null, documentsOf?[study.Case]));
        return await Answer(http, query, QidoLevel.Study, found, cancellation);
    }

    public async Task<IResult> Series(HttpContext http, string? study, CancellationToken cancellation)
    {
        var query = new QidoQuery(http.Request.Query) { IsSqlite = db is SqliteDb };
        query.Add(DicomTags.StudyInstanceUid, study);
        if (query.Fault is { } fault)
            return fault.ToHttp();
        var cases = query.Cases(await Scope(query, cancellation));
        var matching = query.Series(cases.SelectMany(c => c.Series));
        if (query.HasInstanceKeys)
        {
            var instances = query.Instances(db.Set<Instance>().AsNoTracking());
            matching = matching.Where(s => instances.Any(i => i.SeriesInstanceUid == s.SeriesInstanceUid));
        }

        if (query.Headers.Count > 0)
        {
            if ((await headers.Firsts(query.Headers, matching.OrderBy(s => s.Id).Select(s => new HeaderDocument<long>(s.Id, s.MetadataMd5)), cancellation))
                .IsRefused(out var refusal, out var ids))
                return refusal.ToHttp();
            matching = matching.Where(s => ids!.Contains(s.Id));
        }

        var uids = matching.GroupBy(s => s.SeriesInstanceUid).OrderBy(g => g.Key).Select(g => g.Key).Skip(query.Offset).Take(query.Limit);
        var rows = await matching.Where(s => uids.Contains(s.SeriesInstanceUid)).OrderBy(s => s.Id).ToArrayAsync(cancellation);
        var studies = study is null ? await StudiesOf(cases, rows.Select(s => s.StudyInstanceUid), cancellation) : null;
        return await Answer(http, query, QidoLevel.Series, [.. rows.GroupBy(s => s.SeriesInstanceUid)
            .OrderBy(g => g.First().SeriesNumber ?? int.MaxValue).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new FoundRow(studies?[g.First().StudyInstanceUid],
                SeriesRow.Of(g.First()) with { InstanceCount = g.Sum(s => s.InstanceCount) }, null, g.First().MetadataMd5))], cancellation);
    }

    public async Task<IResult> Instances(HttpContext http, string? study, string? series, CancellationToken cancellation)
    {
        var query = new QidoQuery(http.Request.Query) { IsSqlite = db is SqliteDb };
        query.Add(DicomTags.StudyInstanceUid, study);
        query.Add(DicomTags.SeriesInstanceUid, series);
        if (query.Fault is { } fault)
            return fault.ToHttp();
        var cases = query.Cases(await Scope(query, cancellation));
        var matching = query.Instances(db.Set<Instance>().AsNoTracking());
        if (query.Headers.Count > 0)
        {
            var documents = cases.SelectMany(c => c.Series.Where(s => series == null || s.SeriesInstanceUid == series), (c, s) => new HeaderDocument<CaseId>(c.Id, s.MetadataMd5));
            if ((await headers.Instances(query.Headers, documents, cancellation)).IsRefused(out var refusal, out var sops))
                return refusal.ToHttp();
            matching = MatchKeys.AnyOf(matching, sops!, i => i.SopInstanceUid);
        }

        var withSeries = query.Series(db.Set<Series>().AsNoTracking());
        var joined = matching.Join(cases, i => i.CaseId, c => c.Id, (instance, home) => new { instance, home })
            .Join(withSeries, p => new { p.home.Id, p.instance.SeriesInstanceUid }, s => new { Id = EF.Property<CaseId>(s, "CaseId"), s.SeriesInstanceUid },
                (p, s) => new { p.instance, Series = s });
        var rows = await joined.OrderBy(r => r.instance.SeriesInstanceUid).ThenBy(r => r.instance.InstanceNumber).ThenBy(r => r.instance.Id)
            .Skip(query.Offset).Take(query.Limit).ToArrayAsync(cancellation);
        // Levels above the resource's are told where its address does not name them (PS3.18 Table 10.6.1-4).
        var studies = study is null ? await StudiesOf(cases, rows.Select(r => r.instance.StudyInstanceUid), cancellation) : null;
        return await Answer(http, query, QidoLevel.Instance, [.. rows.Select(r => new FoundRow(studies?[r.instance.StudyInstanceUid],
            series is null ? SeriesRow.Of(r.Series) : null, r.instance, r.Series.MetadataMd5))], cancellation);
    }

    /// <summary>What may be seen of what is asked for, with the keys looked up that the database does not match.</summary>
    private async Task<IQueryable<Case>> Scope(QidoQuery query, CancellationToken cancellation)
    {
        var visible = await Visible(query, cancellation);
        await KeptValues.LookUp(query, visible, cancellation);
        return visible;
    }

    /// <summary>Named studies are judged one by one, so that a reader finds the case given to them; else what may be browsed.</summary>
    private async Task<IQueryable<Case>> Visible(QidoQuery query, CancellationToken cancellation)
    {
        if (query[DicomTags.StudyInstanceUid] is not { } named || named.Contains('*', StringComparison.Ordinal) || access.BrowsesEverything)
            return await access.Browsable(cancellation);
        var ids = await access.OfStudies(named.Split(',', '\\'), cancellation);
        return db.Set<Case>().AsNoTracking().Where(c => ids.Contains(c.Id));
    }

    /// <summary>A study that came in several batches is one; how many series it has is then counted anew.</summary>
    private async Task<IReadOnlyList<StudyRow>> Whole(List<StudyRow> rows, CancellationToken cancellation)
    {
        var several = rows.GroupBy(r => r.StudyInstanceUid).Where(g => g.Skip(1).Any()).ToDictionary(g => g.Key, g => g.ToArray());
        if (several.Count == 0)
            return rows;
        var ids = several.Values.SelectMany(g => g).Select(r => r.Case).ToList();
        var counts = (await db.Set<Case>().AsNoTracking().Where(c => ids.Contains(c.Id)).SelectMany(c => c.Series)
                .Select(s => new { s.StudyInstanceUid, s.SeriesInstanceUid }).Distinct().ToArrayAsync(cancellation))
            .GroupBy(s => s.StudyInstanceUid).ToDictionary(g => g.Key, g => g.Count());
        return [.. rows.DistinctBy(r => r.StudyInstanceUid)
            .Select(r => several.TryGetValue(r.StudyInstanceUid, out var parts) ? StudyRow.Merge(parts, counts[r.StudyInstanceUid]) : r)];
    }

    private async Task<Dictionary<string, StudyRow>> StudiesOf(IQueryable<Case> cases, IEnumerable<string> uids, CancellationToken cancellation)
    {
        var rows = new List<StudyRow>();
        foreach (var some in uids.Distinct().Chunk(500))
            rows.AddRange(await cases.Where(c => some.Contains(c.StudyInstanceUid)).OrderBy(c => c.Id).Select(StudyRow.Of).ToArrayAsync(cancellation));
        return (await Whole(rows, cancellation)).ToDictionary(r => r.StudyInstanceUid);
    }

    private async Task<Dictionary<CaseId, string>> FirstDocuments(CaseId[] cases, CancellationToken cancellation)
    {
        var documents = new Dictionary<CaseId, string>();
        foreach (var some in cases.Chunk(500))
        {
            foreach (var (id, md5) in await db.Set<Case>().AsNoTracking().Where(c => some.Contains(c.Id))
                         .SelectMany(c => c.Series, (c, s) => new { c.Id, Series = s.Id, s.MetadataMd5 }).OrderBy(s => s.Series)
                         .Select(s => new HeaderDocument<CaseId>(s.Id, s.MetadataMd5)).ToArrayAsync(cancellation))
                documents.TryAdd(id, md5);
        }

        return documents;
    }

    private async Task<IResult> Answer(HttpContext http, QidoQuery query, QidoLevel level, List<FoundRow> found, CancellationToken cancellation)
    {
        var accept = new Acceptance(http.Request);
        if (!DicomModels.IsTaken(accept))
            return new NotAcceptable().ToHttp();
        foreach (var name in query.Ignored.Take(20))
            http.Response.Headers.Append("Warning", $"299 pirogov \"The attribute {Plain(name)} is not supported and was not matched.\"");
        if (QidoQuery.IsCutAt(found.Count))
            http.Response.Headers.Append("Warning", "299 pirogov \"There may be more results: ask for them by offset.\"");
        await log.NoteSearch(level);
        if (found.Count == 0)
            return Results.NoContent();
        var root = DicomModels.Root(http);
        if (!query.NeedsHeaders && DicomModels.TakesJson(accept))
            return new FoundJson(found, root);
        var answers = found.Select(f => FoundJson.One(f, root)).ToArray();
        return DicomModels.Many(accept, query.NeedsHeaders ? await fields.Add(query, level, found, answers, cancellation) : answers);
    }

    /// <summary>What came in a request goes into a header only in letters that are harmless there.</summary>
    public static string Plain(string name) => string.Concat(name.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '_'));
}
