using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// De-identification under one centre's key, for the intake and for the gateway inside the hospital: the same file, options and
/// key give identical bytes at either.
/// </summary>
public sealed class CentreDeidentifier
{
    private readonly DeidentificationProfile _profile;
    private readonly Deidentifier _deidentifier;
    private readonly Pseudonyms _pseudonyms;

    /// <param name="key">The centre's secret, at least 32 bytes; who has it can link pseudonyms to patients.</param>
    /// <exception cref="ArgumentException">Full and modified dates at once, or a short key.</exception>
    public CentreDeidentifier(ReadOnlySpan<byte> key, DeidentificationOptions options = DeidentificationOptions.None)
    {
        _profile = DeidentificationProfile.With(options);
        _pseudonyms = new Pseudonyms(key);
        _deidentifier = new Deidentifier(_profile, _pseudonyms);
    }

    public string ProfileName => _profile.Name;

    public string ProfileVersion => _profile.Version;

    public DeidentificationOptions Options => _profile.Options;

    /// <summary>SHA-256 of the profile's data, rules and options: a report that names it can be checked against it.</summary>
    public string ProfileSha256 => _profile.Sha256;

    /// <summary>What an object's UID becomes wherever it is named.</summary>
    public string Uid(string uid) => Options.HasFlag(DeidentificationOptions.RetainUids) ? uid : _pseudonyms.Uid(uid);

    public DeidentificationOutcome Apply(DicomFile file) => _deidentifier.Apply(file);

    /// <summary>
    /// From one file into another; the output is written, over what is there, only when the outcome is <see cref="Deidentified"/>. The
    /// elements of the outcome are gone when the same thread does the next file: take from it what is needed.
    /// </summary>
    /// <exception cref="DicomFormatException">The input cannot be read as DICOM.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public DeidentificationOutcome ApplyToFile(string input, string output)
    {
        var outcome = Apply(FileDeidentification.Read(input));
        if (outcome is Deidentified done)
        {
            FileDeidentification.Write(output, done.File);
        }

        return outcome;
    }
}
