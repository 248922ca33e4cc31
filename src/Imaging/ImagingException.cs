namespace Pirogov.Imaging;

/// <summary>Why bytes could not be read as an image, a mask or a volume.</summary>
public enum ImagingFault
{
    /// <summary>The bytes contradict their own format.</summary>
    Malformed,

    /// <summary>The bytes end before the format says they do.</summary>
    Truncated,

    /// <summary>The format is valid, but this platform does not read that variant of it.</summary>
    Unsupported,

    /// <summary>The declared size is over the limit of the reader.</summary>
    TooLarge,

    /// <summary>The bytes are valid, but do not describe the image they are said to describe.</summary>
    Mismatch,

    /// <summary>A system library that the codec needs is not installed.</summary>
    CodecMissing,

    /// <summary>The process of a codec crashed or hung over the bytes and was ended; nothing else was touched.</summary>
    CodecFailed,
}

/// <summary>The only exception this library throws for bad input; <see cref="Fault"/> is stable, the message is for a developer.</summary>
public sealed class ImagingException : Exception
{
    public ImagingException(ImagingFault fault, string message) : base(message) => Fault = fault;

    public ImagingException(ImagingFault fault, string message, Exception inner) : base(message, inner) => Fault = fault;

    public ImagingFault Fault { get; }
}
