using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>
/// What one number of rules makes of the same files. Who changes an outcome raises <see cref="DeidentificationProfile.Rules"/> and writes the
/// new digest down: reports name the rules, and one name must not stand for two outcomes.
/// </summary>
public class RulesTests
{
    private static readonly Dictionary<int, string> Outcomes = new()
    {
        [2] = "9219e61cbf2c1dc0d8db6a4c2a59c9aa3f1ccc964aa7e258341b26048c3ac2e9",
        [3] = "9b46858a75e57db695ce98d92d98e763f5fde6a7937925ec5e5966aeea919c61",
        [4] = "e85dad3deeb315d5b9bca57d04c0ac06a08c2d51fbbee52b206ce61f57ea8245",
    };

    [Fact]
    public void Another_outcome_of_the_same_files_has_another_number_of_rules()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var options in new[] { DeidentificationOptions.None, (DeidentificationOptions)0x3FF & ~DeidentificationOptions.RetainFullDates, DeidentificationOptions.RetainFullDates | DeidentificationOptions.CleanDescriptors })
        {
            var centre = new CentreDeidentifier(SHA256.HashData("rules"u8), options);
            foreach (var file in Files())
                hash.AppendData(Said(centre.Apply(file)));
        }

        var digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        Assert.True(Outcomes.GetValueOrDefault(DeidentificationProfile.Rules) == digest, $"files come out otherwise than under rules {DeidentificationProfile.Rules}: raise Rules and note {digest}");
    }

    [Fact]
    public void Files_and_reports_name_the_rules()
    {
        var done = Assert.IsType<Deidentified>(new CentreDeidentifier(SHA256.HashData("rules"u8)).Apply(new MarkerCorpus().File));
        Assert.Contains($"Rules {DeidentificationProfile.Rules}", done.File.Dataset.GetStrings(DicomTags.DeidentificationMethod));
    }

    private static byte[] Said(DeidentificationOutcome outcome)
    {
        var (code, done) = outcome switch
        {
            DeidentificationRefused refused => (refused.Code, null),
            DeidentificationNeedsReview waiting => ($"{waiting.Code} {string.Join(' ', waiting.Suggested)}", waiting.Result),
            _ => ("", (Deidentified)outcome),
        };
        // It names the hash of the profile and the rules themselves.
        done?.File.Dataset.Remove(DicomTags.DeidentificationMethod);
        return [.. Encoding.UTF8.GetBytes(code), .. done is null ? [] : DicomWriter.ToBytes(done.File)];
    }

    private static IEnumerable<DicomFile> Files()
    {
        yield return new MarkerCorpus().File;
        foreach (var description in new[] { "Выдумановой М.П., тел. +7 916 123-45-67, 94 года", "Patient Protocol", "Протокол", "КТ 7731904, ул. Ленина, д. 5, СНИЛС 112-233-445 95", "12.03.2024 на MRN-7731904" })
            yield return File(DicomUids.CTImageStorage, d => d.Set(DicomTags.SeriesDescription, description));
        foreach (var sopClass in new[] { DicomUids.UltrasoundImageStorage, DicomUids.EncapsulatedPDFStorage, DicomUids.GrayscaleSoftcopyPresentationStateStorage, DicomUids.RawDataStorage, DicomUids.VLWholeSlideMicroscopyImageStorage })
            yield return File(sopClass, d => d.Set(DicomTags.Manufacturer, "GE Healthcare").Set(DicomTags.ManufacturerModelName, "LOGIQ9").Set(DicomTags.Modality, "US").Set(DicomTags.Rows, 480).Set(DicomTags.Columns, 640));
        yield return File(DicomUids.UltrasoundMultiFrameImageStorage, d => d.Set(DicomTags.Modality, "US").Set(DicomTags.Rows, 480).Set(DicomTags.Columns, 640)
            .SetItems(DicomTags.SequenceOfUltrasoundRegions, new DicomDataset().Set(DicomTags.RegionLocationMinX0, 20).Set(DicomTags.RegionLocationMinY0, 40).Set(DicomTags.RegionLocationMaxX1, 600).Set(DicomTags.RegionLocationMaxY1, 470)));
        yield return File(DicomUids.ComprehensiveSRStorage, d => d.SetItems(DicomTags.ContentSequence, new[] { "121031", "121033", "121008", "121071", "125011" }.Select(code =>
            new DicomDataset().Set(DicomTags.ValueType, "TEXT").Set(DicomTags.TextValue, DicomVr.UT, Encoding.UTF8.GetBytes("97, Выдуманова")).Set(DicomTags.Date, "19510317")
                .SetItems(DicomTags.ConceptNameCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, code)))));
    }

    private static DicomFile File(string sopClass, Func<DicomDataset, DicomDataset> change) => DicomFile.Create(
        change(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, "1.2.3.9")
            .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "MRN-7731904").Set(DicomTags.PatientName, "Выдуманова^Мария^Петровна")
            .Set(DicomTags.ImagePositionPatient, 0, 0, 0)),
        DicomUids.ExplicitVRLittleEndian);
}
