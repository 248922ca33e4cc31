using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Intake;
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

    private readonly PirogovDb db;
    private readonly CaseAccess access;
    private readonly DicomDataset identifier;
    private readonly QidoQuery query;
    private readonly string title;

    public DimseSearch(IServiceProvider services, QueryRequest request, string title)
    {
        (db, access, this.title) = (services.GetRequiredService<PirogovDb>(), services.GetRequiredService<CaseAccess>(), title);
        identifier = request.Identifier;
        var isPatientRoot = request.SopClassUid is DicomUids.PatientRootQueryRetrieveInformationModelFind or DicomUids.PatientRootQueryRetrieveInformationModelMove;
        var level = identifier.GetString(QueryRetrieveLevel)?.ToUpperInvariant();
        Level = level is "STUDY" or "SERIES" or "IMAGE" || (level == "PATIENT" && isPatientRoot) ? level : null;
        // Second and third byte of what was agreed (PS3.4 C.5.1.1): combined date-time matching, fuzzy matching of names.
        var agreed = request.Agreed.Span;
        query = new QidoQuery(new QueryCollection(identifier.Where(e => !e.IsEmpty && e.Tag != QueryRetrieveLevel && e.Tag != DicomTags.SpecificCharacterSet)
            .ToDictionary(e => e.Tag.Hex, e => new StringValues(string.Join('\\', identifier.GetStrings(e.Tag))))))
        {
            IsSqlite = db is SqliteDb,
            CombinesDateTime = agreed.Length > 1 && agreed[1] == 1,
            IsFuzzy = agreed.Length > 2 && agreed[2] == 1,
        };
    }

    /// <summary>Null when the identifier names none, or one that the model does not have.</summary>
    public string? Level { get; }

    /// <summary>A key is no value of its VR: nothing is to be searched for.</summary>
    public bool IsMalformed => query.Fault is not null;

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

    /// <returns>The data set in a transfer syntax, or null when it cannot be had so, or is too large.</returns>
    public static async Task<ReadOnlyMemory<byte>?> Load(IServiceProvider services, Instance instance, string transferSyntaxUid, CancellationToken cancellation)
    {
        // A message is made whole before it is sent.
        if (instance.Size > Admission.LargestFile)
            return null;
        await using var opened = await services.GetRequiredService<StoredInstances>().Open(instance, cancellation);
        var file = opened.File;
        var wanted = DicomTransferSyntax.Of(transferSyntaxUid);
        if (file.TransferSyntax.Uid == transferSyntaxUid || (!file.TransferSyntax.IsEncapsulated && !wanted.IsEncapsulated))
            return DicomWriter.DatasetToBytes(file.Dataset, wanted);
        var target = wanted.IsEncapsulated ? transferSyntaxUid : DicomUids.ExplicitVRLittleEndian;
        return InstanceRendering.Transcode(file, target) is { } transcoded ? DicomWriter.DatasetToBytes(transcoded.Dataset, wanted) : null;
    }

    private async Task<IQueryable<Case>> Scope(CancellationToken cancellation)
    {
        var visible = await access.Browsable(cancellation);
        await KeptValues.LookUp(query, visible, cancellation);
        return visible;
    }

    private IQueryable<Case> Cases(IQueryable<Case> scope) => query.CasesWith(scope, db.Set<Series>().AsNoTracking(), db.Set<Instance>().AsNoTracking());

    private IQueryable<Series> Series(IQueryable<Case> scope) => query.Series(query.Cases(scope).SelectMany(c => c.Series));

    private IQueryable<Instance> Instances(IQueryable<Case> scope)
    {
        var cases = query.Cases(scope);
        var found = query.Instances(db.Set<Instance>().AsNoTracking().Where(i => cases.Any(c => c.Id == i.CaseId)));
        if (!query.HasSeriesKeys)
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
