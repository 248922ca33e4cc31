using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Pirogov.Platform.Web;

namespace Pirogov.Portal.Api;

/// <summary>The two ways of being somebody.</summary>
internal static class ApiSecurity
{
    private const string Token = "token";
    private const string Session = "session";

    public static void AddTo(OpenApiComponents components)
    {
        components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Session] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Cookie,
                Name = "pirogov.session",
                Description = $"The browser's session. A call that changes something also carries the page's antiforgery token in {Protection.AntiforgeryHeader}.",
            },
            [Token] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A personal access token. It may what its scopes name and its owner's roles have.",
            },
        };
    }

    public static IList<OpenApiSecurityRequirement> Required(OpenApiDocument document) =>
    [
        new() { [new OpenApiSecuritySchemeReference(Token, document)] = [] },
        new() { [new OpenApiSecuritySchemeReference(Session, document)] = [] },
    ];
}
