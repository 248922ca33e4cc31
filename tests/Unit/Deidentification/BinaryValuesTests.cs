using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Deidentification;

/// <summary>Bytes that nobody can read leave with no option; what is numbers by its definition stays.</summary>
public class BinaryValuesTests
{
    private static readonly byte[] Marker = [0xA5, 0x5A, .. "IVANOV P S N 4471"u8, 0xA5, 0x5A, 0];

    /// <summary>Tables of colours and grays, and indexes of points: what an object shows hangs on them.</summary>
    private static readonly uint[] Tables =
    [
        0x00281200, 0x00281201, 0x00281202, 0x00281203, 0x00281204, 0x00281211, 0x00281212, 0x00281213, 0x00281221, 0x00281222, 0x00281223, 0x00281224, 0x00281408, 0x00283006,
        0x00660023, 0x00660024, 0x00660025, 0x00660029, 0x00660040, 0x00660041, 0x00660042, 0x00660043, 0x00660103, 0x00660129, 0x006A0011,
    ];

    public static TheoryData<DeidentificationOptions> Choices()
    {
        const DeidentificationOptions all = (DeidentificationOptions)0x3FF;
        return new(Enum.GetValues<DeidentificationOptions>().Append(all & ~DeidentificationOptions.RetainFullDates).Append(all & ~DeidentificationOptions.RetainModifiedDates));
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void Of_all_the_bytes_that_the_dictionary_knows_tables_alone_stay(DeidentificationOptions options)
    {
        var dataset = new DicomDataset();
        foreach (var tag in DicomDictionary.AllTags.Where(t => t.Group > 0x0002 && !t.IsPixelData && BinaryOf(t) != DicomVr.None))
            dataset.Set(tag, BinaryOf(tag), Marker);
        foreach (var tag in new uint[] { 0x5000200C, 0x50003000, 0x60003000, 0x60023000, 0x7F000010, 0x7F020020, 0x00082999 })
            dataset.Set(new DicomTag(tag), DicomVr.OB, Marker);
        Assert.True(dataset.Count > 70, "The dictionary has some eighty.");
        var nested = new DicomDataset();
        foreach (var element in dataset)
            nested.Set(element);
        nested.Set(DicomTags.PixelData, DicomVr.OW, Marker).Set(DicomTags.FloatPixelData, DicomVr.OF, Marker).Set(DicomTags.DoubleFloatPixelData, DicomVr.OD, (byte[])[.. Marker, .. Marker[..4]]);
        dataset.SetItems(DicomTags.SharedFunctionalGroupsSequence, nested).SetItems(DicomTags.WaveformSequence, new DicomDataset().Set(DicomTags.WaveformData, DicomVr.OW, Marker));

        var done = Apply(Image(dataset), options);

        // By PS3.15 full dates keep the two timestamps, whose bytes are times.
        uint[] stays = options.HasFlag(DeidentificationOptions.RetainFullDates) ? [.. Tables, 0x00340007, 0x04000310] : Tables;
        Assert.Equal(stays.Order(), Marked(done));
        Assert.Equal(stays.Order(), Marked(Assert.Single(done.GetItems(DicomTags.SharedFunctionalGroupsSequence))));
        Assert.False(done.Contains(DicomTags.WaveformSequence));
        Assert.Equal(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, done.Find(DicomTags.PixelData)!.Bytes.ToArray());
    }

    [Theory]
    [InlineData(DicomVr.OB)]
    [InlineData(DicomVr.OW)]
    [InlineData(DicomVr.OL)]
    [InlineData(DicomVr.OV)]
    [InlineData(DicomVr.UN)]
    public void No_attribute_lets_bytes_through_by_being_written_as_bytes(DicomVr written)
    {
        var dataset = new DicomDataset();
        foreach (var tag in DicomDictionary.AllTags.Where(t => t.Group > 0x0002 && !t.IsPixelData && !t.IsGroupLength && BinaryOf(t) == DicomVr.None && t != DicomTags.SpecificCharacterSet))
            dataset.Set(tag, written, Marker);
        const DeidentificationOptions options = (DeidentificationOptions)0x3FF & ~DeidentificationOptions.RetainModifiedDates;
        Assert.Empty(Marked(Apply(Image(dataset), options)));
    }

    [Theory]
    [MemberData(nameof(Choices))]
    public void Numbers_and_bytes_of_listed_attributes_stay_only_where_an_option_keeps_them(DeidentificationOptions options)
    {
        var corpus = new MarkerCorpus();
        var outcome = new CentreDeidentifier(SHA256.HashData("bytes"u8), options).Apply(corpus.File);
        var bytes = DicomWriter.ToBytes((outcome as Deidentified ?? Assert.IsType<DeidentificationNeedsReview>(outcome).Result).File);
        var left = corpus.Markers.Where(m => m.Bytes[0] == 0xA5 && bytes.AsSpan().IndexOf(m.Bytes) >= 0).Select(m => m.Row).Distinct();
        var profile = DeidentificationProfile.With(options);
        var kept = profile.Rows.Where(r => !r.Tag.Contains('x') && r.Tag != "private" && profile.ActionFor(new DicomTag(Convert.ToUInt32(r.Tag, 16))) == ProfileAction.Keep).Select(r => r.Name);
        Assert.Empty(left.Except(kept));
    }

    [Theory]
    [InlineData("1.2.840.10008.5.1.4.1.1.88.33", DeidentificationOptions.CleanStructuredContent)]
    [InlineData("1.2.840.10008.5.1.4.1.1.11.1", DeidentificationOptions.CleanGraphics)]
    [InlineData("1.2.840.10008.5.1.4.1.1.481.3", DeidentificationOptions.None)]
    public void Pixels_of_an_object_that_shows_none_go(string sopClass, DeidentificationOptions options)
    {
        var done = Apply(Image(new DicomDataset()).Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.PixelData, DicomVr.OW, Marker), options);
        Assert.DoesNotContain(done, e => e.Tag.IsPixelData);
        Assert.Equal(sopClass, done.GetString(DicomTags.SopClassUid));
    }

    [Fact]
    public void A_colour_profile_keeps_its_colours_and_loses_its_words()
    {
        var profile = Profile(("desc", Data("desc", "\0\0\0\u0010IVANOV SCANNER 7\0")), ("cprt", Data("text", "Hospital 4471")), ("dmdd", Data("desc", "serial 4471")), ("priv", Data("data", "IVANOV")),
            ("rXYZ", Data("XYZ ", "123456789012")), ("rTRC", Data("curv", "\0\0\0\u0002abcdIVANOV")));
        var done = Apply(Image(new DicomDataset().Set(DicomTags.ICCProfile, DicomVr.OB, profile)), DeidentificationOptions.None);
        var kept = done.Find(DicomTags.ICCProfile)!.Bytes.ToArray();
        Assert.All(new[] { "IVANOV", "4471", "serial", "Hospital", "priv", "dmdd", "MODL" }, word => Assert.True(kept.AsSpan().IndexOf(Encoding.ASCII.GetBytes(word)) < 0, word));
        Assert.Equal(4u, BinaryPrimitives.ReadUInt32BigEndian(kept.AsSpan(128)));
        foreach (var word in new[] { "123456789012", "abcd" })
            Assert.Equal(profile.AsSpan().IndexOf(Encoding.ASCII.GetBytes(word)), kept.AsSpan().IndexOf(Encoding.ASCII.GetBytes(word)));
        // Cleaned once, it is as it will be.
        Assert.Equal(kept, BareIccProfile.Of(kept)!.Value.ToArray());
        Assert.Null(BareIccProfile.Of(Marker));
        Assert.Null(BareIccProfile.Of(profile.AsMemory(0, profile.Length - 2)));
    }

    private static DicomVr BinaryOf(DicomTag tag)
    {
        var (vr, alternative) = DicomDictionary.VrsOf(tag);
        return Array.Find([vr, alternative, tag.Value is 0x00281200 ? DicomVr.OW : DicomVr.None], v => v is DicomVr.OB or DicomVr.OW or DicomVr.OL or DicomVr.OV or DicomVr.UN);
    }

    private static IEnumerable<uint> Marked(DicomDataset dataset) => dataset.Where(e => e.Bytes.Span.IndexOf(Marker.AsSpan(2, 8)) >= 0).Select(e => e.Tag.Value).Order();

    private static DicomDataset Apply(DicomDataset dataset, DeidentificationOptions options)
    {
        var outcome = new CentreDeidentifier(SHA256.HashData("bytes"u8), options).Apply(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
        return (outcome as Deidentified ?? Assert.IsType<DeidentificationNeedsReview>(outcome).Result).File.Dataset;
    }

    private static DicomDataset Image(DicomDataset dataset) => dataset
        .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.SopInstanceUid, "1.2.3.9").Set(DicomTags.StudyInstanceUid, "1.2.3").Set(DicomTags.SeriesInstanceUid, "1.2.3.1")
        .Set(DicomTags.PatientID, "MRN-1").Set(DicomTags.Modality, "CT").Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY", "AXIAL").Set(DicomTags.ImagePositionPatient, 0, 0, 0)
        .Set(DicomTags.Rows, 2).Set(DicomTags.Columns, 2).Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2")
        .Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 16).Set(DicomTags.HighBit, 15).Set(DicomTags.PixelRepresentation, 1)
        .Set(DicomTags.PixelData, DicomVr.OW, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 });

    private static byte[] Data(string type, string rest) => [.. Encoding.ASCII.GetBytes(type), 0, 0, 0, 0, .. Encoding.Latin1.GetBytes(rest)];

    private static byte[] Profile(params (string Tag, byte[] Data)[] tags)
    {
        var at = 132 + (12 * tags.Length);
        var (table, data) = (new List<byte>(), new List<byte>());
        foreach (var (tag, bytes) in tags)
        {
            table.AddRange([.. Encoding.ASCII.GetBytes(tag), .. Number(at + data.Count), .. Number(bytes.Length)]);
            // What lies between two tags is of neither.
            data.AddRange([.. bytes, .. "IVANOV"u8, .. new byte[(4 - ((bytes.Length + 6) % 4)) % 4]]);
        }

        var profile = (byte[])[.. new byte[128], .. Number(tags.Length), .. table, .. data];
        Number(profile.Length).CopyTo(profile, 0);
        "acsp"u8.CopyTo(profile.AsSpan(36));
        "MODL"u8.CopyTo(profile.AsSpan(52));
        return profile;
    }

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
