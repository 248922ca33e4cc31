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
/// levels may be left out: queries are relational whether or not that was negotiated.
/// </summary>
internal sealed class DimseSearch
{
    private const int Most = 10_000;
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
        // Second and third byte of what was agreed (PS3.4 Table C.5-2).
        query = new QidoQuery(new QueryCollection(identifier.Where(e => !e.IsEmpty && e.Tag != QueryRetrieveLevel && e.Tag != DicomTags.SpecificCharacterSet)
            .ToDictionary(e => e.Tag.Hex, e => new StringValues(string.Join('\\', identifier.GetStrings(e.Tag))))));
    }

    /// <summary>Null when the identifier names none, or one that the model does not have.</summary>
    public string? Level { get; }

    /// <summary>A key is no value of its VR: nothing is to be searched for.</summary>
    public bool IsMalformed => query.Fault is not null;

    public async Task<IReadOnlyList<DicomDataset>> Find(CancellationToken cancellation)
    {
        var found = Level switch
        {
            "IMAGE" => (await Instances(cancellation)).Select(DimseAnswer.Of),
            "SERIES" => (await SeriesFound(cancellation)).GroupBy(s => s.SeriesInstanceUid).Select(g => DimseAnswer.Of([.. g])),
            "PATIENT" => (await CasesFound(cancellation)).GroupBy(c => c.PatientPseudonym).Select(g => DimseAnswer.Patient([.. g])),
            _ => (await CasesFound(cancellation)).GroupBy(c => c.StudyInstanceUid).Select(g => DimseAnswer.Study([.. g])),
        };
        return [.. found.Select(Asked)];
    }

    public async Task<IReadOnlyList<Instance>> Instances(CancellationToken cancellation)
    {
        var cases = query.Cases(await access.Browsable(cancellation));
        return await query.Instances(db.Set<Instance>().AsNoTracking().Where(i => cases.Any(c => c.Id == i.CaseId)))
            .OrderBy(i => i.SeriesInstanceUid).ThenBy(i => i.InstanceNumber).ThenBy(i => i.Id).Take(Most).ToArrayAsync(cancellation);
    }

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

    private async Task<IReadOnlyList<Series>> SeriesFound(CancellationToken cancellation) =>
        await query.Series(query.Cases(await access.Browsable(cancellation)).SelectMany(c => c.Series)).OrderBy(s => s.Id).Take(Most).ToArrayAsync(cancellation);

    private async Task<IReadOnlyList<Case>> CasesFound(CancellationToken cancellation)
    {
        var matching = query.CasesWith(await access.Browsable(cancellation), db.Set<Series>().AsNoTracking(), db.Set<Instance>().AsNoTracking());
        return await matching.Include(c => c.Series).OrderBy(c => c.Id).Take(Most).AsSplitQuery().ToArrayAsync(cancellation);
    }

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
