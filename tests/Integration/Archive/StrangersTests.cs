using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

/// <summary>A person who may use the door and has been given no case.</summary>
public sealed class StrangersTests(DicomwebApp app) : IClassFixture<DicomwebApp>
{
    [Fact]
    public async Task Nothing_below_a_study_is_told_to_a_person_who_may_not_see_its_case()
    {
        var engineer = await app.As(Role.DataEngineer);
        var (_, row) = await app.SendStudy(engineer, await app.Centre("ST1"), 371);
        var series = (await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{row["id"]}/viewer"))!["series"]![0]!;
        var (study, uid) = ((string)series["studyInstanceUid"]!, (string)series["seriesInstanceUid"]!);
        var sop = (string)(await engineer.GetFromJsonAsync<JsonArray>($"/dicomweb/studies/{study}/series/{uid}/instances"))![0]!["00080018"]!["Value"]![0]!;
        HttpClient[] strangers = [await app.As(Role.Expert, "expert-without-cases"), await app.As("representative-of-nothing", [Role.CentreRepresentative])];
        var operations = Operations();
        Assert.True(operations.Length >= 20, string.Join('\n', operations));
        foreach (var operation in operations)
        {
            var address = Filled(operation, study, uid, sop);
            var own = await engineer.GetAsync(address);
            Assert.True(own.StatusCode == HttpStatusCode.OK, $"{operation}: {own.StatusCode}");
            foreach (var stranger in strangers)
            {
                var answer = await stranger.GetAsync(address);
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.NoContent, $"{operation}: {answer.StatusCode}");
                Assert.DoesNotContain(sop, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Of the host itself: an operation that is added later is asked too.</summary>
    private string[] Operations() => [.. app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
        .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
        .Where(p => p.StartsWith("/dicomweb/", StringComparison.Ordinal) && !p.StartsWith("/dicomweb/workitems", StringComparison.Ordinal) && !p.StartsWith("/dicomweb/subscribers", StringComparison.Ordinal))
        .Distinct().Order(StringComparer.Ordinal)];

    private static string Filled(string operation, string study, string series, string sop) => operation
        .Replace("{study}", study, StringComparison.Ordinal).Replace("{series}", series, StringComparison.Ordinal).Replace("{instance}", sop, StringComparison.Ordinal)
        .Replace("{frame:int}", "1", StringComparison.Ordinal).Replace("{frames}", "1", StringComparison.Ordinal).Replace("{**place}", "7FE00010", StringComparison.Ordinal);
}
