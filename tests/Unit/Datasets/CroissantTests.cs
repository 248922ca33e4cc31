using System.Text.Json.Nodes;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Documents;
using Pirogov.Datasets.Versions;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Datasets;

/// <summary>Holds our Croissant to the rules of the 1.0 fixtures; that the rules find what the fixtures break is a test too.</summary>
public class CroissantTests
{
    public static TheoryData<string> Broken
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var folder in Fixtures is null ? ["absent"] : Directory.EnumerateDirectories(Fixtures).Order().ToArray())
                names.Add(Path.GetFileName(folder));
            return names;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Broken))]
    public void The_rules_find_what_each_fixture_breaks(string name)
    {
        Skip.If(Fixtures is null, "No Croissant fixtures beside the repository.");
        Assert.NotEmpty(CroissantRules.Errors(JsonNode.Parse(File.ReadAllText(Path.Combine(Fixtures!, name, "metadata.json")))!));
    }

    [Fact]
    public void Ours_breaks_none()
    {
        var written = Croissant.Write(Dataset.Found("liver", new(new("Печень", "Liver"), new("О", "D"), null, "CC0-1.0", new("", "")), DateTimeOffset.UnixEpoch).Value,
            Version, Targets, Passport, "https://ai.example", Files, new("0123456789abcdef0123456789abcdef.dir", 9, 2), new("1123456789abcdef0123456789abcdef.dir", 9, 2), _ => new string('d', 64));
        var document = JsonNode.Parse(written)!;
        Assert.Empty(CroissantRules.Errors(document));
        Assert.Equal("https://ai.example/api/v1/datasets/liver/versions/3/files/train/answers.csv", document["distribution"]!.AsArray().Single(d => (string)d!["@id"]! == "train-answers")!["contentUrl"]!.ToString());
        Assert.Equal(["case", "patient", "sex", "age", "lobe of lung", "size"], document["recordSet"]![0]!["field"]!.AsArray().Select(f => f!["name"]!.ToString()));
    }

    private static readonly VersionTargets Targets = new("project", 1, new string('a', 64), "schema", [new("liver", new("П", "L"), "#fff")],
        [new("lobe of lung", new("Доля", "Lobe"), "choice", [new("upper", new("Верхняя", "Upper")), new("lower", new("Нижняя", "Lower"))]), new("size", new("Размер", "Size"), "number", [])], new Dictionary<string, double?>());

    private static readonly DatasetVersion Version = DatasetVersion.Ask(EntityId.New<DatasetId>(), 3, EntityId.New<ReleaseId>(), new(0.5, 0.25, 0.25, 1), "{}", Guid.Empty, DateTimeOffset.UnixEpoch);

    private static readonly DatasetFile[] Files = [new(Version.Id, "train/answers.csv", new string('1', 32), new string('2', 64), 10, Audience.Data)];

    private static Passport Passport => PassportCounts.Of(
        Dataset.Found("liver", new(new("Печень", "Liver"), new("О", "D"), null, "CC0-1.0", new("", "")), DateTimeOffset.UnixEpoch).Value, Version, Targets, null, [], null, "c", new string('e', 64));

    private static string? Fixtures
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
                    return Path.Combine(folder.Parent!.FullName, "shared", "standards", "croissant", "tests", "1.0") is var path && Directory.Exists(path) ? path : null;
            }

            return null;
        }
    }
}
