using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.ClinicalText;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Workitems;

/// <summary>
/// Takes out of a work item who the patient is, who asked and what the hospital calls its objects. A study of the hospital becomes the one that
/// it is in the archive, since both come of the centre's key; a person who takes part becomes a pseudonym, since the standard wants performers named.
/// </summary>
internal sealed partial class WorkitemIdentity(PirogovDb db, CentreKeys keys, CentreProfiles profiles)
{
    /// <summary>Who the patient is and who asked: nothing of it is kept unless it is a pseudonym of the archive.</summary>
    private static readonly HashSet<DicomTag> Identifying =
    [
        DicomTags.AccessionNumber, DicomTags.IssuerOfAccessionNumberSequence, DicomTags.ReferringPhysicianName, DicomTags.RequestingPhysician, DicomTags.RequestingService,
        DicomTags.PlacerOrderNumberImagingServiceRequest, DicomTags.FillerOrderNumberImagingServiceRequest, DicomTags.NamesOfIntendedRecipientsOfResults,
        DicomTags.ReferringPhysicianIdentificationSequence, DicomTags.RequestingPhysicianIdentificationSequence, DicomTags.OperatorsName,
        DicomTags.OperatorIdentificationSequence, DicomTags.PerformingPhysicianName, DicomTags.PerformingPhysicianIdentificationSequence,
        DicomTags.PersonIdentificationCodeSequence, DicomTags.InstitutionName, DicomTags.InstitutionAddress, DicomTags.InstitutionCodeSequence,
        DicomTags.InstitutionalDepartmentName, DicomTags.StationName, DicomTags.DeviceSerialNumber, DicomTags.StudyID,
    ];

    /// <summary>UIDs that name a kind and no object.</summary>
    private static readonly string[] Kinds = ["ClassUID", "TransferSyntaxUID", "CodingSchemeUID", "ContextUID", "ContextGroupExtensionCreatorUID"];

    /// <summary>A UID in an address; an address of the network has fewer numbers.</summary>
    [GeneratedRegex(@"(?<![\d.])[0-2](\.(0|[1-9]\d*)){4,}(?![\d.]*\d)")]
    private static partial Regex Uids { get; }

    /// <summary>Values of CS (PS3.5 6.2): what is none was typed by somebody.</summary>
    [GeneratedRegex(@"^[A-Z0-9_ \\\0]*$")]
    private static partial Regex Codes { get; }

    /// <param name="stored">The item as it stands, whose names and UIDs are its own; null of a new one.</param>
    /// <returns>Whether something was changed.</returns>
    public async Task<bool> Clean(DicomDataset given, ReferenceCentreId centre, DicomDataset? stored, CancellationToken cancellation)
    {
        var isChanged = Understand(given);
        var elements = Elements(given).ToArray();
        var known = await Pseudonyms(elements, centre, cancellation);
        var taken = elements.Where(e => !IsKept(e.At, e.Element, known)).ToArray();
        var kept = elements.Except(taken).Where(e => !e.Element.IsEmpty).ToArray();
        var people = kept.Where(e => IsOf(e.Element, DicomVr.PN) && e.Element.Tag != DicomTags.PatientName).ToArray();
        // Before the values are replaced: they are looked for in the texts.
        var identity = new KnownIdentifiers(
            taken.Where(e => e.Element.Vr == DicomVr.PN).Concat(people).SelectMany(e => e.At.GetStrings(e.Element.Tag)),
            taken.Where(e => e.Element.Vr is DicomVr.LO or DicomVr.SH or DicomVr.DA && !e.Element.Tag.IsPrivate)
                .SelectMany(e => e.At.GetStrings(e.Element.Tag).SelectMany(v => e.Element.Tag == DicomTags.PatientBirthDate ? BirthDates.SpellingsOf(v) : [v])));
        foreach (var (at, element) in taken)
        {
            // PatientName and PatientID are of type 2: they stay, empty.
            _ = element.Tag == DicomTags.PatientName || element.Tag == DicomTags.PatientID ? at.SetEmpty(element.Tag).Count > 0 : at.Remove(element.Tag);
        }

        var key = await keys.Of(centre, cancellation, await profiles.Of(centre, cancellation));
        var own = stored is null ? [] : Elements(stored).SelectMany(e => e.At.GetStrings(e.Element.Tag)).ToHashSet();
        isChanged |= Replace(people, name => own.Contains(name) ? name : key.Person(name));
        var objects = await ObjectsOf(kept, key, own, cancellation);
        isChanged |= Replace(kept.Where(e => IsOf(e.Element, DicomVr.UI)), objects)
            | Replace(kept.Where(e => e.Element.Vr == DicomVr.UR), address => Uids.Replace(address, found => objects(found.Value)));
        isChanged |= Replace(kept.Where(e => e.Element.Vr == DicomVr.AS), age => Dates.CapAge(age) ?? "");
        return CleanTexts(kept, identity) | isChanged | taken.Length > 0;
    }

    /// <summary>A text is what the dictionary says, whatever its sender calls it: a label under the VR of a code is cleaned as a label.</summary>
    private static bool Understand(DicomDataset given)
    {
        var miscalled = Elements(given).Where(e => IsMiscalled(e.Element)).ToArray();
        foreach (var (at, element) in miscalled)
        {
            at.Set(new DicomElement(element.Tag, DicomDictionary.VrsOf(element.Tag).Vr, element.Bytes));
        }

        return miscalled.Length > 0;

        static bool IsMiscalled(DicomElement element) => element.Vr.IsText() && DicomDictionary.VrsOf(element.Tag).Vr is var known && known != element.Vr && known.IsText();
    }

    private async Task<HashSet<string>> Pseudonyms((DicomDataset At, DicomElement Element)[] elements, ReferenceCentreId centre, CancellationToken cancellation)
    {
        var wanted = elements.Where(e => e.Element.Tag == DicomTags.PatientID || e.Element.Tag == DicomTags.PatientName)
            .SelectMany(e => e.At.GetStrings(e.Element.Tag).Take(1)).Distinct().ToList();
        return (await db.Set<Case>().AsNoTracking().Where(c => c.CentreId == centre && wanted.Contains(c.PatientPseudonym)).Select(c => c.PatientPseudonym)
            .Distinct().ToArrayAsync(cancellation)).ToHashSet();
    }

    /// <summary>What each UID of an object becomes: those of the archive, of the worklist and of the item itself stay.</summary>
    private async Task<Func<string, string>> ObjectsOf((DicomDataset At, DicomElement Element)[] kept, KeyedCentre key, HashSet<string> own, CancellationToken cancellation)
    {
        var asked = kept.Where(e => IsOf(e.Element, DicomVr.UI) || e.Element.Vr == DicomVr.UR).SelectMany(e => e.At.GetStrings(e.Element.Tag).SelectMany(v => Uids.Matches(v).Select(m => m.Value).Append(v)))
            .Where(v => Worklist.IsUid(v) && !own.Contains(v)).Distinct();
        var known = new HashSet<string>(own);
        foreach (var uids in asked.Chunk(500))
        {
            known.UnionWith(await db.Set<Case>().AsNoTracking().Where(c => uids.Contains(c.StudyInstanceUid)).Select(c => c.StudyInstanceUid).ToArrayAsync(cancellation));
            known.UnionWith(await db.Set<Series>().AsNoTracking().Where(s => uids.Contains(s.SeriesInstanceUid)).Select(s => s.SeriesInstanceUid).ToArrayAsync(cancellation));
            known.UnionWith(await db.Set<Instance>().AsNoTracking().Where(i => uids.Contains(i.SopInstanceUid)).Select(i => i.SopInstanceUid).ToArrayAsync(cancellation));
            known.UnionWith(await db.Set<Workitem>().AsNoTracking().Where(w => uids.Contains(w.Uid)).Select(w => w.Uid).ToArrayAsync(cancellation));
        }

        return Object;

        string Object(string uid) => known.Contains(uid) ? uid : key.Deidentifier.Uid(uid);
    }

    private static bool Replace(IEnumerable<(DicomDataset At, DicomElement Element)> elements, Func<string, string> become)
    {
        var isChanged = false;
        foreach (var (at, element) in elements)
        {
            var values = at.GetStrings(element.Tag);
            string[] replaced = [.. values.Select(v => v.Length == 0 ? v : become(v))];
            if (values.SequenceEqual(replaced))
                continue;
            at.Set(element.Tag, element.Vr, replaced);
            isChanged = true;
        }

        return isChanged;
    }

    private static bool CleanTexts((DicomDataset At, DicomElement Element)[] kept, KnownIdentifiers identity) => Replace(
        kept.Where(e => e.Element.Vr is DicomVr.LO or DicomVr.SH or DicomVr.LT or DicomVr.ST or DicomVr.UC or DicomVr.UT && e.Element.Tag != DicomTags.PatientID && !IsCode(e.Element.Tag)),
        text => TextCleaning.Clean(text, identity, keepDates: true).Text)
        | Replace(kept.Where(e => IsCode(e.Element.Tag)), code => identity.Find(code).Count > 0 ? "[ID]" : code);

    /// <summary>Codes look like numbers of people; only those that stand elsewhere in the item are theirs.</summary>
    private static bool IsCode(DicomTag tag) => tag == DicomTags.CodeValue || tag == DicomTags.LongCodeValue || tag == DicomTags.CodingSchemeDesignator;

    private static bool IsKept(DicomDataset at, DicomElement element, HashSet<string> known)
    {
        var tag = element.Tag;
        if (element.IsEmpty)
            return true;
        if (tag == DicomTags.PatientID || tag == DicomTags.PatientName)
            return at.GetString(tag) is { } text && known.Contains(text);
        // Bytes of which nobody can tell what they say have no place in an item, nor what is of another kind than its attribute.
        return !tag.IsPrivate && IsOfKind(element) && tag.Group != 0x0038 && !Identifying.Contains(tag) && (tag.Group != 0x0010 || tag == DicomTags.PatientSex || tag == DicomTags.PatientAge)
            && element.Vr is not (DicomVr.UN or DicomVr.OB or DicomVr.OD or DicomVr.OF or DicomVr.OL or DicomVr.OV or DicomVr.OW);
    }

    /// <summary>Of a VR that the dictionary gives it, and free of words where those have no place.</summary>
    private static bool IsOfKind(DicomElement element)
    {
        var (known, alternative) = DicomDictionary.VrsOf(element.Tag);
        return (element.Vr == known || (element.Vr == alternative && alternative != DicomVr.None))
            && (element.Vr == DicomVr.CS ? Codes.IsMatch(System.Text.Encoding.Latin1.GetString(element.Bytes.Span)) : PlausibleValues.Holds(element));
    }

    private static bool IsOf(DicomElement element, DicomVr vr)
    {
        if (element.Vr != vr)
            return false;
        return vr != DicomVr.UI || (element.Tag != DicomTags.TransactionUid && !Array.Exists(Kinds, k => element.Tag.Keyword.EndsWith(k, StringComparison.Ordinal)));
    }

    /// <summary>At any depth, but for the item's own UID, which its creator chose and by which it is found.</summary>
    private static IEnumerable<(DicomDataset At, DicomElement Element)> Elements(DicomDataset root)
    {
        var open = new Stack<DicomDataset>([root]);
        while (open.TryPop(out var dataset))
        {
            foreach (var element in dataset)
            {
                if (dataset != root || element.Tag != DicomTags.SopInstanceUid)
                    yield return (dataset, element);
                foreach (var item in (element as DicomSequence)?.Items ?? [])
                    open.Push(item);
            }
        }
    }
}
