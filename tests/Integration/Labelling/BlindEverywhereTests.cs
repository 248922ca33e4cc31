using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Integration.Platform;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Labelling;

/// <summary>
/// Every route of the host, those of the API as programs and all others as browsers ask for them, tried by everybody else while one reading is
/// locked and another is open: whatever is added to the platform is tried too, without a word here.
/// </summary>
public abstract partial class BlindEverywhereTests(LabellingApp app) : OnBothEngines(app)
{
    /// <summary>Places that one route is tried with, all of them; only its ids' own kinds are tried where the address says which they are.</summary>
    private const int MostPlaces = 60;

    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task No_operation_of_the_API_shows_another_reading_its_reader_or_that_it_exists()
    {
        var planted = await Planted.In(app);
        var before = await planted.Look(Operations(planted, reading: true), planted.Experts);
        await planted.WriteMarkedReadings();
        var tried = Operations(planted, reading: true);
        Assert.True(tried.Count > 200, $"{tried.Count}");
        // Whose it is finds every mark by the same addresses: the marks are there to be found.
        var own = string.Join('\n', (await planted.Look(tried, planted.Owners)).Values);
        Assert.All(planted.Labels, marker => Assert.Contains(marker, own, StringComparison.OrdinalIgnoreCase));
        var after = await planted.Look(tried, planted.Experts);
        foreach (var (key, body) in after)
        {
            foreach (var marker in planted.Labels.Concat(planted.People))
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
            // What another did leaves no trace at all: no count, no state, no time.
            if (before.TryGetValue(key, out var earlier))
                Assert.True(earlier == body, $"{key} tells that somebody has worked:\n- {earlier}\n+ {body}");
        }
    }

    [SkippableFact]
    public async Task No_role_whatever_finds_anothers_labels_before_they_are_due()
    {
        var planted = await Planted.In(app);
        await planted.WriteMarkedReadings();
        var people = new List<(string, HttpClient)>();
        foreach (var role in Enum.GetValues<Role>())
            people.Add(($"{role}", await app.As(role, $"{role}-{planted.Room.Name}")));
        people.Add(("manager", planted.Room.Manager));
        foreach (var (key, body) in await planted.Look(Operations(planted, reading: true), people))
        {
            foreach (var marker in planted.Labels)
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
        }
    }

    [SkippableFact]
    public async Task Nothing_that_is_sent_to_anothers_reading_is_answered_with_it()
    {
        var planted = await Planted.In(app);
        await planted.WriteMarkedReadings();
        var tried = Operations(planted, reading: false);
        foreach (var (key, body) in await planted.Look(tried, planted.Experts))
        {
            foreach (var marker in planted.Labels.Concat(planted.People))
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
        }

        // What was sent is what its owner would send: nothing was refused for its form before anybody looked whose it is.
        var own = await planted.Look([.. tried.Where(t => t.Address.StartsWith("/api/v1/readings/", StringComparison.Ordinal) && !t.Address.EndsWith("/import", StringComparison.Ordinal))
            .OrderBy(t => !t.Address.EndsWith("/document", StringComparison.Ordinal))], planted.Owners);
        Assert.All(own, o => Assert.False(o.Value.StartsWith("400 ", StringComparison.Ordinal), $"{o.Key}: {o.Value}"));
        Assert.Contains(own, o => o.Key.EndsWith("/document", StringComparison.Ordinal) && o.Value.StartsWith("200 ", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task No_page_shows_another_reading_or_its_reader()
    {
        var planted = await Planted.In(app);
        await planted.WriteMarkedReadings();
        foreach (var person in new[] { "reader2", "adjudicator", "validator", "stranger" })
        {
            var browser = new Browser(app);
            await browser.SignIn($"{person}-{planted.Room.Name}", PirogovApp.Password);
            foreach (var address in Pages(planted))
            {
                var body = await (await browser.Client.GetAsync(address)).Content.ReadAsStringAsync();
                foreach (var marker in planted.Labels.Concat(planted.People.Where(p => !address.Contains(p, StringComparison.OrdinalIgnoreCase))))
                    Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{person} {address} shows {marker}");
            }
        }
    }

    /// <summary>The moment with most to find: two readings are locked and compared, they disagree, and a third reader is at work.</summary>
    [SkippableFact]
    public async Task While_a_third_reads_nobody_who_may_yet_read_or_decide_finds_what_two_have_read()
    {
        var planted = await Planted.WithAThird(app);
        var tried = Operations(planted, reading: true);
        // Who only manages finds by the same addresses what was compared: it is there to be found.
        var managers = string.Join('\n', (await planted.Look(tried, [("manager", planted.Room.Manager)])).Values);
        Assert.All(planted.Compared, marker => Assert.Contains(marker, managers, StringComparison.OrdinalIgnoreCase));
        foreach (var (key, body) in await planted.Look(tried, planted.Experts))
        {
            foreach (var marker in planted.Labels.Concat(planted.Made).Concat(planted.PeopleHiddenFrom(key)))
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
        }

        foreach (var (key, body) in await planted.Look(Operations(planted, reading: false), planted.Experts.Where(e => e.Name != Planted.Both)))
        {
            foreach (var marker in planted.Labels.Concat(planted.Made).Concat(planted.People))
                Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{key} shows {marker}: {body}");
        }
    }

    [SkippableFact]
    public async Task While_a_third_reads_no_page_shows_what_two_have_read()
    {
        var planted = await Planted.WithAThird(app);
        foreach (var person in new[] { "reader2", "adjudicator", "validator", "stranger", Planted.Both })
        {
            var browser = new Browser(app);
            await browser.SignIn($"{person}-{planted.Room.Name}", PirogovApp.Password);
            foreach (var address in Pages(planted))
            {
                var body = await (await browser.Client.GetAsync(address)).Content.ReadAsStringAsync();
                var hidden = planted.Labels.Concat(planted.Made).Concat(planted.PeopleHiddenFrom(person));
                foreach (var marker in hidden.Where(p => !address.Contains(p, StringComparison.OrdinalIgnoreCase)))
                    Assert.False(body.Contains(marker, StringComparison.OrdinalIgnoreCase), $"{person} {address} shows {marker}");
            }
        }
    }

    private List<(HttpMethod Method, string Address)> Operations(Planted planted, bool reading) =>
    [
        .. from route in Routes()
           where route.Path.StartsWith("/api/", StringComparison.Ordinal) && route.Method is "GET" or "POST" or "PUT" or "DELETE" or "PATCH" && route.Method is "GET" == reading
           from address in Places(route.Path, planted)
           select (new HttpMethod(route.Method), address),
    ];

    private IEnumerable<string> Pages(Planted planted) =>
        Routes().Where(r => r.Method == "GET" && !r.Path.StartsWith("/api/", StringComparison.Ordinal)).SelectMany(r => Places(r.Path, planted));

    /// <summary>Of everything that the host answers; its files are the same for everybody.</summary>
    private IEnumerable<(string Method, string Path)> Routes() =>
        app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => (method, "/" + string.Join('/', e.RoutePattern.PathSegments.Select(s =>
                string.Concat(s.Parts.Select(p => p switch
                {
                    RoutePatternLiteralPart literal => literal.Content,
                    RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
                    RoutePatternSeparatorPart separator => separator.Content,
                    _ => "",
                })))))))
            .Distinct();

    private static string[] Places(string path, Planted planted)
    {
        string[] filled = [.. Filled(path, planted)];
        Assert.True(filled.Length <= MostPlaces, $"{path} has {filled.Length} places: say of which kind its ids are.");
        return filled;
    }

    private static IEnumerable<string> Filled(string path, Planted planted)
    {
        var at = Parameter().Match(path);
        if (!at.Success)
            return [path];
        var before = path[..at.Index].TrimEnd('/').Split('/')[^1];
        return planted.IdsFor(before, at.Groups["name"].Value).SelectMany(id => Filled(string.Concat(path.AsSpan(0, at.Index), id, path.AsSpan(at.Index + at.Length)), planted));
    }

    [GeneratedRegex(@"\{(?<name>[^}:?]+)[^}]*\}")]
    private static partial Regex Parameter();
}

public sealed class BlindEverywhereOnSqlite(LabellingOnSqlite app) : BlindEverywhereTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class BlindEverywhereOnPostgreSql(LabellingOnPostgreSql app) : BlindEverywhereTests(app), IClassFixture<LabellingOnPostgreSql>;
