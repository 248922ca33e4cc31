namespace Pirogov.Dicom;

/// <summary>How a data set is encoded (PS3.5 clause 10 and Annex A).</summary>
public readonly record struct DicomTransferSyntax(string Uid, bool IsExplicit, bool IsBigEndian, bool IsDeflated, bool IsEncapsulated)
{
    public static DicomTransferSyntax ImplicitLittleEndian => Of(DicomUids.ImplicitVRLittleEndian);

    public static DicomTransferSyntax ExplicitLittleEndian => Of(DicomUids.ExplicitVRLittleEndian);

    /// <summary>
    /// Every syntax but those without compressed pixels is explicit little endian with encapsulated ones (PS3.5 A.4). JPIP
    /// refers to pixels that are elsewhere (PS3.5 A.6, A.7); its deflated forms deflate the data set.
    /// </summary>
    public static DicomTransferSyntax Of(string uid) => uid switch
    {
        DicomUids.ImplicitVRLittleEndian or DicomUids.Papyrus3ImplicitVRLittleEndian => new(uid, false, false, false, false),
        DicomUids.ExplicitVRLittleEndian or DicomUids.JPIPReferenced or DicomUids.JPIPHTJ2KReferenced => new(uid, true, false, false, false),
        DicomUids.ExplicitVRBigEndian => new(uid, true, true, false, false),
        DicomUids.DeflatedExplicitVRLittleEndian or DicomUids.JPIPReferencedDeflate or DicomUids.JPIPHTJ2KReferencedDeflate =>
            new(uid, true, false, true, false),
        _ => new(uid, true, false, false, true),
    };
}
