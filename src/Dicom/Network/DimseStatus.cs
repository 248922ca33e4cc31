namespace Pirogov.Dicom.Network;

/// <summary>Status of a response (PS3.7 Annex C, PS3.4 B.2.3, C.4.1.1.4 and C.4.2.1.5).</summary>
/// <param name="Comment">For Error Comment (0000,0902): at most 64 characters, never a patient's value.</param>
public readonly record struct DimseStatus(ushort Code, string? Comment = null)
{
    public static readonly DimseStatus Success = new(0x0000);
    public static readonly DimseStatus Cancelled = new(0xFE00);
    public static readonly DimseStatus Pending = new(0xFF00);
    public static readonly DimseStatus ProcessingFailure = new(0x0110);
    public static readonly DimseStatus InvalidSopInstance = new(0x0117);
    public static readonly DimseStatus SopClassNotSupported = new(0x0122);
    public static readonly DimseStatus NotAuthorized = new(0x0124);
    public static readonly DimseStatus UnrecognizedOperation = new(0x0211);
    public static readonly DimseStatus OutOfResources = new(0xA700);

    /// <summary>Of C-MOVE: no sub-operation was, or could be, performed.</summary>
    public static readonly DimseStatus UnableToPerform = new(0xA702);
    public static readonly DimseStatus MoveDestinationUnknown = new(0xA801);

    /// <summary>The data set is of another SOP class than the command said, or does not fit the query's model.</summary>
    public static readonly DimseStatus DataSetDoesNotMatch = new(0xA900);
    public static readonly DimseStatus CannotUnderstand = new(0xC000);

    /// <summary>Success, or done with a remark (Bxxx).</summary>
    public bool IsDone => Code == 0 || (Code & 0xF000) == 0xB000;

    public DimseStatus Because(string comment) => this with { Comment = comment };
}
