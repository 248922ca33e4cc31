using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Dicomweb;
using Pirogov.Dicom;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Workitems;

/// <summary>
/// UPS-RS Search (PS3.18 11.9, PS3.4 CC.2.8): state and UID are matched in the database, every other attribute and path in the items.
/// An answer is the whole item, so that includefield adds nothing.
/// </summary>
[Needs(ArchiveRights.SeeWork)]
internal sealed class SearchWorkitems(Worklist items, WorklistBounds bounds, PirogovDb db, AuditTrail audit)
{
    private const int Most = 1000;
    private static readonly string[] NoKeys = ["limit", "offset", "includefield", "fuzzymatching", "accept"];

    internal static void Map(IEndpointRouteBuilder dicomweb) => dicomweb.MapGet("/workitems",
            (SearchWorkitems use, HttpContext http, CancellationToken cancellation) => use.Handle(http, cancellation))
        .Needs(typeof(SearchWorkitems));

    public async Task<IResult> Handle(HttpContext http, CancellationToken cancellation)
    {
        var accept = new Acceptance(http.Request);
        if (!DicomModels.IsTaken(accept))
            return new NotAcceptable().ToHttp();
        var query = http.Request.Query;
        if (Number(query, "limit", Most) is not { } limit || Number(query, "offset", 0) is not { } offset)
            return new SearchMalformed("limit").ToHttp();
        var keys = Keys(http, string.Equals(query["fuzzymatching"], "true", StringComparison.OrdinalIgnoreCase));
        var (found, isCut, looked) = (new List<JsonObject>(), false, 0);
        var candidates = Candidates(await items.Visible(cancellation), keys);
        var isWhole = keys.TrueForAll(k => StateOf(k) is not null);
        if (isWhole)
            (candidates, offset) = (candidates.Skip(offset), 0);
        await foreach (var item in candidates.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (!isWhole && looked++ == bounds.MostLookedAt)
                return new WorklistTooLong(bounds.MostLookedAt).ToHttp();
            if (!Matches(item, keys) || offset-- > 0)
                continue;
            if (isCut = found.Count == Math.Min(limit, Most))
                break;
            found.Add(JsonNode.Parse(item.Dataset)!.AsObject());
        }

        audit.Note("archive.workitems-searched", "worklist", WorkitemSubscription.Global, new { found = found.Count });
        await db.SaveChangesAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        // PS3.18 8.3.4.4.1 has their number here: who asks for the next item alone would pay for counting all.
        http.Warn(isCut ? "There are additional results that can be requested." : null);
        return found.Count == 0 ? Results.NoContent() : DicomModels.Many(accept, found);
    }

    private static List<HeaderKey> Keys(HttpContext http, bool isFuzzy)
    {
        var keys = new List<HeaderKey>();
        foreach (var (name, values) in http.Request.Query.Where(q => !NoKeys.Contains(q.Key.ToLowerInvariant())))
        {
            // The lock is nobody's to ask for.
            if (HeaderKey.Parse(name, values.ToString()) is not { } key || key.Path.Contains(DicomTags.TransactionUid))
                http.Warn($"The attribute {SearchDicom.Plain(name)} is not supported and was not matched.");
            else if (key.Value.Length > 0)
                keys.Add(key with { IsFuzzy = isFuzzy });
        }

        return keys;
    }

    private static IQueryable<Workitem> Candidates(IQueryable<Workitem> visible, List<HeaderKey> keys)
    {
        foreach (var key in keys)
        {
            if (key.Path is [var only] && only == DicomTags.SopInstanceUid)
                visible = MatchKeys.Uids(visible, key.Value, w => w.Uid);
            else if (StateOf(key) is { } wanted)
                visible = visible.Where(w => w.State == wanted);
        }

        return visible.AsNoTracking().OrderBy(w => w.Id);
    }

    private static WorkitemState? StateOf(HeaderKey key) => key.Path is [var only] && only == DicomTags.ProcedureStepState ? WorkitemStates.Parse(key.Value) : null;

    private static bool Matches(Workitem item, List<HeaderKey> keys)
    {
        using var document = item.ReadJson();
        return keys.TrueForAll(k => k.Matches(document.RootElement));
    }

    private static int? Number(IQueryCollection query, string name, int absent) => !query.TryGetValue(name, out var text) ? absent
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
