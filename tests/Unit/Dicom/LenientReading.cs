using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>Departures from the standard that are read with a warning, and written as the standard wants.</summary>
public class LenientReading
{
    private static readonly byte[] Preamble = [.. new byte[128], .. "DICM"u8];

    [Fact]
    public void An_odd_length_is_read_with_a_warning_and_written_even()
    {
        var file = Read([.. Element(0x0010, 0x0020, "LO", [65, 66, 67])]);
        Assert.Equal("ABC", file.Dataset.GetString(DicomTags.PatientID));
        Assert.Contains(file.Warnings, w => w.Code == "odd-length" && w.Tag == DicomTags.PatientID);
        Assert.Empty(DicomReader.Read(DicomWriter.ToBytes(file)).Warnings);
    }

    [Fact]
    public void A_wrong_text_vr_is_read_as_it_is_and_written_as_the_dictionary_has_it()
    {
        var file = Read([.. Element(0x0010, 0x0020, "SH", [65, 66])]);
        Assert.Contains(file.Warnings, w => (w.Code, w.Detail) == ("wrong-vr", "SH"));
        var again = DicomReader.Read(DicomWriter.ToBytes(file));
        Assert.Equal((DicomVr.LO, "AB"), (again.Dataset.Find(DicomTags.PatientID)!.Vr, again.Dataset.GetString(DicomTags.PatientID)));
        Assert.Empty(again.Warnings);
    }

    [Fact]
    public void Part_of_a_number_is_kept_as_unknown_bytes()
    {
        var file = Read([.. Element(0x0029, 0x1001, "FD", [1, 2, 3, 4])]);
        Assert.Contains(file.Warnings, w => w.Code == "incomplete-number");
        Assert.Equal(DicomVr.UN, DicomReader.Read(DicomWriter.ToBytes(file)).Dataset.Single().Vr);
    }

    [Fact]
    public void Elements_out_of_order_and_repeated_ones_are_put_in_order_and_the_last_one_stays()
    {
        var file = Read([.. Element(0x0010, 0x0020, "LO", [65, 65]), .. Element(0x0008, 0x0060, "CS", [67, 84]), .. Element(0x0010, 0x0020, "LO", [66, 66])]);
        Assert.Equal(["(0008,0060)", "(0010,0020)"], file.Dataset.Select(e => e.Tag.ToString()));
        Assert.Equal("BB", file.Dataset.GetString(DicomTags.PatientID));
        Assert.Equal(["repeated-element", "unordered-elements"], file.Warnings.Select(w => w.Code).Where(c => c is "repeated-element" or "unordered-elements").Order());
    }

    [Fact]
    public void Four_letters_without_the_preamble_are_enough()
    {
        var file = DicomReader.Read((byte[])[.. "DICM"u8, .. Element(0x0002, 0x0010, "UI", [.. "1.2.840.10008.1.2.1\0"u8]), .. Element(0x0010, 0x0020, "LO", [65, 65])]);
        Assert.False(file.HasPreamble);
        Assert.Equal("AA", file.Dataset.GetString(DicomTags.PatientID));
    }

    [Fact]
    public void A_bare_data_set_is_written_as_a_whole_file()
    {
        var file = DicomReader.ReadDataset(DicomWriter.DatasetToBytes(SyntheticDatasets.EveryVr(), DicomTransferSyntax.ImplicitLittleEndian), DicomTransferSyntax.ImplicitLittleEndian);
        var again = DicomReader.Read(DicomWriter.ToBytes(file));
        Assert.Equal(DicomUids.ImplicitVRLittleEndian, again.Meta.GetString(DicomTags.TransferSyntaxUid));
        Assert.Equal("1.2.3.4", again.Meta.GetString(DicomTags.MediaStorageSopInstanceUid));
        Assert.True(again.Dataset.ContentEquals(SyntheticDatasets.EveryVr()));
    }

    [Fact]
    public void A_zlib_header_before_the_deflated_data_set_is_passed_over()
    {
        var plain = DicomWriter.DatasetToBytes(SyntheticDatasets.EveryVr(), DicomTransferSyntax.ExplicitLittleEndian);
        using var deflated = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(deflated, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(plain);
        }

        var file = DicomReader.Read((byte[])[.. Preamble, .. Element(0x0002, 0x0010, "UI", [.. "1.2.840.10008.1.2.1.99"u8]), .. deflated.ToArray()]);
        Assert.Contains(file.Warnings, w => w.Code == "zlib-header");
        Assert.True(file.Dataset.ContentEquals(SyntheticDatasets.EveryVr()));
    }

    [Fact]
    public void Private_attributes_of_implicit_files_get_the_vr_their_maker_published()
    {
        var dataset = new DicomDataset().Set(new DicomTag(0x00290010), DicomVr.LO, "SIEMENS CSA HEADER"u8.ToArray())
            .Set(new DicomTag(0x00291008), DicomVr.CS, "IMAGE NUM 4"u8.ToArray()).Set(new DicomTag(0x00291010), DicomVr.OB, new byte[6])
            .Set(new DicomTag(0x00291110), DicomVr.OB, new byte[6]);
        var again = DicomReader.Read(DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ImplicitVRLittleEndian))).Dataset;
        Assert.Equal([DicomVr.LO, DicomVr.CS, DicomVr.OB, DicomVr.UN], again.Select(e => e.Vr));
        Assert.Equal("SIEMENS CSA HEADER", again.PrivateCreatorOf(new DicomTag(0x00291008)));
        Assert.Null(again.PrivateCreatorOf(new DicomTag(0x00291110)));
        Assert.Equal("CSA Image Header Type", DicomPrivateDictionary.Find("SIEMENS CSA HEADER", new DicomTag(0x00291008))!.Name, ignoreCase: true);
    }

    [Fact]
    public void A_command_set_carries_its_group_length()
    {
        var bytes = DicomWriter.CommandToBytes(new DicomDataset().Set(DicomTags.CommandField, 0x0030).Set(DicomTags.MessageID, 7));
        var command = DicomReader.ReadDataset(bytes, DicomTransferSyntax.ImplicitLittleEndian).Dataset;
        Assert.Equal((bytes.Length - 12, 0x0030, 7), (command.GetInt(DicomTags.CommandGroupLength), command.GetInt(DicomTags.CommandField), command.GetInt(DicomTags.MessageID)));
    }

    private static DicomFile Read(byte[] dataset) =>
        DicomReader.Read((byte[])[.. Preamble, .. Element(0x0002, 0x0010, "UI", [.. "1.2.840.10008.1.2.1\0"u8]), .. dataset]);

    private static byte[] Element(ushort group, ushort element, string vr, byte[] value) =>
        [(byte)group, (byte)(group >> 8), (byte)element, (byte)(element >> 8), (byte)vr[0], (byte)vr[1], (byte)value.Length, 0, .. value];
}
