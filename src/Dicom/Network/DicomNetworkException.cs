namespace Pirogov.Dicom.Network;

/// <summary>Why an association did not come about or did not last.</summary>
public enum DicomNetworkFault
{
    /// <summary>The other side ended the connection without a word.</summary>
    Closed,
    Aborted,
    Rejected,
    TimedOut,

    /// <summary>Bytes that are no PDU, or one that has no place here; answered with A-ABORT.</summary>
    Malformed,
    Unreachable,

    /// <summary>This side was stopped within the association.</summary>
    Stopped,
}

/// <summary>The one exception of the network layer beside cancellation.</summary>
public sealed class DicomNetworkException(DicomNetworkFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public DicomNetworkFault Fault { get; } = fault;

    /// <summary>Reason of the A-ABORT that answers it (PS3.8 9.3.8).</summary>
    internal byte AbortReason { get; init; }

    internal const byte UnrecognizedPdu = 1;
    internal const byte UnexpectedPdu = 2;
    internal const byte InvalidParameter = 6;

    internal static DicomNetworkException Malformed(string message, byte reason = InvalidParameter) =>
        new(DicomNetworkFault.Malformed, message) { AbortReason = reason };
}
