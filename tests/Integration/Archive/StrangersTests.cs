using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Archive;

/// <summary>Each operation of the door, as the host itself lists them: what a person is told who has been given no case, and what is noted of one who may see it.</summary>
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

    [Fact]
    public async Task Whatever_is_asked_first_is_noted_once_under_the_name_of_who_asked()
    {
        var engineer = await app.As(Role.DataEngineer);
        var (_, row) = await app.SendStudy(engineer, await app.Centre("ST2"), 372);
        var series = (await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/cases/{row["id"]}/viewer"))!["series"]![0]!;
        var (study, uid) = ((string)series["studyInstanceUid"]!, (string)series["seriesInstanceUid"]!);
        var sop = (string)(await engineer.GetFromJsonAsync<JsonArray>($"/dicomweb/studies/{study}/series/{uid}/instances"))![0]!["00080018"]!["Value"]![0]!;
        var operations = Operations();
        foreach (var (operation, i) in operations.Select((o, i) => (o, i)))
        {
            var person = await app.As(Role.DataEngineer, $"asks-{i}");
            for (var k = 0; k < 2; k++)
                Assert.Equal(HttpStatusCode.OK, (await person.GetAsync(Filled(operation, study, uid, sop))).StatusCode);
        }

        await app.Settle();
        foreach (var (operation, i) in operations.Select((o, i) => (o, i)))
        {
            var account = (await app.Person($"asks-{i}", [Role.DataEngineer])).Id;
            var noted = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.AccountId == account && e.Action.StartsWith("archive."))
                .Select(e => e.Action + " " + e.ObjectId).ToArrayAsync());
            Assert.True(noted is [var one] && Expected(operation, study, uid).Contains(one), $"{operation}: {string.Join(", ", noted)}");
        }
    }

    /// <summary>Of the study's picture the series is noted that it shows.</summary>
    private static string[] Expected(string operation, string study, string series) =>
        operation.EndsWith("/studies", StringComparison.Ordinal) ? ["archive.searched Study"]
        : operation.EndsWith("/series", StringComparison.Ordinal) ? ["archive.searched Series"]
        : operation.EndsWith("/instances", StringComparison.Ordinal) ? ["archive.searched Instance"]
        : operation.Contains("/series/", StringComparison.Ordinal) || operation.EndsWith("/thumbnail", StringComparison.Ordinal) ? [$"archive.retrieved {series}"]
        : [$"archive.retrieved {study}"];

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
