using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Dicomweb;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Dimse;

/// <summary>
/// C-FIND and the selection of C-MOVE over the de-identified index, with the matching of QIDO-RS (PS3.4 C.2.2.2). Keys of upper
/// levels may be left out: queries are relational whether or not that was negotiated. Matches come page by page, so that there may be
/// as many as there are.
/// </summary>
internal sealed class DimseSearch
{
    private const int PageSize = 500;
    private static readonly DicomTag QueryRetrieveLevel = new(0x0008, 0x0052);

    /// <summary>Say how the identifier is to be read (PS3.4 C.4.1.1.3), and not what is looked for.</summary>
    private static readonly DicomTag[] NoKeys = [QueryRetrieveLevel, DicomTags.SpecificCharacterSet, DicomTags.TimezoneOffsetFromUTC];

    private readonly PirogovDb db;
    private readonly CaseAccess access;
    private readonly HeaderSearch headers;
    private readonly DicomDataset identifier;
    private readonly QidoQuery query;
    private readonly string title;

    /// <summary>What the headers leave of the level that is asked for; null where nothing is asked of them.</summary>
    private List<CaseId>? casesFound;
    private List<long>? seriesFound;
    private List<string>? instancesFound;

    public DimseSearch(IServiceProvider services, QueryRequest request, string title)
    {
        (db, access, this.title) = (services.GetRequiredService<PirogovDb>(), services.GetRequiredService<CaseAccess>(), title);
        headers = services.GetRequiredService<HeaderSearch>();
        identifier = request.Identifier;
        var isPatientRoot = request.SopClassUid is DicomUids.PatientRootQueryRetrieveInformationModelFind or DicomUids.PatientRootQueryRetrieveInformationModelMove;
        var level = identifier.GetString(QueryRetrieveLevel)?.ToUpperInvariant();
        Level = level is "STUDY" or "SERIES" or "IMAGE" || (level == "PATIENT" && isPatientRoot) ? level : null;
        // Second and third byte of what was agreed (PS3.4 C.5.1.1): combined date-time matching, fuzzy matching of names.
        var agreed = request.Agreed.Span;
        var keys = new Dictionary<string, StringValues> { ["fuzzymatching"] = agreed.Length > 2 && agreed[2] == 1 ? "true" : "false" };
        AddKeys(keys, identifier, "");
        query = new QidoQuery(new QueryCollection(keys)) { IsSqlite = db is SqliteDb, CombinesDateTime = agreed.Length > 1 && agreed[1] == 1 };
    }

    /// <summary>Keys within a sequence are those of its one item (PS3.4 C.2.2.2.6), by their path as QIDO-RS writes it.</summary>
    private static void AddKeys(Dictionary<string, StringValues> keys, DicomDataset item, string path)
    {
        foreach (var element in item.Where(e => !NoKeys.Contains(e.Tag) && !e.Tag.IsGroupLength))
        {
            if (element is DicomSequence { Items: [var inner, ..] })
                AddKeys(keys, inner, path + element.Tag.Hex + ".");
            else if (!element.IsEmpty)
                keys[path + element.Tag.Hex] = string.Join('\\', item.GetStrings(element.Tag));
        }
    }

    /// <summary>Null when the identifier names none, or one that the model does not have.</summary>
    public string? Level { get; }

    /// <summary>C-MOVE takes what its identifier names by the level's unique key (PS3.4 C.4.2.2.1): without it all there is would match.</summary>
    public bool NamesItsLevel => identifier.GetStrings(Level switch
    {
        "PATIENT" => DicomTags.PatientID,
        "SERIES" => DicomTags.SeriesInstanceUid,
        "IMAGE" => DicomTags.SopInstanceUid,
        _ => DicomTags.StudyInstanceUid,
    }) is { Count: > 0 } keys && keys.All(k => k.Length > 0 && !k.Contains('*') && !k.Contains('?'));

    /// <summary>A key is no value of its VR: nothing is to be searched for.</summary>
    public bool IsMalformed => query.Fault is not null;

    /// <summary>Keys that have no column are looked for in the headers, before anything else is asked.</summary>
    /// <returns>Whether more is left to look at than is borne, so that nothing can be told.</returns>
    public async Task<bool> IsTooBroad(CancellationToken cancellation)
    {
        if (query.Headers.Count == 0)
            return false;
        var scope = await Visible(cancellation);
        var broad = false;
        if (Level == "IMAGE")
            broad = (await headers.Instances(query.Headers, query.Cases(scope).SelectMany(c => c.Series, (c, s) => new HeaderDocument<CaseId>(c.Id, s.MetadataMd5)), cancellation)).IsRefused(out _, out instancesFound);
        else if (Level == "SERIES")
            broad = (await headers.Firsts(query.Headers, Series(scope).OrderBy(s => s.Id).Select(s => new HeaderDocument<long>(s.Id, s.MetadataMd5)), cancellation)).IsRefused(out _, out seriesFound);
        else
            broad = (await headers.Firsts(query.Headers, Cases(scope).OrderBy(c => c.Id).SelectMany(c => c.Series, (c, s) => new HeaderDocument<CaseId>(c.Id, s.MetadataMd5)), cancellation))
                .IsRefused(out _, out casesFound);
        return broad;
    }

    public async Task<int> Count(CancellationToken cancellation)
    {
        var scope = await Scope(cancellation);
        return await (Level switch
        {
            "IMAGE" => Instances(scope).CountAsync(cancellation),
            "SERIES" => Series(scope).Select(s => s.SeriesInstanceUid).Distinct().CountAsync(cancellation),
            "PATIENT" => Cases(scope).Select(c => c.PatientPseudonym).Distinct().CountAsync(cancellation),
            _ => Cases(scope).Select(c => c.StudyInstanceUid).Distinct().CountAsync(cancellation),
        });
    }

    /// <param name="after">Key of the last match of the page before; blank for the first page.</param>
    /// <returns>Matches in the order of their keys, and the key of the last one; null when there are no more.</returns>
    public async Task<(IReadOnlyList<DicomDataset> Matches, string? Last)> Page(string after, CancellationToken cancellation)
    {
        var scope = await Scope(cancellation);
        (string Key, DicomDataset Known)[] page =
        [
            .. Level switch
            {
                "IMAGE" => await Images(scope, after, cancellation),
                "SERIES" => await SeriesOf(scope, after, cancellation),
                "PATIENT" => await Patients(scope, after, cancellation),
                _ => await Studies(scope, after, cancellation),
            },
        ];
        return ([.. page.Select(f => Asked(f.Known))], page.Length < PageSize ? null : page[^1].Key);
    }

    /// <param name="most">No more than these are told.</param>
    public async Task<IReadOnlyList<Instance>> Instances(int most, CancellationToken cancellation) => await Instances(await Scope(cancellation))
        .OrderBy(i => i.SeriesInstanceUid).ThenBy(i => i.InstanceNumber).ThenBy(i => i.Id).Take(most).ToArrayAsync(cancellation);

    /// <summary>A page is of a search of its own: what the headers leave is found for it anew.</summary>
    private async Task<IQueryable<Case>> Scope(CancellationToken cancellation)
    {
        if (casesFound is null && seriesFound is null && instancesFound is null)
            await IsTooBroad(cancellation);
        return await Visible(cancellation);
    }

    private async Task<IQueryable<Case>> Visible(CancellationToken cancellation)
    {
        var visible = await access.Browsable(cancellation);
        await KeptValues.LookUp(query, visible, cancellation);
        return visible;
    }

    private IQueryable<Case> Cases(IQueryable<Case> scope) => Left(query.CasesWith(scope, db.Set<Series>().AsNoTracking(), db.Set<Instance>().AsNoTracking()));

    private IQueryable<Case> Left(IQueryable<Case> cases) => casesFound is { } ids ? cases.Where(c => ids.Contains(c.Id)) : cases;

    private IQueryable<Series> Series(IQueryable<Case> scope)
    {
        var matching = query.Series(Left(query.Cases(scope)).SelectMany(c => c.Series));
        return seriesFound is { } ids ? matching.Where(s => ids.Contains(s.Id)) : matching;
    }

    private IQueryable<Instance> Instances(IQueryable<Case> scope)
    {
        var cases = Left(query.Cases(scope));
        var found = query.Instances(db.Set<Instance>().AsNoTracking().Where(i => cases.Any(c => c.Id == i.CaseId)));
        found = instancesFound is { } uids ? MatchKeys.AnyOf(found, uids, i => i.SopInstanceUid) : found;
        if (!query.HasSeriesKeys && seriesFound is null)
            return found;
        var series = Series(scope);
        return found.Where(i => series.Any(s => s.SeriesInstanceUid == i.SeriesInstanceUid));
    }

    private async Task<IEnumerable<(string, DicomDataset)>> Studies(IQueryable<Case> scope, string after, CancellationToken cancellation)
    {
        var matching = Cases(scope);
        var keys = Next(matching.Select(c => c.StudyInstanceUid), after);
        var found = await matching.Where(c => keys.Contains(c.StudyInstanceUid)).OrderBy(c => c.StudyInstanceUid).ThenBy(c => c.Id)
            .Include(c => c.Series).AsSplitQuery().ToArrayAsync(cancellation);
        return found.GroupBy(c => c.StudyInstanceUid).Select(g => (g.Key, DimseAnswer.Study([.. g])));
    }

    private async Task<IEnumerable<(string, DicomDataset)>> Patients(IQueryable<Case> scope, string after, CancellationToken cancellation)
    {
        var matching = Cases(scope);
        var keys = Next(matching.Select(c => c.PatientPseudonym), after);
        var found = await matching.Where(c => keys.Contains(c.PatientPseudonym)).OrderBy(c => c.PatientPseudonym).ThenBy(c => c.Id)
            .Include(c => c.Series).AsSplitQuery().ToArrayAsync(cancellation);
        return found.GroupBy(c => c.PatientPseudonym).Select(g => (g.Key, DimseAnswer.Patient([.. g])));
    }

    private async Task<IEnumerable<(string, DicomDataset)>> SeriesOf(IQueryable<Case> scope, string after, CancellationToken cancellation)
    {
        var matching = Series(scope);
        var keys = Next(matching.Select(s => s.SeriesInstanceUid), after);
        var found = await matching.Where(s => keys.Contains(s.SeriesInstanceUid)).OrderBy(s => s.SeriesInstanceUid).ThenBy(s => s.Id).ToArrayAsync(cancellation);
        return found.GroupBy(s => s.SeriesInstanceUid).Select(g => (g.Key, DimseAnswer.Of([.. g])));
    }

    private async Task<IEnumerable<(string, DicomDataset)>> Images(IQueryable<Case> scope, string after, CancellationToken cancellation) =>
        (await MatchKeys.After(Instances(scope), after, i => i.ArchivedUid).OrderBy(i => i.ArchivedUid).Take(PageSize).ToArrayAsync(cancellation))
        .Select(i => (i.SopInstanceUid, DimseAnswer.Of(i)));

    private static IQueryable<string> Next(IQueryable<string> keys, string after) =>
        MatchKeys.After(keys, after, k => k).Distinct().OrderBy(k => k).Take(PageSize);

    /// <summary>What was asked for and the unique keys; an attribute that is not kept comes back empty (PS3.4 C.4.1.1.3.2).</summary>
    private DicomDataset Asked(DicomDataset known)
    {
        var answer = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(QueryRetrieveLevel, DicomVr.CS, Level!)
            .Set(DicomTags.RetrieveAETitle, title).Set(DicomTags.InstanceAvailability, "ONLINE");
        foreach (var element in identifier.Where(e => !e.Tag.IsGroupLength && !answer.Contains(e.Tag)))
            answer.Set(known.Find(element.Tag) ?? (element is DicomSequence ? new DicomSequence(element.Tag) : new DicomElement(element.Tag, element.Vr, default)));
        foreach (var key in known.Where(e => e.Vr == DicomVr.UI && !answer.Contains(e.Tag)))
            answer.Set(key);
        return answer;
    }
}
