namespace Pirogov.Dicom;

/// <summary>Why bytes cannot be read as DICOM.</summary>
public enum DicomFault
{
    NotDicom,
    Truncated,
    LengthBeyondEnd,
    TooDeep,
    UnexpectedItem,
    InvalidDeflate,
    InflatedTooLarge,
    TooLarge,
    TooManyElements,
}

/// <summary>The only exception of <see cref="DicomReader"/>: a reason, and the byte offset at which it showed.</summary>
public sealed class DicomFormatException(DicomFault fault, long offset)
    : Exception($"{CodeOf(fault)} at byte {offset}.")
{
    public DicomFault Fault { get; } = fault;

    /// <summary>Offset in the file; inside the inflated data set for the deflated transfer syntax.</summary>
    public long Offset { get; } = offset;

    /// <summary>Stable name of the fault for reports and translations.</summary>
    public string Code => CodeOf(Fault);

    public static string CodeOf(DicomFault fault) => fault switch
    {
        DicomFault.NotDicom => "not-dicom",
        DicomFault.Truncated => "truncated",
        DicomFault.LengthBeyondEnd => "length-beyond-end",
        DicomFault.TooDeep => "too-deep",
        DicomFault.UnexpectedItem => "unexpected-item",
        DicomFault.InvalidDeflate => "invalid-deflate",
        DicomFault.InflatedTooLarge => "inflated-too-large",
        DicomFault.TooLarge => "too-large",
        DicomFault.TooManyElements => "too-many-elements",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}

/// <summary>A departure from the standard that was read all the same, and where it stood.</summary>
public sealed record DicomWarning(string Code, long Offset, DicomTag Tag)
{
    /// <summary>What was found: the VR of "wrong-vr", the encoding of "undeclared-character-set"; null for the others.</summary>
    public string? Detail { get; init; }
}
