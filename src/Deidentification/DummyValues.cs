using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Values that are valid for their VR and mean nothing (action D).</summary>
public static class DummyValues
{
    public const string Text = "ANONYMIZED";

    public static DicomElement For(DicomTag tag, DicomVr vr) => vr switch
    {
        DicomVr.SQ => new DicomSequence(tag, tag.Keyword.EndsWith("CodeSequence", StringComparison.Ordinal) ? Code() : new DicomDataset()),
        _ when vr.IsText() => new DicomElement(tag, vr, System.Text.Encoding.ASCII.GetBytes(TextFor(vr))),
        _ => new DicomElement(tag, vr, new byte[Math.Max(2, vr == DicomVr.AT ? 4 : vr.UnitSize())]),
    };

    private static string TextFor(DicomVr vr) => vr switch
    {
        DicomVr.AS => "000Y",
        DicomVr.DA => "19000101",
        DicomVr.DT => "19000101000000",
        DicomVr.TM => "000000",
        DicomVr.DS or DicomVr.IS => "0",
        DicomVr.UI => "2.25.0",
        DicomVr.UR => "urn:uuid:00000000-0000-0000-0000-000000000000",
        _ => Text,
    };

    private static DicomDataset Code() => new DicomDataset()
        .Set(DicomTags.CodeValue, Text)
        .Set(DicomTags.CodingSchemeDesignator, "99PIROGOV")
        .Set(DicomTags.CodeMeaning, Text);
}
