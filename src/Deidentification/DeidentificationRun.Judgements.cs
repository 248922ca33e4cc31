using System.Collections.Frozen;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>What an element is: of the kind its dictionary entry says, a number that is one, a safe private value.</summary>
internal sealed partial class DeidentificationRun
{
    /// <summary>Concept names of PS3.16 under which reports name persons, institutions and devices.</summary>
    private static readonly FrozenSet<string> IdentityConcepts = FrozenSet.ToFrozenSet<string>([
        "121008", "121009", "121011", "121012", "121013", "121014", "121015", "121016", "121017", "121018", "121019", "121020", "121021", "121022", "121023",
        "121025", "121026", "121028", "121029", "121030", "121031", "121036", "121096", "121121", "121126", "121152", "121153", "121173", "111706", "113870", "113871", "113872", "113873",
        "128774", "128775", "109054", "110119", "110190", "112013", "125011",
    ], StringComparer.Ordinal);

    /// <summary>Subject Age of DICOM, ages of LOINC and SNOMED CT.</summary>
    private static readonly FrozenSet<string> AgeConcepts = FrozenSet.ToFrozenSet<string>(
        ["121033", "30525-0", "63900-5", "29553-5", "424144002", "397669002", "445518008"], StringComparer.Ordinal);

    /// <summary>What a content item may hold; codes are cleaned as they are elsewhere.</summary>
    private static readonly FrozenSet<DicomTag> IdentityValues = FrozenSet.ToFrozenSet<DicomTag>(
        [DicomTags.DateTime, DicomTags.Date, DicomTags.Time, DicomTags.PersonName, DicomTags.Uid, DicomTags.TextValue, DicomTags.MeasuredValueSequence]);

    private static Concept ConceptOf(DicomDataset source, Concept around)
    {
        if (source.Find(DicomTags.ConceptNameCodeSequence) is not DicomSequence { Items: [var name, ..] })
        {
            // The number of a measurement stands in an item of its own.
            return around == Concept.Age ? Concept.Age : Concept.Other;
        }

        var code = name.GetString(DicomTags.CodeValue) ?? "";
        return AgeConcepts.Contains(code) ? Concept.Age : IdentityConcepts.Contains(code) ? Concept.Identity : Concept.Other;
    }

    /// <summary>No option keeps what identifies somebody by its concept: a birth date is none of the dates of an examination.</summary>
    private (AttributeAction Action, DicomElement? Replacement) IdentityValue(DicomDataset source, DicomTag tag, DicomVr vr) =>
        tag == DicomTags.Uid ? (AttributeAction.UidRemapped, RemapUids(source, tag))
        : tag == DicomTags.MeasuredValueSequence ? Drop(tag, vr, AttributeAction.Emptied)
        : (AttributeAction.Replaced, DummyValues.For(tag, vr));

    /// <summary>How many of a measurement's units (UCUM) are a year.</summary>
    private static double YearIn(DicomDataset source) =>
        source.GetItems(DicomTags.MeasurementUnitsCodeSequence) is [var unit, ..] ? unit.GetString(DicomTags.CodeValue) switch
        {
            "mo" => 12,
            "wk" => 52.18,
            "d" => 365.25,
            _ => 1,
        }
        : 1;

    /// <summary>An overlay of the type Region of Interest in a plane of its own, where graphics are cleaned: it is a shape, not a text.</summary>
    private bool IsRegionOverlay(DicomDataset source, DicomTag tag) => profile.Options.HasFlag(DeidentificationOptions.CleanGraphics)
        && source.GetString(new DicomTag(tag.Group, 0x0040)) == "R" && source.GetInt(new DicomTag(tag.Group, 0x0100)) == 1;

    private (AttributeAction Action, DicomElement? Replacement) Private(DicomDataset source, DicomElement element)
    {
        var (tag, safe) = (element.Tag, profile.SafePrivate);
        if (safe.Count == 0 || tag.Element < 0x0010)
        {
            return (AttributeAction.Removed, null);
        }

        if (tag.IsPrivateCreator)
        {
            var owner = source.GetString(tag) ?? "";
            return source.Any(e => e.Tag.Group == tag.Group && e.Tag.Element >> 8 == tag.Element && safe.ContainsKey((owner, BlockLess(e.Tag))))
                ? (AttributeAction.Kept, Text(tag, DicomVr.LO, owner)) : (AttributeAction.Removed, null);
        }

        var creator = source.GetString(new DicomTag(tag.Group, (ushort)(tag.Element >> 8)));
        if (creator is null || !safe.TryGetValue((creator, BlockLess(tag)), out var vr) || (element.Vr != vr && element.Vr != DicomVr.UN) || element is DicomSequence)
        {
            return (AttributeAction.Removed, null);
        }

        var typed = new DicomElement(tag, vr, element.Bytes);
        var holder = new DicomDataset().Set(typed);
        var isCode = vr is not (DicomVr.CS or DicomVr.SH) || holder.GetStrings(tag).All(v => v.Length <= 16 && v.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_' or ' ' or '.' or ':' or '-'));
        return isCode && PlausibleValues.Holds(typed) && !holder.GetStrings(tag).Any(identity.IsRepeatedIn) ? (AttributeAction.Kept, typed) : (AttributeAction.Removed, null);
    }

    private static uint BlockLess(DicomTag tag) => tag.Value & 0xFFFF00FF;

    private static bool IsOfKind(DicomVr vr, (DicomVr Vr, DicomVr Alternative) known) =>
        vr == known.Vr || vr == known.Alternative || (vr.IsText() && known.Vr.IsText() && (vr == DicomVr.UI) == (known.Vr == DicomVr.UI))
        || (vr is DicomVr.OB or DicomVr.OW && known.Vr is DicomVr.OB or DicomVr.OW or DicomVr.US)
        || (vr is DicomVr.US or DicomVr.SS && known.Vr is DicomVr.US or DicomVr.SS);
}
