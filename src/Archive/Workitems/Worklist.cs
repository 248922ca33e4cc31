using System.Numerics;
using System.Text.Json;
using System.Xml;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>How far one request looks through the worklist, which keeps what has ended: a filter that fits nothing would read all that ever was.</summary>
/// <param name="MostLookedAt">Items read and compared; a hospital's worklist of some months.</param>
internal sealed record WorklistBounds(int MostLookedAt = 20_000);

internal sealed record WorklistTooLong(int Limit) : Refusal("archive.worklist-too-long", 413);

/// <summary>What the use cases of the worklist share: whose items one sees, and what comes in a request.</summary>
internal sealed class Worklist(PirogovDb db, CentreAccess centres, IAgenda agenda)
{
    public const long LargestBody = 1 << 20;

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
        var body = new byte[Math.Min(request.ContentLength ?? LargestBody, LargestBody) + 1];
        var size = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        if (size == body.Length)
            return new WorkitemMalformed("body");
        try
        {
            return type.MediaType.Value switch
            {
                DicomModels.Xml => DicomXml.Parse(body.AsMemory(0, size)),
                DicomModels.Json or "application/json" => Json(body.AsMemory(0, size)),
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

    private static Outcome<DicomDataset> Json(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 256 });
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() != 1)
            return new WorkitemMalformed("body");
        return DicomJson.Read(root.ValueKind == JsonValueKind.Array ? root[0] : root);
    }
}
