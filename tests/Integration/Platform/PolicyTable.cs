using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Platform;

/// <summary>
/// Every door of the running host with the right that opens it and the roles that have it, held against the committed
/// table by exact equality: a new endpoint, right or role is a change that somebody reads.
/// </summary>
public sealed class PolicyTable(SqliteApp app) : IClassFixture<SqliteApp>
{
    private const string Accept = "PIROGOV_ACCEPT_POLICIES";
    private const string SignedIn = "(signed in)";

    // The circuits of the interactive pages: the framework maps them, the fallback policy guards them.
    private static readonly string[] GuardedByFallback = ["/_blazor", "/_framework/opaque-redirect"];

    private static string TableFile
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
                folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
            return Path.Combine(folder.FullName, "tests", "Integration", "Platform", "policies.txt");
        }
    }

    [Fact]
    public void Every_endpoint_has_the_right_that_the_committed_table_says()
    {
        var actual = Lines();
        if (Environment.GetEnvironmentVariable(Accept) == "1")
            File.WriteAllLines(TableFile, actual);
        var committed = File.ReadAllLines(TableFile);
        var difference = committed.Except(actual).Select(l => "- " + l).Concat(actual.Except(committed).Select(l => "+ " + l)).ToArray();
        Assert.True(difference.Length == 0 && committed.SequenceEqual(actual),
            $"The doors differ from tests/Integration/Platform/policies.txt. If that is meant, run this test with {Accept}=1 and commit the file.\n"
            + string.Join('\n', difference));
    }

    [Fact]
    public void No_endpoint_is_open_or_merely_signed_in_by_omission() =>
        Assert.DoesNotContain(Lines(), l => l.Contains(SignedIn, StringComparison.Ordinal) && !GuardedByFallback.Any(f => l.Contains(' ' + f, StringComparison.Ordinal)));

    [Fact]
    public void Every_policy_that_an_endpoint_names_is_a_right_of_the_table()
    {
        var rights = app.Services.GetServices<Right>().Select(r => r.Name).ToHashSet();
        var named = Doors().SelectMany(e => e.Metadata.GetOrderedMetadata<IAuthorizeData>()).Select(a => a.Policy).OfType<string>();
        Assert.DoesNotContain(named.Distinct(), p => !rights.Contains(p));
    }

    private string[] Lines()
    {
        var rights = app.Services.GetServices<Right>().ToDictionary(r => r.Name);
        return [.. Doors().SelectMany(e => MethodsOf(e).Select(m => $"{m} {PathOf(e)} → {Opening(e, rights)}")).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// All but the files of wwwroot, whose names change with their contents and which anybody may read, and the
    /// framework's catch-all that serves them again while they are being edited.
    /// </summary>
    private IEnumerable<RouteEndpoint> Doors() => app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        .Where(e => !e.Metadata.Any(m => m.GetType().Name == "StaticAssetDescriptor") && PathOf(e) != "/{**path:file}");

    private static string PathOf(RouteEndpoint endpoint) => "/" + (endpoint.RoutePattern.RawText ?? "").TrimStart('/');

    private static IEnumerable<string> MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["ANY"];

    private static string Opening(RouteEndpoint endpoint, Dictionary<string, Right> rights)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return "anybody";
        var policies = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToArray();
        return policies.Length == 0 ? SignedIn : string.Join(" & ", policies.Select(p => $"{p} → {RolesOf(rights, p)}"));
    }

    private static string RolesOf(Dictionary<string, Right> rights, string policy)
    {
        if (!rights.TryGetValue(policy, out var right))
            return string.Create(CultureInfo.InvariantCulture, $"no such right: {policy}");
        return right.Roles.Length == Right.Everyone.Length ? "every role" : string.Join(", ", right.Roles.Order());
    }
}
