using System.Globalization;
using System.Text;
using Pirogov.Dicom;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Formats;

/// <summary>The Segment Sequence (PS3.3 C.8.20.4), from the classes and back to them.</summary>
internal static class SegSegments
{
    /// <summary>SH, the value representation of Code Value.</summary>
    private const int ShortCode = 16;
    private const int Meaning = 64;
    private const int Description = 1024;

    public static void Set(DicomDataset target, IReadOnlyList<LabelClass> segments, ILookup<int, string?> origins, bool overlap)
    {
        target.Set(DicomTags.SegmentsOverlap, overlap ? "YES" : "NO");
        target.SetItems(DicomTags.SegmentSequence, segments.Index().Select(s => Segment(s.Item, s.Index + 1, origins[s.Index + 1].Any(o => o is not null))));
        if (segments.Any(s => s.Codes is null))
        {
            target.SetItems(DicomTags.CodingSchemeIdentificationSequence, new DicomDataset().Set(DicomTags.CodingSchemeDesignator, SegFormat.PrivateScheme)
                .Set(DicomTags.CodingSchemeName, "Pirogov label classes").Set(DicomTags.CodingSchemeResponsibleOrganization, "Pirogov"));
        }
    }

    public static DicomDataset Code(LabelCode code)
    {
        var item = new DicomDataset().Set(code.Value.Length > ShortCode ? DicomTags.LongCodeValue : DicomTags.CodeValue, code.Value);
        return item.Set(DicomTags.CodingSchemeDesignator, code.Scheme).Set(DicomTags.CodeMeaning, DicomVr.LO, Utf8(Cut(code.Meaning, Meaning)));
    }

    private static LabelCode? Read(DicomDataset item) => (item.GetString(DicomTags.CodeValue) ?? item.GetString(DicomTags.LongCodeValue)) is { } value
        ? new(item.GetString(DicomTags.CodingSchemeDesignator) ?? "", value, item.GetString(DicomTags.CodeMeaning) ?? "") : null;

    /// <summary>By what the request says of the number or the label, then by the label, then by the codes of the property type.</summary>
    public static LabelClass? Find(DicomDataset segment, LabelIntake intake, string name)
    {
        var (label, number) = (segment.GetString(DicomTags.SegmentLabel) ?? "", segment.GetInt(DicomTags.SegmentNumber)?.ToString(CultureInfo.InvariantCulture) ?? "");
        var known = intake.Case;
        if ((known.ClassNames.ContainsKey(number) ? known.FindClass(number) : known.FindClass(label)) is { } found)
            return found;
        var types = segment.GetItems(DicomTags.SegmentedPropertyTypeCodeSequence);
        LabelCode[] codes = [.. types.Concat(types.SelectMany(t => t.GetItems(DicomTags.EquivalentCodeSequence))).Select(Read).OfType<LabelCode>()];
        var fitting = known.Schema.Classes.Where(c => codes.Any(code => code.Scheme == SegFormat.PrivateScheme && code.Value == c.Id
            || c.Codes?.Any(own => own.Scheme == code.Scheme && own.Value == code.Value) is true)).ToArray();
        if (fitting is [var only])
            return only;
        intake.Leave(name, fitting.Length > 1 ? "class-ambiguous" : "class-unknown", $"{label} ({string.Join(", ", codes.Select(c => $"{c.Value}, {c.Scheme}, {c.Meaning}"))})");
        return null;
    }

    private static DicomDataset Segment(LabelClass one, int number, bool isAssisted)
    {
        var segment = new DicomDataset().Set(DicomTags.SegmentNumber, number).Set(DicomTags.SegmentLabel, one.Id)
            .Set(DicomTags.SegmentDescription, DicomVr.ST, Utf8(Cut($"{one.Name.Ru} / {one.Name.En}", Description))).Set(DicomTags.SegmentAlgorithmType, isAssisted ? "SEMIAUTOMATIC" : "MANUAL");
        if (isAssisted)
            segment.Set(DicomTags.SegmentAlgorithmName, "Pre-labels");
        var codes = (one.Codes ?? []).OrderBy(Rank).ToArray();
        var first = codes is [var best, ..] ? best : new LabelCode(SegFormat.PrivateScheme, one.Id, one.Name.En);
        var type = Code(first);
        if (codes.Length > 1)
            type.SetItems(DicomTags.EquivalentCodeSequence, codes.Skip(1).Select(Code));
        segment.SetItems(DicomTags.SegmentedPropertyCategoryCodeSequence, Code(CodeTable.CategoryOf(first)));
        segment.SetItems(DicomTags.SegmentedPropertyTypeCodeSequence, type);
        return segment.Set(DicomTags.RecommendedDisplayCIELabValue, CieLab.Of(one.Color));
    }

    private static int Rank(LabelCode code) => code.Scheme switch { CodingScheme.Snomed => 0, "DCM" => 1, CodingScheme.Icd10 => 3, _ => 2 };

    /// <summary>The object's character set: an item learns of it only when it has its place.</summary>
    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Cut(string text, int limit)
    {
        var plain = new string([.. text.Select(c => char.IsControl(c) || c == '\\' ? ' ' : c)]);
        return plain.Length <= limit ? plain : plain[..(limit - 1)] + "…";
    }
}

/// <summary>Colours as DICOM keeps them: CIELab under D50, each in 16 bits (PS3.3 C.10.7.1.1).</summary>
internal static class CieLab
{
    /// <param name="color"><c>#rrggbb</c>, sRGB.</param>
    public static int[] Of(string color)
    {
        double[] linear = [.. Convert.FromHexString(color.AsSpan(1)).Select(c => Linear(c / 255.0))];
        // sRGB's primaries adapted to D50 (ICC.1, sRGB v4 profile).
        var x = Root((0.4360747 * linear[0] + 0.3850649 * linear[1] + 0.1430804 * linear[2]) / 0.96422);
        var y = Root(0.2225045 * linear[0] + 0.7168786 * linear[1] + 0.0606169 * linear[2]);
        var z = Root((0.0139322 * linear[0] + 0.0971045 * linear[1] + 0.7141733 * linear[2]) / 0.82521);
        return [Scaled((116 * y - 16) / 100), Scaled((500 * (x - y) + 128) / 255), Scaled((200 * (y - z) + 128) / 255)];
    }

    private static double Linear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double Root(double t) => t > 216.0 / 24389 ? Math.Cbrt(t) : (24389.0 / 27 * t + 16) / 116;

    private static int Scaled(double share) => (int)Math.Round(Math.Clamp(share, 0, 1) * ushort.MaxValue);
}
