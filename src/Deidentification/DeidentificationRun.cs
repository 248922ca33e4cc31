using System.Runtime.InteropServices;
using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>One instance on its way through a profile, with the tally of what was done.</summary>
/// <param name="pixels">To stand in the place of the instance's own; null of an object that has none to show.</param>
internal sealed partial class DeidentificationRun(
    DeidentificationProfile profile, Pseudonyms pseudonyms, string patient, HeaderIdentity identity, AttributeTypes.Iod? iod, DicomElement? pixels)
{
    private readonly Dictionary<ulong, int> _counts = new(UsualElements);
    private readonly Dictionary<string, string> _uids = new(StringComparer.Ordinal);
    private readonly int _days = pseudonyms.DaysMoved(patient);

    /// <summary>Of an image: room for them is made at once.</summary>
    private const int UsualElements = 100;

    private enum Concept
    {
        Other,

        /// <summary>Names or identifies somebody, whatever the value looks like.</summary>
        Identity,
        Age,
    }

    public IReadOnlyList<AttributeCount> Counts
    {
        get
        {
            var keys = _counts.Keys.ToArray();
            Array.Sort(keys);
            return Array.ConvertAll(keys, k => new AttributeCount(new DicomTag((uint)(k >> 8)), (AttributeAction)(byte)k, _counts[k]));
        }
    }

    public DicomDataset Apply(DicomDataset source) => Apply(source, default, Concept.Other);

    private DicomDataset Apply(DicomDataset source, DicomTag parent, Concept around)
    {
        var result = DicomDataset.ForAbout(source.Count);
        var concept = ConceptOf(source, around);
        foreach (var element in source)
        {
            var (action, replacement) = Decide(source, element, parent, concept);
            if (replacement is not null)
            {
                result.Set(replacement);
            }

            CollectionsMarshal.GetValueRefOrAddDefault(_counts, ((ulong)element.Tag.Value << 8) | (byte)action, out _)++;
        }

        return result;
    }

    private (AttributeAction Action, DicomElement? Replacement) Decide(DicomDataset source, DicomElement element, DicomTag parent, Concept concept)
    {
        var tag = element.Tag;
        if (tag.IsPrivate)
        {
            return Private(source, element);
        }

        // Signatures sign what is no longer there (4FFE, FFFA), padding may hold anything (FFFC), encrypted attributes are the original ones,
        // a waveform beside an image may be a voice (PS3.3 C.10.10); objects that are waveforms are refused.
        if (tag.IsGroupLength || tag.Group is <= 0x0002 or 0x4FFE or 0xFFFA or 0xFFFC || tag == DicomTags.EncryptedAttributesSequence || tag == DicomTags.WaveformSequence || (tag.Group is >= 0x6000 and <= 0x60FF && !IsRegionOverlay(source, tag))
            || DicomDictionary.VrsOf(tag) is not { Vr: not DicomVr.None } known)
        {
            return (AttributeAction.Removed, null);
        }

        if (tag == DicomTags.PatientName || tag == DicomTags.PatientID)
        {
            return (AttributeAction.Replaced, Text(tag, known.Vr, patient));
        }

        // Pixels inside a sequence, and those of an object that is no image, nobody looks at.
        if (tag.IsPixelData)
        {
            return parent.Value != 0 || pixels is null ? (AttributeAction.Removed, null)
                : (ReferenceEquals(element, pixels) ? AttributeAction.Kept : AttributeAction.Cleaned, pixels);
        }

        // The Basic Offset Table says it, where it is needed.
        if (tag == DicomTags.ExtendedOffsetTable || tag == DicomTags.ExtendedOffsetTableLengths)
        {
            return (AttributeAction.Removed, null);
        }

        if (tag == DicomTags.AccessionNumber && source.GetString(tag) is { } accession)
        {
            return (AttributeAction.Replaced, Text(tag, known.Vr, pseudonyms.AccessionNumber(accession)));
        }

        if (concept == Concept.Identity && IdentityValues.Contains(tag))
        {
            return IdentityValue(source, tag, known.Vr);
        }

        var action = profile.ActionFor(tag);
        return action switch
        {
            // An address names the hospital's host, and its UIDs where it retrieves by them.
            ProfileAction.None or ProfileAction.Clean when known.Vr == DicomVr.UR => Drop(tag, known.Vr, Resolve(ProfileAction.XD, AttributeTypes.TypeOf(iod, parent, tag))),
            ProfileAction.None or ProfileAction.Keep => Keep(source, element, known, concept, isListed: action == ProfileAction.Keep),
            ProfileAction.Clean => Clean(source, element, known, parent, concept),
            ProfileAction.U => known.Vr == DicomVr.UI ? (AttributeAction.UidRemapped, RemapUids(source, tag)) : (AttributeAction.Removed, null),
            ProfileAction.XZU when AttributeTypes.TypeOf(iod, parent, tag) != AttributeType.Type3 => Keep(source, element, known, concept, isListed: false),
            _ => Drop(tag, known.Vr, Resolve(action, AttributeTypes.TypeOf(iod, parent, tag))),
        };
    }

    /// <summary>
    /// A compound action by the Type of the attribute (PS3.15 Table E.1-1a): absent where the object stays valid without, empty
    /// where it must be there, a dummy where it must have a value.
    /// </summary>
    private static AttributeAction Resolve(ProfileAction action, AttributeType type) => action switch
    {
        ProfileAction.Z => AttributeAction.Emptied,
        ProfileAction.D => AttributeAction.Replaced,
        ProfileAction.XD when type != AttributeType.Type3 => AttributeAction.Replaced,
        ProfileAction.XZ when type != AttributeType.Type3 => AttributeAction.Emptied,
        ProfileAction.XZD when type == AttributeType.Type2 => AttributeAction.Emptied,
        ProfileAction.XZD when type != AttributeType.Type3 => AttributeAction.Replaced,
        ProfileAction.ZD => type is AttributeType.Type1 or AttributeType.Unknown ? AttributeAction.Replaced : AttributeAction.Emptied,
        _ => AttributeAction.Removed,
    };

    private static (AttributeAction Action, DicomElement? Replacement) Drop(DicomTag tag, DicomVr vr, AttributeAction action) => (action, action switch
    {
        AttributeAction.Emptied => vr == DicomVr.SQ ? new DicomSequence(tag) : new DicomElement(tag, vr, default),
        AttributeAction.Replaced => DummyValues.For(tag, vr),
        _ => null,
    });

    private (AttributeAction Action, DicomElement? Replacement) Keep(
        DicomDataset source, DicomElement element, (DicomVr Vr, DicomVr Alternative) known, Concept concept, bool isListed)
    {
        var tag = element.Tag;
        if (element is DicomSequence sequence)
        {
            return known.Vr == DicomVr.SQ
                ? (AttributeAction.Kept, new DicomSequence(tag, sequence.Items.Select(i => Apply(i, tag, concept)))) : (AttributeAction.Removed, null);
        }

        if (!IsOfKind(element.Vr, known))
        {
            return (AttributeAction.Removed, null);
        }

        if (BinaryValues.IsOf(element.Vr) && !(isListed && BinaryValues.IsOf(known.Vr)))
        {
            return BinaryValues.Keep(element);
        }

        // A text is what the dictionary says, whatever its writer calls it: a description under the VR of a code is cleaned as a description.
        var whole = source;
        if (element.Vr != known.Vr && element.Vr.IsText())
        {
            element = new DicomElement(tag, known.Vr, element.Bytes);
            source = source.Alone(element);
        }

        if (!PlausibleValues.Holds(element))
        {
            return (AttributeAction.Removed, null);
        }

        switch (element.Vr)
        {
            case DicomVr.UI:
                // Unlisted UIDs too: one that the standard has not registered may lead back to the instance's origin.
                return isListed || source.GetStrings(tag).All(u => DicomUids.IsWellKnown(u) || DicomUids.Find(u) is not null)
                    ? (AttributeAction.Kept, element) : (AttributeAction.UidRemapped, RemapUids(source, tag));
            case DicomVr.AS:
                return Age(source, element);
            case DicomVr.LO or DicomVr.LT or DicomVr.SH or DicomVr.ST or DicomVr.UT or DicomVr.UC:
                return CleanText(source, element, concept);
            case DicomVr.CS or DicomVr.PN or DicomVr.AE or DicomVr.UR:
                return Array.Exists(TextReadings.Of(source, element), identity.IsRepeatedIn)
                    ? (AttributeAction.Replaced, DummyValues.For(tag, known.Vr)) : (AttributeAction.Kept, element);
            case DicomVr.DS or DicomVr.IS when concept == Concept.Age:
                return (AttributeAction.Kept, Text(tag, element.Vr, [.. source.GetStrings(tag).Select(a => Dates.CapYears(a, YearIn(whole)))]));
            default:
                return (AttributeAction.Kept, element);
        }
    }

    /// <summary>Action C of an option: dates are moved, texts lose their identifiers, sequences are gone through.</summary>
    private (AttributeAction Action, DicomElement? Replacement) Clean(
        DicomDataset source, DicomElement element, (DicomVr Vr, DicomVr Alternative) known, DicomTag parent, Concept concept)
    {
        var tag = element.Tag;
        if (known.Vr is DicomVr.DA or DicomVr.DT)
        {
            var moved = source.GetStrings(tag).Select(d => Dates.Move(d, _days)).ToArray();
            // What is no date may be anything; the basic action is done then.
            return element.Vr == known.Vr && moved.All(d => d is not null)
                ? (AttributeAction.DateMoved, Text(tag, known.Vr, moved!))
                : Drop(tag, known.Vr, AttributeTypes.TypeOf(iod, parent, tag) == AttributeType.Type3 ? AttributeAction.Removed : AttributeAction.Emptied);
        }

        return tag.Group is >= 0x5000 and <= 0x50FF ? (AttributeAction.Removed, null) : Keep(source, element, known, concept, isListed: false);
    }

    private (AttributeAction Action, DicomElement? Replacement) CleanText(DicomDataset source, DicomElement element, Concept concept)
    {
        if (element.IsEmpty)
        {
            return (AttributeAction.Kept, element);
        }

        if (concept == Concept.Age && element.Tag == DicomTags.TextValue && source.GetString(element.Tag) is { } age && Dates.CapYears(age) is var capped && capped != age)
        {
            return (AttributeAction.Replaced, Text(element.Tag, element.Vr, capped));
        }

        var readings = TextReadings.Of(source, element);
        var cleaned = identity.Clean(readings[0]);
        if (ReferenceEquals(cleaned, readings[0]))
        {
            return Array.Exists(readings[1..], identity.IsRepeatedIn)
                ? (AttributeAction.Replaced, DummyValues.For(element.Tag, element.Vr)) : (AttributeAction.Kept, element);
        }

        return (AttributeAction.Cleaned, Encoded(source, element, cleaned));
    }

    /// <summary>A dummy where the character set of the data set cannot write what is left, or the marks made it too long.</summary>
    private static DicomElement Encoded(DicomDataset source, DicomElement element, string text)
    {
        try
        {
            return element.Vr.MaximumLength() is { } most && text.Split(element.Vr.IsSingleText() ? '\0' : '\\').Any(v => v.Length > most)
                ? DummyValues.For(element.Tag, element.Vr)
                : new DicomElement(element.Tag, element.Vr, source.CharacterSet.Encode(text));
        }
        catch (ArgumentException)
        {
            return DummyValues.For(element.Tag, element.Vr);
        }
    }

    private static (AttributeAction Action, DicomElement? Replacement) Age(DicomDataset source, DicomElement element)
    {
        var capped = source.GetStrings(element.Tag).Select(Dates.CapAge).ToArray();
        return capped.Any(a => a is null) ? (AttributeAction.Removed, null)
            : capped.SequenceEqual(source.GetStrings(element.Tag)) ? (AttributeAction.Kept, element)
            : (AttributeAction.Replaced, Text(element.Tag, DicomVr.AS, capped!));
    }

    private DicomElement RemapUids(DicomDataset source, DicomTag tag) => Text(tag, DicomVr.UI, [.. source.GetStrings(tag).Select(Remap)]);

    private string Remap(string uid)
    {
        if (uid.Length == 0)
        {
            return "";
        }

        ref var remapped = ref CollectionsMarshal.GetValueRefOrAddDefault(_uids, uid, out _);
        return remapped ??= pseudonyms.Uid(uid);
    }

    /// <summary>Of a VR or a value that every character set writes.</summary>
    private static DicomElement Text(DicomTag tag, DicomVr vr, params string[] values) =>
        new(tag, vr, System.Text.Encoding.ASCII.GetBytes(values.Length == 1 ? values[0] : string.Join('\\', values)));
}
