using System.Collections.Concurrent;
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

    /// <summary>Texts of one patient whose cleaning is remembered.</summary>
    private const int MostTexts = 2000;

    private static readonly DicomTag[] Numbers =
    [
        DicomTags.PatientID, DicomTags.OtherPatientIDs, DicomTags.AccessionNumber, DicomTags.StudyID, DicomTags.PatientBirthDate,
        DicomTags.PatientTelephoneNumbers, DicomTags.PatientAddress, DicomTags.MedicalRecordLocator, DicomTags.AdmissionID,
    ];

    private static readonly DicomTag[] Devices = [DicomTags.StationName, DicomTags.DeviceSerialNumber];

    private readonly ConcurrentDictionary<string, string?> _cleaned = new(StringComparer.Ordinal);
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
        var names = new List<string>();
        Names(dataset, names, depth: 0);
        DicomTag[] tags =
        [
            .. Numbers, .. options.HasFlag(DeidentificationOptions.RetainDeviceIdentity) ? [] : Devices,
            .. options.HasFlag(DeidentificationOptions.RetainInstitutionIdentity) ? Array.Empty<DicomTag>() : [DicomTags.InstitutionName],
        ];
        string[] numbers = [.. tags.Where(dataset.Contains).SelectMany(t => TextReadings.Of(dataset, dataset.Find(t)!)).SelectMany(v => v.Split('\\')).Where(v => v.Length > 0)];
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
        var key = "\u0001" + text;
        if (_cleaned.TryGetValue(key, out var before))
        {
            return before is not null;
        }

        var repeated = _known.Find(text).Count > 0;
        if (_cleaned.Count < MostTexts)
        {
            _cleaned.TryAdd(key, repeated ? text : null);
        }

        return repeated;
    }

    /// <summary>Everybody named: patient, doctors, operators. The groups of frames are passed over: they name nobody and are many.</summary>
    private static void Names(DicomDataset dataset, List<string> names, int depth)
    {
        foreach (var element in dataset)
        {
            if (element.Vr == DicomVr.PN && !element.IsEmpty)
            {
                names.AddRange(TextReadings.Of(dataset, element));
            }
            else if (element is DicomSequence sequence && depth < 2 && element.Tag.Group != 0x5200)
            {
                foreach (var item in sequence.Items)
                {
                    Names(item, names, depth + 1);
                }
            }
        }
    }
}
