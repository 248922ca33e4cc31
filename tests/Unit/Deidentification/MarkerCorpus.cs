using System.Globalization;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Unit.Deidentification;

/// <summary>
/// A CT image in which every attribute of the profile has a value found nowhere else, in the preamble, at the top, three sequences deep
/// and in private blocks. <see cref="Markers"/> are the bytes that must not come through.
/// </summary>
internal sealed class MarkerCorpus
{
    /// <summary>Digits that stand for "any" in the tags of repeating groups, and groups in their places.</summary>
    private static readonly string[] RepeatingGroups = ["00", "12", "1E", "FE"];

    private readonly Encoding? _cyrillic;
    private bool _isRussian;
    private int _next = 100_000;

    public List<(string Row, byte[] Bytes)> Markers { get; } = [];

    public DicomFile File { get; }

    /// <param name="cyrillic">Every second text of those that a character set governs is Russian, in this encoding; null for Latin ones alone.</param>
    /// <param name="characterSet">What is declared; null for nothing, as Russian archives have it.</param>
    public MarkerCorpus(Encoding? cyrillic = null, string? characterSet = null)
    {
        _cyrillic = cyrillic;
        var dataset = new DicomDataset();
        Fill(dataset);
        var deep = new DicomDataset();
        Fill(deep);
        dataset.SetItems(DicomTags.SharedFunctionalGroupsSequence, new DicomDataset().SetItems(
            DicomTags.CTImageFrameTypeSequence, new DicomDataset().SetItems(DicomTags.DerivationCodeSequence, deep)));
        dataset
            .Set(DicomTags.SopClassUid, DicomUids.CTImageStorage).Set(DicomTags.Modality, "CT")
            .Set(DicomTags.Rows, 2).Set(DicomTags.Columns, 2).Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2")
            .Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 16).Set(DicomTags.HighBit, 15).Set(DicomTags.PixelRepresentation, 1)
            .Set(DicomTags.ImageOrientationPatient, 1, 0, 0, 0, 1, 0).Set(DicomTags.ImagePositionPatient, 1.5, 2, 3)
            .Set(DicomTags.RescaleSlope, 1.0).Set(DicomTags.RescaleIntercept, -1024.0).Set(DicomTags.WindowCenter, 40.0)
            .Set(DicomTags.PixelData, DicomVr.OW, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 });
        if (characterSet is not null)
        {
            dataset.Set(DicomTags.SpecificCharacterSet, characterSet);
        }

        var file = DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian);
        file.Meta.Set(DicomTags.SourceApplicationEntityTitle, Text("meta source AE"));
        var bytes = DicomWriter.ToBytes(file);
        Bytes(Text("the preamble begins")[0]).CopyTo(bytes, 0);
        Bytes(Text("the preamble ends")[0]).CopyTo(bytes, 118);
        File = DicomReader.Read(bytes);
    }

    /// <summary>Bytes of a file as it is sent, with the preamble.</summary>
    public static byte[] ToBytes(DicomFile file, ReadOnlySpan<byte> preamble)
    {
        var bytes = DicomWriter.ToBytes(file);
        preamble.CopyTo(bytes);
        return bytes;
    }

    private void Fill(DicomDataset dataset)
    {
        foreach (var row in DeidentificationProfile.Basic.Rows.Where(r => r.Tag != "private"))
        {
            foreach (var tag in TagsOf(row).Where(t => t.Group > 0x0002))
            {
                Add(dataset, tag, DicomDictionary.Find(tag)?.Vr ?? DicomVr.OB, row.Name);
            }
        }

        // A private block with a plain value and with a sequence that holds a standard attribute.
        dataset.Set(new DicomTag(0x00091001), DicomVr.LO, Text("private value"))
            .Set(new DicomTag(0x00090010), DicomVr.LO, Text("private creator"))
            .SetItems(new DicomTag(0x00091002), new DicomDataset().Set(DicomTags.ProtocolName, Text("private sequence")));
        // Outside the dictionary, and a standard attribute with a VR that contradicts it.
        dataset.Set(new DicomTag(0x00082999), DicomVr.LO, Bytes(Text("unknown attribute")[0]))
            .Set(DicomTags.KVP, DicomVr.UN, Bytes(Text("value as UN")[0]));
    }

    /// <summary>Of a row that stands for repeating groups several of them: "50xxxxxx" and "60xx3000".</summary>
    private static IEnumerable<DicomTag> TagsOf(ProfileRow row) => (row.Tag.Contains('x', StringComparison.Ordinal) ? RepeatingGroups : [""])
        .Select(group => row.Tag.Length == 8 && group.Length > 0 ? row.Tag[..2] + group + row.Tag[4..].Replace("xxxx", "3000", StringComparison.Ordinal) : row.Tag)
        .Select(tag => new DicomTag(uint.Parse(tag, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    private void Add(DicomDataset dataset, DicomTag tag, DicomVr vr, string row)
    {
        var number = _next++;
        switch (vr)
        {
            case DicomVr.SQ:
                dataset.SetItems(tag, new DicomDataset().Set(DicomTags.PatientName, Text(row)));
                break;
            case DicomVr.UI:
                dataset.Set(tag, Mark(row, $"1.2.999.{number}"));
                break;
            case DicomVr.DA:
                dataset.Set(tag, Mark(row, (19_000_000 + number).ToString(CultureInfo.InvariantCulture)));
                break;
            case DicomVr.DT or DicomVr.TM:
                dataset.Set(tag, Mark(row, (vr == DicomVr.DT ? "20010101" : "") + $"101112.{number}"));
                break;
            case DicomVr.AS:
                dataset.Set(tag, Mark(row, "9" + (number % 100).ToString("00", CultureInfo.InvariantCulture) + "Y"));
                break;
            case DicomVr.DS or DicomVr.IS:
                dataset.Set(tag, Mark(row, $"77{number}"));
                break;
            case var _ when _cyrillic is not null && vr.UsesCharacterSet() && (_isRussian = !_isRussian):
                var russian = _cyrillic.GetBytes($"МРК{number}Щ");
                Markers.Add((row, russian));
                dataset.Set(tag, vr, russian);
                break;
            case var _ when vr.IsText():
                dataset.Set(tag, vr, Text(row));
                break;
            default:
                // Numbers and bytes: eight bytes that no number of the image holds.
                byte[] bytes = [0xA5, 0x5A, .. BitConverter.GetBytes(number), 0xA5, 0x5A];
                Markers.Add((row, bytes));
                dataset.Set(tag, vr, bytes);
                break;
        }
    }

    private string[] Text(string row) => [Mark(row, $"MRK{_next++}Z")];

    private static byte[] Bytes(string text) => Encoding.ASCII.GetBytes(text);

    private string Mark(string row, string text)
    {
        Markers.Add((row, Bytes(text)));
        return text;
    }
}
