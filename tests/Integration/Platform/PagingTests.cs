using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using Pirogov.Integration.Labelling;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Platform;

/// <summary>Every list that the API's own document says has pages: what is added to the platform is tried too.</summary>
public abstract class PagingTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    [SkippableTheory]
    [InlineData(0, 0)]
    [InlineData(int.MinValue, int.MinValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public async Task Pages_out_of_all_bounds_are_no_error(int page, int size)
    {
        var lists = await Lists();
        Assert.True(lists.Count > 10, $"{lists.Count}");
        var answered = new HashSet<string>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var person = await app.As(role, $"paging-{role}");
            foreach (var list in lists)
            {
                var answer = await person.GetAsync(new Uri($"{list}?page={page}&size={size}", UriKind.Relative));
                Assert.True((int)answer.StatusCode < 500, $"{role}: {list} gave {answer.StatusCode}");
                if (answer.IsSuccessStatusCode)
                    answered.Add(list);
            }
        }

        Assert.True(answered.Count > 10, $"{answered.Count}");
    }

    private async Task<IReadOnlyList<string>> Lists()
    {
        using var nobody = app.CreateClient();
        var document = JsonNode.Parse(await nobody.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)))!;
        return [.. document["paths"]!.AsObject().Where(p => !p.Key.Contains('{', StringComparison.Ordinal)
            && p.Value!["get"]?["parameters"]?.AsArray().Any(a => (string?)a!["name"] == "page") is true).Select(p => p.Key)];
    }
}

public sealed class PagingOnSqlite(LabellingOnSqlite app) : PagingTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class PagingOnPostgreSql(LabellingOnPostgreSql app) : PagingTests(app), IClassFixture<LabellingOnPostgreSql>;
