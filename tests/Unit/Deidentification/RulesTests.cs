using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Unit.ClinicalText;
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
        // From here on of many more files: declined names, notes, pixels, private blocks.
        [5] = "208bbd13e8fc4a3641a160fd1a4e69e0bf00154baa3ab4f9f10cc1f19b58090e",
    };

    [Fact]
    public void Another_outcome_of_the_same_files_has_another_number_of_rules()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var options in new[] { DeidentificationOptions.None, (DeidentificationOptions)0x3FF & ~DeidentificationOptions.RetainFullDates, DeidentificationOptions.RetainFullDates | DeidentificationOptions.CleanDescriptors })
        {
            var centre = new CentreDeidentifier(SHA256.HashData("rules"u8), options);
            foreach (var file in Files().Concat(Texts()).Concat(Pixels()))
                hash.AppendData(Said(centre.Apply(file)));
        }

        foreach (var file in Pixels().Take(1))
            hash.AppendData(DicomWriter.ToBytes(PixelMasking.Apply(file, [new(1, 0, 2, 1), new(3, 2, int.MaxValue, 1)])!));

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

    /// <summary>Every form of every name that is declined, ages in figures and words, and notes with identifiers of every kind.</summary>
    private static IEnumerable<DicomFile> Texts()
    {
        var declined = typeof(RussianCases).GetMethods().SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Cast<InlineDataAttribute>())
            .SelectMany(d => d.GetData(null!)).Select(row => row.Cast<string>().ToArray());
        foreach (var forms in declined)
            yield return Commented(forms[0].Split(' ')[0], string.Join(' ', forms));
        foreach (var note in new InventedNotes(5).Write(50))
            yield return Commented("Выдуманова^Мария^Петровна", note.Text);
        yield return Commented("Выдуманова^Мария", "94 года, 91-го и 102-х лет, девяносто двух лет, на 95-м году жизни, возраст: 99, aged 101; ул. Ленина, д. 5, кв. 7, пр-т Мира, 28; 17.03.1951 г.р.");

        static DicomFile Commented(string name, string text) => File(DicomUids.CTImageStorage, d => d.Set(DicomTags.PatientName, name).Set(DicomTags.ImageComments, DicomVr.LT, Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Pixels with what is no pixel, an object that should have none, and what a presentation state and a private block keep.</summary>
    private static IEnumerable<DicomFile> Pixels()
    {
        byte[] native = [.. Enumerable.Range(0, 16).Select(k => (byte)(k + 1)), .. "IVANOV"u8];
        yield return Image(DicomUids.ExplicitVRLittleEndian, new(DicomTags.PixelData, DicomVr.OB, native));
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xFE, 0, 8, .. "IVANOV"u8, 0xFF, 0xE1, 0, 8, .. "Exif\0\0"u8, 0xFF, 0xC0, 0, 11, 8, 0, 4, 0, 4, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0x34, 0xFF, 0xD9, .. "IVANOV"u8];
        yield return Image(DicomUids.JPEGBaseline8Bit, new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [jpeg]));
        var annotated = File(DicomUids.GrayscaleSoftcopyPresentationStateStorage, d => d.Set(DicomTags.PixelData, DicomVr.OB, native)
            .SetItems(DicomTags.GraphicAnnotationSequence, new DicomDataset().Set(DicomTags.UnformattedTextValue, DicomVr.ST, Encoding.UTF8.GetBytes("Выдумановой 94 года"))));
        foreach (var (element, value) in new (uint, ushort)[] { (0x60000010, 4), (0x60000011, 4), (0x60000100, 1), (0x60000102, 0) })
            annotated.Dataset.Set(new DicomTag(element), value);
        annotated.Dataset.Set(new DicomTag(0x60000040), "R").Set(new DicomTag(0x60003000), DicomVr.OW, new byte[] { 5, 6 });
        yield return annotated;
        yield return File(DicomUids.CTImageStorage, d => d.Set(DicomTags.MakerNote, DicomVr.OB, native).Set(DicomTags.FrameOriginTimestamp, DicomVr.OB, native).Set(DicomTags.LUTData, DicomVr.OW, native)
            .Set(new DicomTag(0x00190010), DicomVr.LO, "GEMS_ACQU_01"u8.ToArray()).Set(new DicomTag(0x00191023), DicomVr.DS, "1.5 "u8.ToArray()).Set(new DicomTag(0x001910FF), DicomVr.DS, "1.7 "u8.ToArray()));

        static DicomFile Image(string syntax, DicomElement pixels) => DicomFile.Create(
            File(DicomUids.CTImageStorage, d => d.Set(DicomTags.Rows, 4).Set(DicomTags.Columns, 4).Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2")
                .Set(DicomTags.BitsAllocated, 8).Set(DicomTags.BitsStored, 8).Set(DicomTags.HighBit, 7).Set(DicomTags.PixelRepresentation, 0).Set(pixels)).Dataset, syntax);
    }

    private static DicomFile File(string sopClass, Func<DicomDataset, DicomDataset> change) => DicomFile.Create(
        change(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, "1.2.3.9")
            .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "MRN-7731904").Set(DicomTags.PatientName, "Выдуманова^Мария^Петровна")
            .Set(DicomTags.ImagePositionPatient, 0, 0, 0)),
        DicomUids.ExplicitVRLittleEndian);
}
