using System.Collections.Concurrent;
using System.Collections.Frozen;
using Pirogov.ClinicalText;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>
/// Who an instance is about, as its header says: names and numbers that must not be repeated in a text that stays. One patient's
/// thousand slices say the same, so what was made of them is kept for the next file, in memory only.
/// </summary>
internal sealed class HeaderIdentity
{
    private const int MostKept = 64;

    private const int DeepestItem = 2;

    /// <summary>Texts of one patient whose cleaning is remembered.</summary>
    private const int MostTexts = 2000;

    private static readonly FrozenSet<DicomTag> Numbers = FrozenSet.ToFrozenSet<DicomTag>(
    [
        DicomTags.PatientID, DicomTags.OtherPatientIDs, DicomTags.AccessionNumber, DicomTags.StudyID, DicomTags.PatientBirthDate,
        DicomTags.PatientTelephoneNumbers, DicomTags.PatientAddress, DicomTags.MedicalRecordLocator, DicomTags.AdmissionID,
        DicomTags.RequestedProcedureID, DicomTags.ScheduledProcedureStepID, DicomTags.PerformedProcedureStepID,
        DicomTags.PlacerOrderNumberImagingServiceRequest, DicomTags.FillerOrderNumberImagingServiceRequest, DicomTags.ContainerIdentifier, DicomTags.SpecimenIdentifier,
    ]);

    private static readonly FrozenSet<DicomTag> Devices = FrozenSet.ToFrozenSet<DicomTag>([DicomTags.StationName, DicomTags.DeviceSerialNumber]);

    private readonly ConcurrentDictionary<string, string?> _cleaned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _repeated = new(StringComparer.Ordinal);
    private readonly KnownIdentifiers _known;
    private readonly bool _keepDates;

    private HeaderIdentity(IEnumerable<string> names, IEnumerable<string> numbers, bool keepDates)
    {
        _known = new KnownIdentifiers(names, numbers);
        _keepDates = keepDates;
    }

    /// <param name="kept">Identities made before, by what they were made of.</param>
    public static HeaderIdentity Of(DicomDataset dataset, DeidentificationOptions options, ConcurrentDictionary<string, HeaderIdentity> kept)
    {
        var (names, numbers) = (new List<string>(), new List<string>());
        Collect(dataset, names, numbers, options, depth: 0);
        var key = string.Join('\n', names) + '\0' + string.Join('\n', numbers) + '\0' + (int)options;
        if (kept.TryGetValue(key, out var known))
        {
            return known;
        }

        if (kept.Count >= MostKept)
        {
            kept.Clear();
        }

        return kept.GetOrAdd(key, _ => new HeaderIdentity(names, numbers, options.HasFlag(DeidentificationOptions.RetainFullDates)));
    }

    /// <returns>The text without identifiers: the same string when there was none in it.</returns>
    public string Clean(string text)
    {
        if (_cleaned.TryGetValue(text, out var before))
        {
            return before ?? text;
        }

        var cleaned = TextCleaning.Clean(text, _known, _keepDates);
        if (_cleaned.Count < MostTexts)
        {
            _cleaned.TryAdd(text, cleaned.Found.Count == 0 ? null : cleaned.Text);
        }

        return cleaned.Found.Count == 0 ? text : cleaned.Text;
    }

    /// <summary>Whether the text holds one of the header's names or numbers.</summary>
    public bool IsRepeatedIn(string text)
    {
        if (_repeated.TryGetValue(text, out var before))
        {
            return before;
        }

        var repeated = _known.Find(text).Count > 0;
        if (_repeated.Count < MostTexts)
        {
            _repeated.TryAdd(text, repeated);
        }

        return repeated;
    }

    /// <summary>
    /// Everybody named (patient, doctors, operators), and numbers wherever they stand: other IDs and requests are items of sequences. The
    /// groups of frames are passed over: they name nobody and are many.
    /// </summary>
    private static void Collect(DicomDataset dataset, List<string> names, List<string> numbers, DeidentificationOptions options, int depth)
    {
        foreach (var element in dataset)
        {
            if (element is DicomSequence sequence)
            {
                if (depth < DeepestItem && element.Tag.Group != 0x5200)
                {
                    foreach (var item in sequence.Items)
                    {
                        Collect(item, names, numbers, options, depth + 1);
                    }
                }
            }
            else if (IsName(element) && !element.IsEmpty)
            {
                names.AddRange(Texts(dataset, element, DicomVr.PN));
            }
            else if (IsNumber(element.Tag, options))
            {
                var values = Texts(dataset, element, DicomVr.LO).SelectMany(v => v.Split('\\')).Where(v => v.Length > 0);
                numbers.AddRange(element.Tag == DicomTags.PatientBirthDate ? values.SelectMany(BirthDates.SpellingsOf) : values);
            }
        }
    }

    /// <summary>By what the sender says it is, and by what it is.</summary>
    private static bool IsName(DicomElement element) => element.Vr == DicomVr.PN
        || ((element.Vr.IsText() || element.Vr == DicomVr.UN) && DicomDictionary.VrsOf(element.Tag).Vr == DicomVr.PN);

    /// <summary>Of another VR than a text's it is read as what it should be.</summary>
    private static string[] Texts(DicomDataset dataset, DicomElement element, DicomVr vr)
    {
        if (element.Vr.UsesCharacterSet() || (element.Vr.IsText() && vr != DicomVr.PN))
        {
            return TextReadings.Of(dataset, element);
        }

        var typed = new DicomElement(element.Tag, vr, element.Bytes);
        return TextReadings.Of(dataset.Alone(typed), typed);
    }

    private static bool IsNumber(DicomTag tag, DeidentificationOptions options) => Numbers.Contains(tag)
        || (!options.HasFlag(DeidentificationOptions.RetainDeviceIdentity) && Devices.Contains(tag))
        || (!options.HasFlag(DeidentificationOptions.RetainInstitutionIdentity) && tag == DicomTags.InstitutionName);
}
