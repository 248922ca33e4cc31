using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Unit.Dicom;
using Xunit;

namespace Pirogov.Unit.Deidentification;

public class BasicProfileTests
{
    private static readonly CentreDeidentifier Centre = new(SHA256.HashData("a centre"u8));

    [Fact]
    public void The_profile_has_every_row_of_the_table()
    {
        Assert.Equal(621, DeidentificationProfile.Basic.Rows.Count);
        Assert.Equal(64, Centre.ProfileSha256.Length);
    }

    [Fact]
    public void No_value_of_a_listed_attribute_survives_at_any_depth()
    {
        var corpus = new MarkerCorpus();
        var input = DicomWriter.ToBytes(corpus.File);
        Assert.All(corpus.Markers, m => Assert.True(input.AsSpan().IndexOf(m.Bytes) >= 0, $"{m.Row} is not in the corpus"));

        var output = DicomWriter.ToBytes(Done(Centre.Apply(corpus.File)).File);

        Assert.Empty(corpus.Markers.Where(m => output.AsSpan().IndexOf(m.Bytes) >= 0).Select(m => m.Row));
    }

    [Theory]
    [InlineData("utf-8", "ISO_IR 192")]
    [InlineData("iso-8859-5", "ISO_IR 144")]
    [InlineData("windows-1251", null)]
    [InlineData("windows-1251", "ISO_IR 100")]
    [InlineData("koi8-r", null)]
    [InlineData("cp866", null)]
    public void No_russian_value_survives_in_whatever_encoding_it_was_written(string encoding, string? declared)
    {
        var corpus = new MarkerCorpus(CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding), declared);
        var input = DicomWriter.ToBytes(corpus.File);
        Assert.All(corpus.Markers, m => Assert.True(input.AsSpan().IndexOf(m.Bytes) >= 0, $"{m.Row} is not in the corpus"));
        Assert.True(corpus.Markers.Count(m => m.Bytes.Any(b => b >= 0x80) && m.Bytes[0] != 0xA5) > 100, "Hundreds are Russian.");

        var output = DicomWriter.ToBytes(Done(Centre.Apply(corpus.File)).File);

        Assert.Empty(corpus.Markers.Where(m => output.AsSpan().IndexOf(m.Bytes) >= 0).Select(m => m.Row));
    }

    [Fact]
    public void Every_row_of_the_profile_is_counted_in_the_report()
    {
        var done = Done(Centre.Apply(new MarkerCorpus().File));
        Assert.Equal([0x5000, 0x5012, 0x501E, 0x50FE, 0x6000, 0x6012, 0x601E, 0x60FE], done.Counts.Where(c => IsRepeating(c.Tag)).Select(c => (int)c.Tag.Group).Distinct());
        var touched = done.Counts.Where(c => c.Action != AttributeAction.Kept).Select(c => c.Tag).ToHashSet();
        // Referenced Image and Source Image Sequence (U*) stay as containers: what is done is done inside them.
        var missing = DeidentificationProfile.Basic.Rows
            .Where(r => r.Tag != "private" && !r.Tag.Contains('x') && !IsOutsideDatasets(r) && !r.Action.Contains("U*", StringComparison.Ordinal))
            .Where(r => !touched.Contains(new DicomTag(Convert.ToUInt32(r.Tag, 16))));
        Assert.Empty(missing.Select(r => r.Name));

        // Commands and the meta header are no part of a data set: the meta header is written anew.
        static bool IsOutsideDatasets(ProfileRow row) => row.Tag.StartsWith("0000", StringComparison.Ordinal) || row.Tag.StartsWith("0002", StringComparison.Ordinal);
        Assert.All(
            done.Counts.Where(c => c.Tag.IsPrivate || IsRepeating(c.Tag)), c => Assert.Equal(AttributeAction.Removed, c.Action));
    }

    [Fact]
    public void The_result_says_what_was_done_to_it()
    {
        var corpus = new MarkerCorpus();
        var file = Done(Centre.Apply(corpus.File)).File;
        Assert.Equal("YES", file.Dataset.GetString(DicomTags.PatientIdentityRemoved));
        Assert.Equal("REMOVED", file.Dataset.GetString(DicomTags.LongitudinalTemporalInformationModified));
        Assert.Equal("113100", file.Dataset.GetItems(DicomTags.DeidentificationMethodCodeSequence)[0].GetString(DicomTags.CodeValue));
        Assert.Matches("^P-[0-9A-Z]{12}$", file.Dataset.GetString(DicomTags.PatientID));
        Assert.Equal(file.Dataset.GetString(DicomTags.PatientID), file.Dataset.GetString(DicomTags.PatientName));
        Assert.Equal(file.Meta.GetString(DicomTags.MediaStorageSopInstanceUid), file.Dataset.GetString(DicomTags.SopInstanceUid));
        Assert.False(file.Meta.Contains(DicomTags.SourceApplicationEntityTitle));
        Assert.Contains(corpus.File.Preamble.ToArray(), b => b != 0);
        Assert.DoesNotContain(file.Preamble.ToArray(), b => b != 0);
    }

    [Fact]
    public void Pixels_geometry_and_windows_stay()
    {
        var corpus = new MarkerCorpus();
        var dataset = Done(Centre.Apply(corpus.File)).File.Dataset;
        DicomTag[] kept =
        [
            DicomTags.PixelData, DicomTags.Rows, DicomTags.ImageOrientationPatient, DicomTags.ImagePositionPatient,
            DicomTags.RescaleSlope, DicomTags.RescaleIntercept, DicomTags.WindowCenter, DicomTags.SopClassUid,
        ];
        Assert.All(kept, tag => Assert.True(corpus.File.Dataset.Find(tag)!.ContentEquals(dataset.Find(tag)!), tag.Keyword));
    }

    [Fact]
    public void The_same_file_and_key_give_the_same_bytes_and_another_key_gives_others()
    {
        var file = new MarkerCorpus().File;
        var first = DicomWriter.ToBytes(Done(Centre.Apply(file)).File);
        Assert.Equal(first, DicomWriter.ToBytes(Done(Centre.Apply(file)).File));
        var other = Done(new CentreDeidentifier(SHA256.HashData("another centre"u8)).Apply(file)).File;
        Assert.NotEqual(first, DicomWriter.ToBytes(other));
        Assert.NotEqual(DicomReader.Read(first).SopInstanceUid, other.SopInstanceUid);
    }

    [Fact]
    public void References_between_instances_of_a_study_hold()
    {
        var image = Image().Set(DicomTags.SopInstanceUid, "1.2.3.4");
        var segmentation = Image().Set(DicomTags.SopInstanceUid, "1.2.3.5").Set(DicomTags.SopClassUid, DicomUids.SegmentationStorage).SetItems(
            DicomTags.SharedFunctionalGroupsSequence, new DicomDataset().SetItems(DicomTags.DerivationImageSequence, new DicomDataset().SetItems(
                DicomTags.SourceImageSequence, new DicomDataset()
                    .Set(DicomTags.ReferencedSopClassUid, DicomUids.CTImageStorage).Set(DicomTags.ReferencedSopInstanceUid, "1.2.3.4"))));

        var reference = Apply(segmentation).Dataset.GetItems(DicomTags.SharedFunctionalGroupsSequence)[0].GetItems(DicomTags.DerivationImageSequence)[0]
            .GetItems(DicomTags.SourceImageSequence)[0];

        Assert.Equal(Apply(image).SopInstanceUid, reference.GetString(DicomTags.ReferencedSopInstanceUid));
        Assert.Equal(DicomUids.CTImageStorage, reference.GetString(DicomTags.ReferencedSopClassUid));
    }

    [Fact]
    public void A_name_typed_into_a_field_that_is_kept_does_not_stay()
    {
        var dataset = Image().Set(DicomTags.PatientName, "Ivanova^Anna").Set(DicomTags.ConvolutionKernel, "B30 ivanova");
        Assert.DoesNotContain("vanova", DicomJson.ToText(Apply(dataset).Dataset), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(DicomUids.EncapsulatedPDFStorage, "free-text-document")]
    [InlineData(DicomUids.XRayRadiationDoseSRStorage, "free-text-document")]
    [InlineData(DicomUids.GrayscaleSoftcopyPresentationStateStorage, "free-text-document")]
    [InlineData(DicomUids.RawDataStorage, "unsupported-sop-class")]
    [InlineData("1.3.12.2.1107.5.9.1", "unsupported-sop-class")]
    public void Classes_that_may_tell_of_the_patient_are_refused(string sopClass, string code) =>
        Assert.Equal(code, Refused(Image().Set(DicomTags.SopClassUid, sopClass)));

    [Fact]
    public void Instances_with_text_in_unused_bits_or_that_cannot_be_read_are_refused()
    {
        Assert.Equal("overlay-in-pixel-data", Refused(Image().Set(new DicomTag(0x60000100), DicomVr.US, new byte[] { 16, 0 })));
        var privateSyntax = Centre.Apply(DicomFile.Create(Image(), "1.2.840.113619.5.2"));
        Assert.Equal("unsupported-transfer-syntax", Assert.IsType<DeidentificationRefused>(privateSyntax).Code);
        Assert.Equal("missing-uid", Refused(Image().SetEmpty(DicomTags.StudyInstanceUid)));
    }

    [SkippableFact]
    public void No_identifying_value_of_published_files_is_found_in_the_result()
    {
        Skip.If(SharedRadiology.Folder is null, "shared data is absent");
        DicomTag[] identifying =
        [
            DicomTags.PatientName, DicomTags.PatientID, DicomTags.PatientBirthDate, DicomTags.AccessionNumber, DicomTags.InstitutionName,
            DicomTags.ReferringPhysicianName, DicomTags.PerformingPhysicianName, DicomTags.StudyInstanceUid, DicomTags.SopInstanceUid,
        ];
        var (done, found) = (0, new List<string>());
        foreach (var path in SharedRadiology.Files)
        {
            if (PublishedFiles.TryRead(path) is not { } file || Centre.Apply(file) is not Deidentified result)
            {
                continue;
            }

            done++;
            var words = identifying.SelectMany(file.Dataset.GetStrings).Where(v => v.Length >= 4).ToHashSet(StringComparer.OrdinalIgnoreCase);
            // Series and instance numbers and measures may equal a short identifier by chance: they are numbers of the image.
            found.AddRange(Texts(result.File.Dataset).Concat(Texts(result.File.Meta))
                .Where(t => t.Element.Vr is not (DicomVr.IS or DicomVr.DS))
                .Where(t => words.Contains(t.Value) || (t.Element.Vr.UsesCharacterSet() && words.Any(w => t.Value.Contains(w, StringComparison.OrdinalIgnoreCase))))
                .Select(t => $"{t.Element} in {Path.GetFileName(path)}"));
        }

        Assert.Empty(found);
        Assert.True(done > 150, $"only {done} files were de-identified");
    }

    [Theory]
    [InlineData(DicomUids.UltrasoundImageStorage, "", "", "burned-in-text-usual")]
    [InlineData(DicomUids.SecondaryCaptureImageStorage, "", "", "burned-in-text-usual")]
    [InlineData(DicomUids.CTImageStorage, "YES", "", "burned-in-annotation")]
    [InlineData(DicomUids.CTImageStorage, "", "SCREEN SAVE", "screen-capture")]
    public void Pixels_that_may_show_the_patient_wait_for_a_person_with_a_clean_header(string sopClass, string burnedIn, string type, string code)
    {
        var file = DicomFile.Create(
            Image().Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.BurnedInAnnotation, burnedIn).Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY", type)
                .Set(DicomTags.PatientName, "Ivanova^Anna"), DicomUids.ExplicitVRLittleEndian);
        var waits = Assert.IsType<DeidentificationNeedsReview>(Centre.Apply(file));
        Assert.Equal(code, waits.Code);
        Assert.DoesNotContain("vanova", DicomJson.ToText(waits.Result.File.Dataset), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_filter_of_the_device_says_where_to_look()
    {
        var image = Image().Set(DicomTags.SopClassUid, DicomUids.UltrasoundImageStorage).Set(DicomTags.Modality, "US").Set(DicomTags.Manufacturer, "GE Healthcare")
            .Set(DicomTags.ManufacturerModelName, "LOGIQ9").Set(DicomTags.Rows, 480).Set(DicomTags.Columns, 640);
        var waits = Assert.IsType<DeidentificationNeedsReview>(Centre.Apply(DicomFile.Create(image, DicomUids.ExplicitVRLittleEndian)));
        Assert.Contains(new PixelRegion(0, 0, 640, 30), waits.Suggested);
    }

    /// <summary>Curves and overlays.</summary>
    private static bool IsRepeating(DicomTag tag) => tag.Group is (>= 0x5000 and <= 0x50FF) or (>= 0x6000 and <= 0x60FF);

    private static IEnumerable<(DicomElement Element, string Value)> Texts(DicomDataset dataset) => dataset.SelectMany(e =>
        e is DicomSequence sequence ? sequence.Items.SelectMany(Texts) : dataset.GetStrings(e.Tag).Select(v => (e, v)));

    private static DicomDataset Image() => new DicomDataset()
        .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3.9")
        .Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1").Set(DicomTags.PatientID, "4711").Set(DicomTags.ImagePositionPatient, 0, 0, 0);

    private static DicomFile Apply(DicomDataset dataset) =>
        Done(Centre.Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))).File;

    private static Deidentified Done(DeidentificationOutcome outcome) => Assert.IsType<Deidentified>(outcome);

    private static string Refused(DicomDataset dataset) =>
        Assert.IsType<DeidentificationRefused>(Centre.Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian))).Code;
}
