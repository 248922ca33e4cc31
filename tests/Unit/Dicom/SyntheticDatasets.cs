using System.Buffers.Binary;
using System.Text;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

public class SyntheticDatasets
{
    public static TheoryData<string> UncompressedSyntaxes =>
    [
        DicomUids.ImplicitVRLittleEndian, DicomUids.ExplicitVRLittleEndian, DicomUids.ExplicitVRBigEndian,
        DicomUids.DeflatedExplicitVRLittleEndian,
    ];

    [Theory]
    [MemberData(nameof(UncompressedSyntaxes))]
    public void Every_vr_survives_writing_and_reading(string syntax)
    {
        var dataset = EveryVr();
        var again = DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset, syntax)));

        Assert.Empty(again.Warnings);
        Assert.Equal(syntax, again.TransferSyntax.Uid);
        Assert.Equal(dataset.Select(e => e.ToString()), again.Dataset.Select(e => e.ToString()));
        Assert.True(dataset.ContentEquals(again.Dataset));
        Assert.Equal(Enum.GetValues<DicomVr>().Where(v => v != DicomVr.None).Order(), dataset.Select(e => e.Vr).Distinct().Order());
    }

    [Theory]
    [InlineData(DicomVr.AT, 2)]
    [InlineData(DicomVr.OW, 2)]
    [InlineData(DicomVr.SS, 2)]
    [InlineData(DicomVr.US, 2)]
    [InlineData(DicomVr.FL, 4)]
    [InlineData(DicomVr.OF, 4)]
    [InlineData(DicomVr.OL, 4)]
    [InlineData(DicomVr.SL, 4)]
    [InlineData(DicomVr.UL, 4)]
    [InlineData(DicomVr.FD, 8)]
    [InlineData(DicomVr.OD, 8)]
    [InlineData(DicomVr.OV, 8)]
    [InlineData(DicomVr.SV, 8)]
    [InlineData(DicomVr.UV, 8)]
    [InlineData(DicomVr.OB, 1)]
    [InlineData(DicomVr.UN, 1)]
    public void In_big_endian_the_bytes_of_each_number_are_turned_round(DicomVr vr, int unit)
    {
        byte[] value = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
        var dataset = new DicomDataset().Set(new DicomTag(0x00091001), vr, value);
        var written = DicomWriter.DatasetToBytes(dataset, DicomTransferSyntax.Of(DicomUids.ExplicitVRBigEndian));
        Assert.Equal(value.Chunk(unit).SelectMany(number => number.Reverse()), written[^16..]);
        Assert.Equal(value, DicomReader.ReadDataset(written, DicomTransferSyntax.Of(DicomUids.ExplicitVRBigEndian)).Dataset.Single().Bytes.ToArray());
    }

    [Fact]
    public void A_bare_data_set_is_read_in_the_encoding_it_shows()
    {
        foreach (var syntax in new[] { DicomUids.ImplicitVRLittleEndian, DicomUids.ExplicitVRLittleEndian, DicomUids.ExplicitVRBigEndian })
        {
            var bytes = DicomWriter.DatasetToBytes(EveryVr(), DicomTransferSyntax.Of(syntax));
            var file = DicomReader.Read(bytes);
            Assert.False(file.HasPreamble);
            Assert.True(EveryVr().ContentEquals(file.Dataset), syntax);
        }
    }

    [Theory]
    [InlineData("Dear colleague, this is no DICOM file at all, whatever its name says.")]
    [InlineData("")]
    [InlineData("PK\u0003\u0004 a zip")]
    public void Text_named_dcm_is_not_dicom(string text)
    {
        var fault = Assert.Throws<DicomFormatException>(() => DicomReader.Read(Encoding.Latin1.GetBytes(text)));
        Assert.Equal(("not-dicom", 0L), (fault.Code, fault.Offset));
    }

    [Fact]
    public void A_declared_length_allocates_nothing()
    {
        var bytes = DicomWriter.ToBytes(DicomFile.Create(
            new DicomDataset().Set(DicomTags.PixelData, DicomVr.OW, new byte[16]), DicomUids.ExplicitVRLittleEndian));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 20), 0xFFFFFFF0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes));

        Assert.Equal(DicomFault.LengthBeyondEnd, fault.Fault);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void Sequences_nested_too_deep_are_refused_and_just_deep_enough_are_read()
    {
        Assert.Equal(DicomFault.TooDeep, Assert.Throws<DicomFormatException>(() => DicomReader.Read(Nested(65))).Fault);
        Assert.Single(DicomReader.Read(Nested(64)).Dataset);

        static byte[] Nested(int depth)
        {
            var dataset = new DicomDataset();
            for (var i = 0; i < depth; i++)
            {
                dataset = new DicomDataset().SetItems(DicomTags.ReferencedImageSequence, dataset);
            }

            return DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
        }
    }

    [Fact]
    public void A_deflate_bomb_is_refused()
    {
        var dataset = new DicomDataset().Set(DicomTags.PixelData, DicomVr.OB, new byte[4_000_000]);
        var bytes = DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.DeflatedExplicitVRLittleEndian));
        var fault = Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes, new DicomReaderOptions { MaximumInflatedBytes = 1_000_000 }));
        Assert.Equal("inflated-too-large", fault.Code);
    }

    [Fact]
    public void Fragments_are_kept_byte_for_byte_with_delimiters_inside_them()
    {
        byte[] fragment = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0, 1, 2];
        var pixels = new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, new byte[4], [fragment, new byte[] { 3, 4 }]);
        var file = DicomFile.Create(new DicomDataset().Set(pixels), DicomUids.JPEGBaseline8Bit);

        var again = (DicomEncapsulatedPixelData)DicomReader.Read(DicomWriter.ToBytes(file)).Dataset.Find(DicomTags.PixelData)!;

        Assert.Equal(fragment, again.Fragments[0].ToArray());
        Assert.True(pixels.ContentEquals(again));
    }

    [Fact]
    public void Fragments_in_a_syntax_without_compression_are_refused()
    {
        var pixels = new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [new byte[] { 3, 4 }]);
        var bytes = DicomWriter.ToBytes(DicomFile.Create(new DicomDataset().Set(pixels), DicomUids.JPEGBaseline8Bit));
        // ".4.50" becomes ".1" and zeros: the declared syntax is explicit little endian now.
        var at = bytes.AsSpan().IndexOf(".4.50"u8);
        ".1\0\0\0"u8.CopyTo(bytes.AsSpan(at));
        Assert.Equal(DicomFault.UnexpectedItem, Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes)).Fault);
    }

    [Fact]
    public void A_standard_sequence_sent_as_un_is_seen_through()
    {
        var item = DicomWriter.DatasetToBytes(new DicomDataset().Set(DicomTags.PatientName, "Hidden^Name"), DicomTransferSyntax.ImplicitLittleEndian);
        byte[] value = [0xFE, 0xFF, 0x00, 0xE0, (byte)item.Length, 0, 0, 0, .. item];
        var dataset = new DicomDataset().Set(DicomTags.ReferencedPatientSequence, DicomVr.UN, value);

        var file = DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian)));

        Assert.Equal("Hidden^Name", file.Dataset.GetItems(DicomTags.ReferencedPatientSequence)[0].GetString(DicomTags.PatientName));
    }

    [Fact]
    public void A_uid_is_made_of_a_uuid_as_the_standard_shows() =>
        Assert.Equal("2.25.329800735698586629295641978511506172918", DicomUid.FromGuid(Guid.Parse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")));

    internal static DicomDataset EveryVr()
    {
        var dataset = new DicomDataset()
            .Set(DicomTags.SpecificCharacterSet, "ISO_IR 192")
            .Set(DicomTags.SopInstanceUid, "1.2.3.4")
            .Set(DicomTags.StudyDate, "20260102").Set(DicomTags.StudyTime, "101112.5").Set(DicomTags.AcquisitionDateTime, "20260102101112")
            .Set(DicomTags.ImageType, "ORIGINAL", "PRIMARY").Set(DicomTags.RetrieveAETitle, "PACS")
            .Set(DicomTags.PatientName, "Пирогов^Николай").Set(DicomTags.PatientAge, "042Y").Set(DicomTags.PatientComments, "two\\words")
            .Set(DicomTags.AccessionNumber, "A1").Set(DicomTags.InstitutionAddress, "street").Set(DicomTags.RetrieveURL, "http://x/y")
            .Set(DicomTags.LongCodeValue, "c").Set(DicomTags.TextValue, "text").Set(DicomTags.PatientID, "7")
            .Set(DicomTags.Rows, 3).Set(DicomTags.InstanceNumber, 12).Set(DicomTags.SliceThickness, 1.0 / 3)
            .Set(DicomTags.TagAngleSecondAxis, -5).Set(DicomTags.ReferencePixelX0, -70000).Set(DicomTags.SimpleFrameList, 70000)
            .Set(DicomTags.RecommendedDisplayFrameRateInFloat, 2.5).Set(DicomTags.RealWorldValueSlope, 1.1)
            .Set(DicomTags.FrameIncrementPointer, DicomVr.AT, new byte[] { 0x18, 0, 0x63, 0x10 })
            .Set(DicomTags.SelectorOBValue, DicomVr.OB, new byte[] { 1, 2 }).Set(DicomTags.SelectorUNValue, DicomVr.UN, new byte[] { 3, 4 })
            .Set(DicomTags.SelectorOFValue, DicomVr.OF, BitConverter.GetBytes(1.5f)).Set(DicomTags.SelectorOLValue, DicomVr.OL, BitConverter.GetBytes(70_000))
            .Set(DicomTags.SelectorODValue, DicomVr.OD, BitConverter.GetBytes(1 / 3.0)).Set(DicomTags.SelectorSVValue, DicomVr.SV, BitConverter.GetBytes(-5_000_000_000))
            .Set(DicomTags.SelectorUVValue, DicomVr.UV, BitConverter.GetBytes(ulong.MaxValue))
            .Set(DicomTags.ExtendedOffsetTable, DicomVr.OV, new byte[8]).Set(DicomTags.PixelData, DicomVr.OW, new byte[] { 1, 2, 3, 4 })
            .SetItems(DicomTags.ReferencedImageSequence, new DicomDataset().Set(DicomTags.ReferencedSopInstanceUid, "1.2.5"), new DicomDataset());
        return dataset.SetEmpty(DicomTags.PatientBirthDate);
    }
}
