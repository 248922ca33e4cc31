using Pirogov.Archive.Contracts;
using Pirogov.Dicom;

namespace Pirogov.Archive.Deidentification;

/// <summary>One instance on its way through a profile, with the tally of what was done.</summary>
internal sealed class DeidentificationRun(
    DeidentificationProfile profile, Pseudonyms pseudonyms, string patient, IdentifyingText identifying)
{
    private readonly SortedDictionary<(DicomTag Tag, AttributeAction Action), int> _counts = [];

    public IReadOnlyList<AttributeCount> Counts => [.. _counts.Select(c => new AttributeCount(c.Key.Tag, c.Key.Action, c.Value))];

    public DicomDataset Apply(DicomDataset source)
    {
        var result = new DicomDataset();
        foreach (var element in source)
        {
            var (action, replacement) = Decide(source, element);
            if (replacement is not null)
            {
                result.Set(replacement);
            }

            var key = (element.Tag, action);
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }

        return result;
    }

    private (AttributeAction Action, DicomElement? Replacement) Decide(DicomDataset source, DicomElement element)
    {
        var tag = element.Tag;
        if (tag.IsGroupLength || tag.Group <= 0x0002 || tag.Group is >= 0x6000 and <= 0x60FF || tag.IsPrivate
            || DicomDictionary.VrsOf(tag) is not { Vr: not DicomVr.None } known)
        {
            return (AttributeAction.Removed, null);
        }

        if (tag == DicomTags.PatientName || tag == DicomTags.PatientID)
        {
            return (AttributeAction.Replaced, new DicomDataset().Set(tag, patient).Find(tag));
        }

        if (tag == DicomTags.AccessionNumber && source.GetString(tag) is { } accession)
        {
            return (AttributeAction.Replaced, new DicomDataset().Set(tag, pseudonyms.AccessionNumber(accession)).Find(tag));
        }

        return Resolve(profile.ActionFor(tag), known.Vr) switch
        {
            AttributeAction.Removed => (AttributeAction.Removed, null),
            AttributeAction.Emptied => (AttributeAction.Emptied, Empty(tag, known.Vr)),
            AttributeAction.Replaced => (AttributeAction.Replaced, known.Vr == DicomVr.UI ? RemapUids(source, tag) : DummyValues.For(tag, known.Vr)),
            _ => Keep(source, element, known),
        };
    }

    /// <summary>
    /// The row's codes resolved to one. Where several are allowed the one that keeps most Information Object
    /// Definitions valid is taken: dummy before empty before absent for values; the other way round for sequences,
    /// whose dummies no reader expects. U* (a sequence of references) keeps its items with their UIDs remapped.
    /// </summary>
    private static AttributeAction? Resolve(string? codes, DicomVr vr)
    {
        if (codes is null)
        {
            return null;
        }

        var allowed = codes.Split('/');
        if (allowed.Contains("U") || allowed.Contains("U*") || allowed is ["K"])
        {
            return null;
        }

        ReadOnlySpan<string> preference = vr == DicomVr.SQ ? ["Z", "X", "D"] : ["D", "Z", "X"];
        foreach (var code in preference)
        {
            if (allowed.Contains(code))
            {
                return code switch
                {
                    "D" => AttributeAction.Replaced,
                    "Z" => AttributeAction.Emptied,
                    _ => AttributeAction.Removed,
                };
            }
        }

        // C asks for cleaning by understanding the text; what is not understood is not kept.
        return AttributeAction.Removed;
    }

    private (AttributeAction Action, DicomElement? Replacement) Keep(DicomDataset source, DicomElement element, (DicomVr Vr, DicomVr Alternative) known)
    {
        if (element is DicomSequence sequence)
        {
            return known.Vr == DicomVr.SQ
                ? (AttributeAction.Kept, new DicomSequence(sequence.Tag, sequence.Items.Select(Apply)))
                : (AttributeAction.Removed, null);
        }

        if (!IsOfKind(element.Vr, known) || !IsPlausible(source, element))
        {
            return (AttributeAction.Removed, null);
        }

        if (element.Vr == DicomVr.UI)
        {
            // Unlisted UIDs too: one that the standard has not registered may lead back to the instance's origin.
            return source.GetStrings(element.Tag).All(DicomUids.IsWellKnown)
                ? (AttributeAction.Kept, element) : (AttributeAction.UidRemapped, RemapUids(source, element.Tag));
        }

        return identifying.IsRepeatedIn(source, element)
            ? (AttributeAction.Replaced, DummyValues.For(element.Tag, known.Vr)) : (AttributeAction.Kept, element);
    }

    private static bool IsOfKind(DicomVr vr, (DicomVr Vr, DicomVr Alternative) known) =>
        vr == known.Vr || vr == known.Alternative || (vr.IsText() && known.Vr.IsText() && (vr == DicomVr.UI) == (known.Vr == DicomVr.UI))
        || (vr is DicomVr.OB or DicomVr.OW && known.Vr is DicomVr.OB or DicomVr.OW or DicomVr.US)
        || (vr is DicomVr.US or DicomVr.SS && known.Vr is DicomVr.US or DicomVr.SS);

    /// <summary>Numbers, dates and times that are none may be anything: a name typed into the wrong field.</summary>
    private static bool IsPlausible(DicomDataset source, DicomElement element)
    {
        var characters = element.Vr switch
        {
            DicomVr.DS or DicomVr.IS => "0123456789+-.eE",
            DicomVr.DA or DicomVr.TM or DicomVr.DT => "0123456789+-.:",
            DicomVr.AS => "0123456789DWMY",
            _ => null,
        };
        return characters is null || source.GetStrings(element.Tag).All(v => v.All(characters.Contains));
    }

    private static DicomElement Empty(DicomTag tag, DicomVr vr) =>
        vr == DicomVr.SQ ? new DicomSequence(tag) : new DicomElement(tag, vr, default);

    private DicomElement RemapUids(DicomDataset source, DicomTag tag) => new DicomDataset()
        .Set(tag, DicomVr.UI, source.GetStrings(tag).Select(u => u.Length == 0 ? "" : pseudonyms.Uid(u))).Find(tag)!;
}
