using System.Net;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Platform;

/// <summary>
/// Pages are drawn once before their data has come and once after. SQLite answers at once and hides the first; PostgreSQL
/// shows it.
/// </summary>
public abstract class PagesTests(PirogovApp app) : OnBothEngines(app)
{
    // They end a sign-in or are shown in its middle only.
    private static readonly string[] NotForVisits = ["/sign-in/two-factor"];

    [SkippableFact]
    public async Task Every_page_opens_for_one_who_may_do_everything_with_nothing_there_yet()
    {
        await App.Person("everybody", Enum.GetValues<Role>());
        var browser = new Browser(App);
        await browser.SignIn("everybody", PirogovApp.Password);
        var broken = new List<string>();
        foreach (var address in Addresses().Except(NotForVisits))
        {
            var answer = await browser.Client.GetAsync(address);
            if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Redirect or HttpStatusCode.NotFound or HttpStatusCode.Forbidden))
                broken.Add($"{address}: {(int)answer.StatusCode}");
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken) + Environment.NewLine + App.Log.Errors);
    }

    private string[] Addresses() =>
        [.. App.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<ComponentTypeMetadata>() is not null && e.RoutePattern.Parameters.All(p => !p.IsCatchAll))
            .Select(e => "/" + string.Join('/', e.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(Filled))))).Distinct()];

    private static string Filled(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart { ParameterPolicies: [{ Content: "guid" }, ..] } => "01a2098b-0000-7000-8000-000000000000",
        RoutePatternParameterPart { ParameterPolicies: [{ Content: "int" }, ..] } => "1",
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "none",
    };
}

public sealed class PagesOnSqlite(SqliteApp app) : PagesTests(app), IClassFixture<SqliteApp>;

public sealed class PagesOnPostgreSql(PostgreSqlApp app) : PagesTests(app), IClassFixture<PostgreSqlApp>;
