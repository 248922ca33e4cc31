using System.Numerics;
using System.Text.Json;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Intake;
using Pirogov.ClinicalText;
using Pirogov.Dicom;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>What the use cases of the worklist share: whose items one sees, and what comes in a request.</summary>
internal sealed class Worklist(PirogovDb db, CentreAccess centres, IAgenda agenda)
{
    public const long LargestBody = 1 << 20;

    /// <summary>Who the patient is and who asked: nothing of it is kept unless it is a pseudonym of the archive.</summary>
    private static readonly HashSet<DicomTag> Identifying =
    [
        DicomTags.AccessionNumber, DicomTags.IssuerOfAccessionNumberSequence, DicomTags.ReferringPhysicianName, DicomTags.RequestingPhysician, DicomTags.RequestingService,
        DicomTags.PlacerOrderNumberImagingServiceRequest, DicomTags.FillerOrderNumberImagingServiceRequest, DicomTags.NamesOfIntendedRecipientsOfResults,
    ];

    public async Task<IQueryable<Workitem>> Visible(CancellationToken cancellation)
    {
        if (centres.SeesEverything)
            return db.Set<Workitem>();
        var own = await centres.Own(cancellation);
        return db.Set<Workitem>().Where(w => own.Contains(w.CentreId));
    }

    public async Task<Workitem?> Find(string uid, CancellationToken cancellation) =>
        await (await Visible(cancellation)).SingleOrDefaultAsync(w => w.Uid == uid, cancellation);

    /// <param name="named">Code or id; null: the only centre for which the person may plan.</param>
    public async Task<Outcome<ReferenceCentreSummary>> Centre(string? named, CancellationToken cancellation)
    {
        var mine = new List<ReferenceCentreSummary>();
        foreach (var centre in await agenda.Centres(cancellation))
        {
            if (await centres.SendsFor(centre.Id, cancellation))
                mine.Add(centre);
        }

        if (string.IsNullOrWhiteSpace(named))
            return mine is [var only] ? only : new CentreNotNamed();
        return mine.Find(c => c.Code == named || c.Id.ToString() == named) is { } found ? found : new NotFound("centre");
    }

    /// <summary>One data set in the JSON or the XML model; JSON may come in an array of one.</summary>
    public static async Task<Outcome<DicomDataset>> Read(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return new UnsupportedMediaType();
        using var body = await IntakeMemory.Read(request.Body, (int)LargestBody, request.ContentLength, cancellation);
        if (body is null)
            return new WorkitemMalformed("body");
        try
        {
            return type.MediaType.Value switch
            {
                DicomModels.Xml => DicomXml.Parse(body.Memory.ToArray()),
                DicomModels.Json or "application/json" => Json(body.Memory.ToArray()),
                _ => new UnsupportedMediaType(),
            };
        }
        catch (Exception broken) when (broken is JsonException or XmlException or FormatException)
        {
            return new WorkitemMalformed("body");
        }
    }

    /// <summary>A UID given as a parameter of that name or, as PS3.18 writes it, as the bare query.</summary>
    public static string? UidOf(HttpRequest request, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (request.Query[name].FirstOrDefault() is { Length: > 0 } named)
                return named;
        }

        return request.Query.FirstOrDefault(q => q.Value.ToString().Length == 0 && IsUid(q.Key)).Key;
    }

    public static bool IsUid(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiDigit(c) || c == '.') && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1]);

    /// <summary>2.25 and a UUID as a decimal number (PS3.5 B.2).</summary>
    public static string NewUid() => "2.25." + new BigInteger(Guid.CreateVersion7().ToByteArray(bigEndian: true), isUnsigned: true, isBigEndian: true);

    /// <summary>
    /// Takes out who the patient is, at any depth; PatientID and PatientName stay where they are a pseudonym of the centre. Texts that stay lose
    /// what names the patient and what looks like an identifier.
    /// </summary>
    /// <returns>Whether something was taken out.</returns>
    public async Task<bool> Clean(DicomDataset given, ReferenceCentreId centre, CancellationToken cancellation)
    {
        var names = new HashSet<string>();
        Walk(given, (at, element) =>
        {
            if (element.Tag == DicomTags.PatientID || element.Tag == DicomTags.PatientName)
                names.UnionWith(at.GetStrings(element.Tag).Take(1));
        });
        var wanted = names.ToList();
        var known = (await db.Set<Case>().AsNoTracking().Where(c => c.CentreId == centre && wanted.Contains(c.PatientPseudonym)).Select(c => c.PatientPseudonym)
            .Distinct().ToArrayAsync(cancellation)).ToHashSet();
        var taken = new List<(DicomDataset At, DicomElement Element)>();
        Walk(given, (at, element) =>
        {
            if (!IsKept(at, element, known))
                taken.Add((at, element));
        });
        var changed = CleanTexts(given, taken);
        foreach (var (at, element) in taken)
        {
            // PatientName and PatientID are of type 2: they stay, empty.
            _ = element.Tag == DicomTags.PatientName || element.Tag == DicomTags.PatientID ? at.SetEmpty(element.Tag).Count > 0 : at.Remove(element.Tag);
        }

        return changed || taken.Count > 0;
    }

    /// <param name="taken">What is taken out as a whole: its values are looked for in the texts.</param>
    private static bool CleanTexts(DicomDataset given, IReadOnlyList<(DicomDataset At, DicomElement Element)> taken)
    {
        var identity = new KnownIdentifiers(
            taken.Where(t => t.Element.Vr == DicomVr.PN).SelectMany(t => t.At.GetStrings(t.Element.Tag)),
            taken.Where(t => t.Element.Vr is DicomVr.LO or DicomVr.SH or DicomVr.DA && !t.Element.Tag.IsPrivate).SelectMany(t => t.At.GetStrings(t.Element.Tag)));
        var texts = new List<(DicomDataset At, DicomTag Tag, string[] Values)>();
        Walk(given, (at, element) =>
        {
            if (element.Vr is DicomVr.LO or DicomVr.LT or DicomVr.ST or DicomVr.UC or DicomVr.UT && !element.IsEmpty && element.Tag != DicomTags.PatientID
                && at.GetStrings(element.Tag) is var values && values.Any(v => TextCleaning.Clean(v, identity, keepDates: true).Found.Count > 0))
                texts.Add((at, element.Tag, [.. values.Select(v => TextCleaning.Clean(v, identity, keepDates: true).Text)]));
        });
        foreach (var (at, tag, values) in texts)
            at.Set(tag, values);
        return texts.Count > 0;
    }

    private static bool IsKept(DicomDataset at, DicomElement element, HashSet<string> known)
    {
        var tag = element.Tag;
        if (element.IsEmpty)
            return true;
        if (tag == DicomTags.PatientID || tag == DicomTags.PatientName)
            return at.GetString(tag) is { } text && known.Contains(text);
        return !tag.IsPrivate && tag.Group != 0x0038 && !Identifying.Contains(tag) && (tag.Group != 0x0010 || tag == DicomTags.PatientSex || tag == DicomTags.PatientAge);
    }

    private static void Walk(DicomDataset root, Action<DicomDataset, DicomElement> see)
    {
        var open = new Stack<DicomDataset>([root]);
        while (open.TryPop(out var dataset))
        {
            foreach (var element in dataset)
            {
                see(dataset, element);
                foreach (var item in (element as DicomSequence)?.Items ?? [])
                    open.Push(item);
            }
        }
    }

    private static Outcome<DicomDataset> Json(byte[] utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() != 1)
            return new WorkitemMalformed("body");
        return DicomJson.Read(root.ValueKind == JsonValueKind.Array ? root[0] : root);
    }
}
