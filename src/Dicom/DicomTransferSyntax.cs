namespace Pirogov.Dicom;

/// <summary>How a data set is encoded (PS3.5 clause 10 and Annex A).</summary>
public readonly record struct DicomTransferSyntax(string Uid, bool IsExplicit, bool IsBigEndian, bool IsDeflated, bool IsEncapsulated)
{
    public static DicomTransferSyntax ImplicitLittleEndian => Of(DicomUids.ImplicitVRLittleEndian);

    public static DicomTransferSyntax ExplicitLittleEndian => Of(DicomUids.ExplicitVRLittleEndian);

    /// <summary>Every syntax but the four uncompressed ones is explicit little endian with encapsulated pixels (PS3.5 A.4).</summary>
    public static DicomTransferSyntax Of(string uid) => uid switch
    {
        DicomUids.ImplicitVRLittleEndian => new(uid, false, false, false, false),
        DicomUids.ExplicitVRLittleEndian => new(uid, true, false, false, false),
        DicomUids.ExplicitVRBigEndian => new(uid, true, true, false, false),
        DicomUids.DeflatedExplicitVRLittleEndian => new(uid, true, false, true, false),
        _ => new(uid, true, false, false, true),
    };
}
