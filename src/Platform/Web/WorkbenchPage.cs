using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Strings;

namespace Pirogov.Platform.Web;

/// <summary>
/// A root document of its own for a workbench of <c>web/</c>: the configuration as JSON, the entry's styles and its
/// module, and nothing that runs inline. The page adds <c>culture</c> and <c>antiforgery</c> to the configuration.
/// </summary>
/// <param name="entry">The entry in <c>web/</c>, such as <c>radiology</c>.</param>
/// <param name="title">Shown by the browser until the workbench sets its own.</param>
/// <param name="config">Members of <c>workbench-config</c>, written in camel case.</param>
public sealed class WorkbenchPage(string entry, string title, object config) : IResult
{
    public const string ThemeCookie = "pirogov.theme";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var assets = httpContext.RequestServices.GetRequiredService<IWebAssets>();
        var response = httpContext.Response;
        response.ContentType = "text/html; charset=utf-8";
        // The document names hashed files and a token of this session: it is made anew each time.
        var configuration = Configuration(httpContext);
        response.Headers.CacheControl = "no-store";
        return response.WriteAsync(Html(assets, Theme(httpContext), configuration), httpContext.RequestAborted);
    }

    private string Html(IWebAssets assets, string theme, string configuration)
    {
        var html = new StringBuilder();
        html.Append("<!DOCTYPE html>\n<html lang=\"").Append(Localizer.Culture).Append("\" data-theme=\"").Append(theme).Append("\">\n<head>\n")
            .Append("<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>").Append(WebUtility.HtmlEncode(title)).Append("</title>\n")
            .Append("<link rel=\"icon\" type=\"image/svg+xml\" href=\"/favicon.svg\">\n");
        foreach (var style in assets.Styles(entry))
            html.Append("<link rel=\"stylesheet\" href=\"").Append(WebUtility.HtmlEncode(style)).Append("\">\n");
        // Data, not a script: the policy of the page runs nothing inline. '<' is escaped inside.
        html.Append("<script type=\"application/json\" id=\"workbench-config\">").Append(configuration).Append("</script>\n")
            .Append("<script type=\"module\" src=\"").Append(WebUtility.HtmlEncode(assets.Script(entry))).Append("\"></script>\n")
            .Append("</head>\n<body></body>\n</html>\n");
        return html.ToString();
    }

    private string Configuration(HttpContext http)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var members = JsonSerializer.SerializeToNode(config, PlatformJson.Options)!.AsObject();
        members["culture"] = Localizer.Culture;
        members["antiforgery"] = new JsonObject { ["header"] = tokens.HeaderName, ["token"] = tokens.RequestToken };
        return members.ToJsonString(PlatformJson.Options);
    }

    /// <summary>Dark unless the reader chose otherwise: films are read in dim rooms.</summary>
    private static string Theme(HttpContext http) => http.Request.Cookies[ThemeCookie] == "light" ? "light" : "dark";
}
