using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>QIDO-RS (PS3.18 10.6): studies, series and instances, as far as the person may see their cases.</summary>
[Needs(ArchiveRights.OpenCase)]
internal sealed class SearchDicom(PirogovDb db, CaseAccess access, IncludedFields fields)
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
        var query = new QidoQuery(http.Request.Query);
        var matching = query.Cases(await Scope(query, cancellation));
        if (query.HasAny(DicomTags.SeriesInstanceUid, DicomTags.Modality, DicomTags.BodyPartExamined))
        {
            var series = query.Series(db.Set<Series>().AsNoTracking());
            matching = matching.Where(c => c.Series.Any(s => series.Any(m => m.Id == s.Id)));
        }

        var uids = await matching.Select(c => c.StudyInstanceUid).Distinct().OrderBy(u => u).Skip(query.Offset).Take(query.Limit).ToArrayAsync(cancellation);
        var found = new List<Case>();
        foreach (var some in uids.Chunk(200))
            found.AddRange(await matching.Include(c => c.Series).Where(c => some.Contains(c.StudyInstanceUid)).ToArrayAsync(cancellation));
        var root = Root(http);
        return await Answer(http, query, [.. found.GroupBy(c => c.StudyInstanceUid).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new SearchRow(QidoAnswer.Study([.. g.OrderBy(c => c.Id.Value)], root), g.First().Series.MinBy(s => s.Id)!.MetadataMd5))], cancellation);
    }

    public async Task<IResult> Series(HttpContext http, string? study, CancellationToken cancellation)
    {
        var query = new QidoQuery(http.Request.Query);
        query.Add(DicomTags.StudyInstanceUid, study);
        var cases = query.Cases(await Scope(query, cancellation));
        var matching = query.Series(cases.SelectMany(c => c.Series));
        var uids = await matching.Select(s => s.SeriesInstanceUid).Distinct().OrderBy(u => u).Skip(query.Offset).Take(query.Limit).ToArrayAsync(cancellation);
        var found = new List<Series>();
        foreach (var some in uids.Chunk(200))
            found.AddRange(await matching.Where(s => some.Contains(s.SeriesInstanceUid)).ToArrayAsync(cancellation));
        var root = Root(http);
        return await Answer(http, query, [.. found.GroupBy(s => s.SeriesInstanceUid).OrderBy(g => g.First().SeriesNumber ?? int.MaxValue).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new SearchRow(QidoAnswer.Series([.. g.OrderBy(s => s.Id)], root), g.First().MetadataMd5))], cancellation);
    }

    public async Task<IResult> Instances(HttpContext http, string? study, string? series, CancellationToken cancellation)
    {
        var query = new QidoQuery(http.Request.Query);
        query.Add(DicomTags.StudyInstanceUid, study);
        query.Add(DicomTags.SeriesInstanceUid, series);
        var cases = query.Cases(await Scope(query, cancellation));
        var matching = query.Instances(db.Set<Instance>().AsNoTracking().Where(i => cases.Any(c => c.Id == i.CaseId)));
        if (query.HasAny(DicomTags.Modality, DicomTags.BodyPartExamined))
        {
            var wanted = query.Series(cases.SelectMany(c => c.Series)).Select(s => s.SeriesInstanceUid);
            matching = matching.Where(i => wanted.Contains(i.SeriesInstanceUid));
        }

        var found = await matching.OrderBy(i => i.SeriesInstanceUid).ThenBy(i => i.InstanceNumber).ThenBy(i => i.Id)
            .Skip(query.Offset).Take(query.Limit).ToArrayAsync(cancellation);
        var root = Root(http);
        var homes = found.Select(i => i.CaseId!.Value).Distinct().ToArray();
        var headers = (await db.Set<Case>().AsNoTracking().Where(c => homes.Contains(c.Id)).SelectMany(c => c.Series, (c, s) => new { c.Id, s.SeriesInstanceUid, s.MetadataMd5 })
            .ToArrayAsync(cancellation)).ToDictionary(s => (s.Id, s.SeriesInstanceUid), s => s.MetadataMd5);
        return await Answer(http, query,
            [.. found.Select(i => new SearchRow(QidoAnswer.Instance(i, root), headers[(i.CaseId!.Value, i.SeriesInstanceUid)], i.SopInstanceUid))], cancellation);
    }

    /// <summary>Named studies are judged one by one, so that a reader finds the case given to them; else what may be browsed.</summary>
    private async Task<IQueryable<Case>> Scope(QidoQuery query, CancellationToken cancellation)
    {
        if (query[DicomTags.StudyInstanceUid] is not { } named || named.Contains('*', StringComparison.Ordinal))
            return await access.Browsable(cancellation);
        var ids = new List<Contracts.CaseId>();
        foreach (var study in named.Split(',', '\\').Distinct().Take(200))
            ids.AddRange((await access.OfStudy(study, cancellation)).Select(c => c.Id));
        return db.Set<Case>().AsNoTracking().Where(c => ids.Contains(c.Id));
    }

    private async Task<IResult> Answer(HttpContext http, QidoQuery query, IReadOnlyList<SearchRow> found, CancellationToken cancellation)
    {
        var accept = new Acceptance(http.Request);
        if (!DicomModels.IsTaken(accept))
            return new NotAcceptable().ToHttp();
        if (query.Ignored.Count > 0)
            http.Response.Headers.Append("Warning", "299 pirogov \"Some attributes of the query are not known and were not matched.\"");
        if (QidoQuery.IsCutAt(found.Count))
            http.Response.Headers.Append("Warning", "299 pirogov \"There may be more results: ask for them by offset.\"");
        if (found.Count == 0)
            return Results.NoContent();
        await fields.Add(query, found, cancellation);
        return DicomModels.Many(accept, [.. found.Select(f => f.Answer)]);
    }

    private static string Root(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/dicomweb";
}
