using Pirogov.Archive.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Archive.Contracts;

/// <summary>
/// De-identification under one centre's key, for the intake and for the gateway inside the hospital: the same file and
/// key give identical bytes at either.
/// </summary>
public sealed class CentreDeidentifier
{
    private readonly Pseudonyms _pseudonyms;

    /// <param name="key">The centre's secret, at least 32 bytes; who has it can link pseudonyms to patients.</param>
    public CentreDeidentifier(ReadOnlySpan<byte> key)
    {
        _pseudonyms = new Pseudonyms(key);
    }

    public static string ProfileName => DeidentificationProfile.Basic.Name;

    public static string ProfileVersion => DeidentificationProfile.Basic.Version;

    /// <summary>SHA-256 of the profile's data: a report that names it can be checked against it.</summary>
    public static string ProfileSha256 => DeidentificationProfile.Basic.Sha256;

    public DeidentificationOutcome Apply(DicomFile file) => Deidentifier.Apply(file, DeidentificationProfile.Basic, _pseudonyms);
}
