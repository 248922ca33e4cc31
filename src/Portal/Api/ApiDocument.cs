using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Pirogov.Portal.Api;

/// <summary>
/// The OpenAPI document of <c>/api/v1</c>. It is committed as docs/api/v1.json and the workbenches' types are made from
/// it, so nothing in it may depend on the host, the build or the order of registration.
/// </summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    private const string Text = """
        What hospitals, experts and ML teams do on Pirogov, from a program. Sign in with a personal access token
        (`Authorization: Bearer …`, made at /account/tokens or by `POST /api/v1/tokens/issue`); each operation names the right
        it needs. Refusals are RFC 9457 problems whose `type` is stable and explained at /problems. Lists come in pages of at
        most 200. Images are read by DICOMweb under /dicomweb, datasets are pulled by git and DVC under /git and /dvc: their
        standards describe them.
        """;

    public static IServiceCollection AddApiDescription(this IServiceCollection services) => services.AddOpenApi(Name, o =>
    {
        o.ShouldInclude = d => d.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        o.CreateSchemaReferenceId = SchemaNames.Of;
        o.AddSchemaTransformer(SchemaWords.Describe);
        o.AddOperationTransformer(OperationWords.Describe);
        o.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Pirogov", Version = Name, Description = Text.ReplaceLineEndings(" ") };
            document.Servers = [];
            document.Components ??= new();
            ApiSecurity.AddTo(document.Components);
            ApiProblems.AddTo(document);
            document.Tags = new HashSet<OpenApiTag>(Rooms(document).Select(r => new OpenApiTag { Name = r.Name, Description = r.Description }));
            ResponseSchemas.RequireWhatIsAlwaysWritten(document);
            Order(document);
            return Task.CompletedTask;
        });
    });

    private static IEnumerable<(string Name, string Description)> Rooms(OpenApiDocument document)
    {
        var used = document.Paths.Values.SelectMany(p => p.Operations!.Values).SelectMany(o => o.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(t => t.Name).ToHashSet();
        return ApiRooms.InOrder.Where(r => used.Contains(r.Name));
    }

    private static void Order(OpenApiDocument document)
    {
        var paths = new OpenApiPaths();
        foreach (var (path, item) in document.Paths.OrderBy(p => p.Key, StringComparer.Ordinal))
            paths.Add(path, item);
        document.Paths = paths;
        document.Components!.Schemas = document.Components.Schemas?.OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary(s => s.Key, s => s.Value);
    }
}
