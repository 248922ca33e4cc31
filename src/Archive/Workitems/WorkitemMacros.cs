using Pirogov.Dicom;

namespace Pirogov.Archive.Workitems;

/// <summary>The macros of PS3.4 CC.2.5.1.2: each says which attribute of an item is missing, or that none is.</summary>
internal static class WorkitemMacros
{
    /// <summary>How referenced instances are got: at least one way, each with what it needs.</summary>
    private static readonly (DicomTag Sequence, DicomTag Needs)[] Retrievals =
    [
        (DicomTags.DICOMRetrievalSequence, DicomTags.RetrieveAETitle), (DicomTags.DICOMMediaRetrievalSequence, DicomTags.StorageMediaFileSetUid),
        (DicomTags.WADORetrievalSequence, DicomTags.RetrieveURI), (DicomTags.XDSRetrievalSequence, DicomTags.RepositoryUniqueID),
        (DicomTags.WADORSRetrievalSequence, DicomTags.RetrieveURL),
    ];

    private static readonly (DicomTag Sequence, DicomTag Needs)[] Storages =
    [
        (DicomTags.DICOMStorageSequence, DicomTags.DestinationAE), (DicomTags.STOWRSStorageSequence, DicomTags.StorageURL),
        (DicomTags.XDSStorageSequence, DicomTags.RepositoryUniqueID),
    ];

    public static bool IsAbsent(this DicomDataset dataset, DicomTag tag) =>
        dataset.Find(tag) is not { } element || (element is DicomSequence sequence ? sequence.Items.Count == 0 : dataset.GetString(tag) is null);

    /// <summary>Table CC.2.5-2a: a meaning, and a code of one of three lengths, of which two name their scheme.</summary>
    public static DicomTag? Code(DicomDataset item)
    {
        if (item.IsAbsent(DicomTags.CodeMeaning))
            return DicomTags.CodeMeaning;
        if (item.IsAbsent(DicomTags.CodeValue) && item.IsAbsent(DicomTags.LongCodeValue))
            return item.IsAbsent(DicomTags.URNCodeValue) ? DicomTags.CodeValue : null;
        return Missing(item, DicomTags.CodingSchemeDesignator);
    }

    /// <summary>Table CC.2.5-2b.</summary>
    public static DicomTag? Content(DicomDataset item) => Missing(item, DicomTags.ValueType, DicomTags.ConceptNameCodeSequence) ?? item.GetString(DicomTags.ValueType) switch
    {
        "DATETIME" => Missing(item, DicomTags.DateTime),
        "DATE" => Missing(item, DicomTags.Date),
        "TIME" => Missing(item, DicomTags.Time),
        "PNAME" => Missing(item, DicomTags.PersonName),
        "UIDREF" => Missing(item, DicomTags.Uid),
        "TEXT" => Missing(item, DicomTags.TextValue),
        "CODE" => Missing(item, DicomTags.ConceptCodeSequence),
        "NUMERIC" => Missing(item, DicomTags.NumericValue, DicomTags.MeasurementUnitsCodeSequence),
        _ => null,
    };

    /// <summary>Table CC.2.5-2c. Whether an instance has a study and a series, its class says, which may be anybody's: these two are not asked for.</summary>
    public static DicomTag? ReferencedInstances(DicomDataset item)
    {
        if (Missing(item, DicomTags.TypeOfInstances, DicomTags.ReferencedSopSequence) is { } missing)
            return missing;
        var isDocument = item.GetString(DicomTags.TypeOfInstances) == "CDA";
        foreach (var reference in item.GetItems(DicomTags.ReferencedSopSequence))
        {
            if ((Instance(reference) ?? (isDocument ? Missing(reference, DicomTags.HL7InstanceIdentifier) : null)) is { } lacking)
                return lacking;
        }

        return OneWay(item, Retrievals);
    }

    /// <summary>Table CC.2.5-2d.</summary>
    public static DicomTag? Designator(DicomDataset item)
    {
        if (item.IsAbsent(DicomTags.UniversalEntityID))
            return Missing(item, DicomTags.LocalNamespaceEntityID);
        return Missing(item, DicomTags.UniversalEntityIDType);
    }

    /// <summary>Table CC.2.5-2f.</summary>
    public static DicomTag? Instance(DicomDataset item) => Missing(item, DicomTags.ReferencedSopClassUid, DicomTags.ReferencedSopInstanceUid);

    /// <summary>Table CC.2.5-2g.</summary>
    public static DicomTag? Storage(DicomDataset item) => OneWay(item, Storages);

    private static DicomTag? OneWay(DicomDataset item, (DicomTag Sequence, DicomTag Needs)[] ways)
    {
        if (Array.TrueForAll(ways, w => item.IsAbsent(w.Sequence)))
            return ways[0].Sequence;
        foreach (var (sequence, needs) in ways)
        {
            if (item.GetItems(sequence).Any(i => i.IsAbsent(needs)))
                return needs;
        }

        return null;
    }

    private static DicomTag? Missing(DicomDataset item, params ReadOnlySpan<DicomTag> needed)
    {
        foreach (var tag in needed)
        {
            if (item.IsAbsent(tag))
                return tag;
        }

        return null;
    }
}
