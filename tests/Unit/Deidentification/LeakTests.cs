using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>
/// Objects of several kinds in several character sets in which every text of the table is a Cyrillic or Latin marker, at the
/// top and in a sequence: none may be found in what comes out, in whatever encoding.
/// </summary>
public class LeakTests
{
    private static readonly Encoding[] Encodings =
    [
        Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Page(1251), Page(28595), Page(20866), Page(866),
    ];

    public static TheoryData<string, string, DeidentificationOptions> Kinds()
    {
        var kinds = new TheoryData<string, string, DeidentificationOptions>();
        const DeidentificationOptions clean = DeidentificationOptions.CleanDescriptors | DeidentificationOptions.CleanStructuredContent | DeidentificationOptions.CleanGraphics
            | DeidentificationOptions.RetainModifiedDates | DeidentificationOptions.RetainPatientCharacteristics | DeidentificationOptions.RetainSafePrivate;
        string[] classes =
        [
            DicomUids.CTImageStorage, DicomUids.MRImageStorage, DicomUids.UltrasoundImageStorage, DicomUids.SecondaryCaptureImageStorage, DicomUids.ComprehensiveSRStorage,
        ];
        foreach (var sopClass in classes)
        {
            foreach (var characterSet in new[] { "ISO_IR 192", "ISO_IR 144", "", "ISO_IR 100", "KOI8" })
            {
                if (sopClass != DicomUids.ComprehensiveSRStorage)
                    kinds.Add(sopClass, characterSet, DeidentificationOptions.None);
                kinds.Add(sopClass, characterSet, clean);
            }
        }

        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_marker_is_left_in_any_encoding(string sopClass, string characterSet, DeidentificationOptions options)
    {
        // Undeclared and wrongly declared text is Windows-1251 or KOI8-R, as Russian archives have it.
        var encoding = characterSet switch { "ISO_IR 192" => Encoding.UTF8, "ISO_IR 144" => Page(28595), "KOI8" => Page(20866), _ => Page(1251) };
        var (markers, number) = (new List<string>(), 1000);
        var cleans = options != DeidentificationOptions.None;
        var dataset = new DicomDataset();
        if (characterSet is not ("" or "KOI8"))
            dataset.Set(DicomTags.SpecificCharacterSet, characterSet);
        Fill(dataset);
        var item = new DicomDataset();
        Fill(item);
        dataset.SetItems(DicomTags.ReferencedPatientSequence, item).SetItems(DicomTags.ContentSequence, item)
            .Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.StudyInstanceUid, "1.2.999.1").Set(DicomTags.SeriesInstanceUid, "1.2.999.2").Set(DicomTags.SopInstanceUid, "1.2.999.3")
            .Set(DicomTags.PatientName, DicomVr.PN, encoding.GetBytes("Маркеров^Утёчка^Петрович")).Set(DicomTags.PatientID, "ID-5550123");
        // Texts that stay where texts are cleaned hold nothing but the header's names and numbers, in other forms.
        foreach (var tag in new[] { DicomTags.SeriesDescription, DicomTags.StudyDescription, DicomTags.ImageComments, DicomTags.ConvolutionKernel })
            dataset.Set(tag, DicomDictionary.Find(tag)!.Vr, encoding.GetBytes("Маркерову МАРКЕРОВ ID5550123"));
        markers.AddRange(["Маркеров", "МАРКЕРОВ", "5550123"]);

        var outcome = new CentreDeidentifier(SHA256.HashData("leak"u8), options).Apply(DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))));
        var done = outcome as Deidentified ?? Assert.IsType<DeidentificationNeedsReview>(outcome).Result;
        var bytes = DicomWriter.ToBytes(done.File);
        var json = DicomJson.ToText(done.File.Dataset);
        Assert.True(markers.Count > (cleans ? 100 : 400), $"only {markers.Count} markers");
        foreach (var marker in markers)
        {
            Assert.DoesNotContain(marker, json, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(marker), json, StringComparison.OrdinalIgnoreCase);
            Assert.All(Encodings, e => Assert.True(bytes.AsSpan().IndexOf(e.GetBytes(marker)) < 0, $"{marker} in {e.WebName}"));
        }

        void Fill(DicomDataset target)
        {
            foreach (var row in DeidentificationProfile.Basic.Rows.Where(r => r.Tag != "private" && !r.Tag.Contains('x') && !(cleans && r.Options is { Count: > 0 })))
            {
                var tag = new DicomTag(uint.Parse(row.Tag, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                var vr = DicomDictionary.Find(tag)?.Vr ?? DicomVr.None;
                if (tag.Group <= 0x0002 || !vr.UsesCharacterSet())
                    continue;
                var marker = number % 2 == 0 ? $"МРК{number}Щ" : $"MRK{number}Z";
                number++;
                markers.Add(marker);
                target.Set(tag, vr, encoding.GetBytes(marker));
            }
        }
    }

    [Theory]
    [InlineData(DeidentificationOptions.None)]
    [InlineData(DeidentificationOptions.CleanDescriptors | DeidentificationOptions.CleanStructuredContent | DeidentificationOptions.CleanGraphics | DeidentificationOptions.RetainFullDates)]
    public void No_attribute_of_the_dictionary_lets_the_patient_through_under_any_text_vr(DeidentificationOptions options)
    {
        DicomVr[] texts = [DicomVr.AE, DicomVr.CS, DicomVr.LO, DicomVr.LT, DicomVr.PN, DicomVr.SH, DicomVr.ST, DicomVr.UC, DicomVr.UR, DicomVr.UT, DicomVr.DA, DicomVr.DS, DicomVr.AS];
        foreach (var written in texts.Select(v => (DicomVr?)v).Prepend(null))
        {
            var dataset = new DicomDataset();
            foreach (var tag in DicomDictionary.AllTags.Where(t => t.Group is > 0x0002 and not (>= 0x5000 and <= 0x60FF) && t != DicomTags.SpecificCharacterSet && !t.IsGroupLength))
            {
                var vr = DicomDictionary.VrsOf(tag).Vr;
                if (vr == DicomVr.UI)
                    dataset.Set(tag, vr, "1.2.643.77.100200300.4");
                else if (vr is DicomVr.AE or DicomVr.CS or DicomVr.LO or DicomVr.LT or DicomVr.PN or DicomVr.SH or DicomVr.ST or DicomVr.UC or DicomVr.UR or DicomVr.UT)
                    dataset.Set(tag, written ?? vr, Encoding.ASCII.GetBytes(vr == DicomVr.UR ? "https://hospital.example/1.2.643.77.100200300.4" : "Markerov 5550123"));
            }

            dataset.Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.PatientName, "Markerov^Petr").Set(DicomTags.PatientID, "ID-5550123")
                .Set(DicomTags.Modality, "CT").Set(DicomTags.ImagePositionPatient, 0, 0, 0).Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY", "AXIAL");
            var outcome = new CentreDeidentifier(SHA256.HashData("leak"u8), options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
            var done = outcome as Deidentified ?? Assert.IsType<DeidentificationNeedsReview>(outcome).Result;
            var left = done.File.Dataset.Where(e => new[] { "arkerov", "5550123", "hospital", "100200300" }.Any(m => e.Bytes.Span.IndexOf(Encoding.ASCII.GetBytes(m)) >= 0)).Select(e => e.Tag.ToString());
            Assert.True(!left.Any(), $"{written}: {string.Join(' ', left)}");
        }
    }

    private static Encoding Page(int page) => CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page);
}
