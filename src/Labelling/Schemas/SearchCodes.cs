using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Schemas;

/// <summary>Looks codes up for classes: МКБ-10 and ICD-O in Russian, the codes of DICOM's context groups in English.</summary>
[Needs(LabellingRights.DesignSchemas)]
internal sealed class SearchCodes
{
    public const int MostFound = 1_000;

    /// <param name="Meaning">In full; a class takes at most 64 characters of it.</param>
    public sealed record Row(string Scheme, string Value, string Meaning);

    internal static void Map(IEndpointRouteBuilder api) => api.MapGet("/labelling-codes", (string query, string? scheme, int? page, int? size) =>
            Handle(scheme, query, page ?? 1, size ?? Page.DefaultSize))
        .Needs(typeof(SearchCodes)).WithName("searchCodes").WithSummary("Codes of diseases, structures and findings, by the beginning of a code or of the words of its meaning.");

    public static Page<Row> Handle(string? scheme, string query, int page, int size)
    {
        var found = CodeTable.Search(string.IsNullOrEmpty(scheme) ? null : scheme, query.Length <= 200 ? query : query[..200], MostFound);
        return Page.Of(found, page, size).Of(c => new Row(c.Scheme, c.Value, c.Meaning));
    }
}
