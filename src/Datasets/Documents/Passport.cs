using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform;

namespace Pirogov.Datasets.Documents;

public sealed record PassportRange(double Least, double Median, double Most);

public sealed record PassportPart(Split Split, int Patients, int Cases);

public sealed record PassportCount(string Value, int Cases);

public sealed record PassportDevice(string? Manufacturer, string? Model, int Cases);

/// <param name="TrainCases">Train cases in which the class occurs; the tests' labels are not told, not even counted.</param>
/// <param name="VolumeMl">Over the train cases in which it occurs, ml.</param>
public sealed record PassportClass(int Value, string Id, Bilingual Name, string Color, int TrainCases, PassportRange? VolumeMl);

public sealed record PassportQuestion(string Id, Bilingual Text, string Type, IReadOnlyList<PassportOption> Options, IReadOnlyList<PassportCount> TrainAnswers);

public sealed record PassportOption(string Id, Bilingual Text);

public sealed record PassportSource(string Project, int Release, string ReleaseSha256, string Schema);

/// <summary>The passport of a version, as <c>passport.json</c> holds it. Figures are over all cases unless they say "train".</summary>
/// <param name="AgeYears">From Patient's Age (PS3.5 AS).</param>
/// <param name="Agreement">As labelling measured it between the readers of the release.</param>
/// <param name="Readers">Null where labelling does not tell; readers' qualification is not told in this form.</param>
public sealed record Passport(
    string Dataset, int Version, DateTimeOffset FrozenAt, Bilingual Name, Bilingual Description, Bilingual Terms, string Licence, string CiteAs,
    string? ClinicalTask, PassportSource Source, int Patients, int Cases, long Instances, IReadOnlyList<PassportPart> Parts,
    IReadOnlyList<PassportCount> Sex, PassportRange? AgeYears, IReadOnlyList<PassportCount> Modalities, IReadOnlyList<PassportDevice> Devices,
    PassportRange? SliceThicknessMm, IReadOnlyList<PassportClass> Classes, int TrainCasesWithOverlap, int CasesWithoutImageVolume,
    IReadOnlyList<PassportQuestion> Questions, IReadOnlyDictionary<string, double?> Agreement, int? Readers,
    IReadOnlyList<PassportCount> Deidentification, string HiddenCommitment, string ManifestSha256)
{
    private static readonly JsonSerializerOptions Indented = new(PlatformJson.Options) { WriteIndented = true, NewLine = "\n" };

    public string ToJson() => JsonSerializer.Serialize(this, Indented) + "\n";

    public static Passport FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<Passport>(json, PlatformJson.Options)!;

    internal static string Json(JsonNode node) => node.ToJsonString(Indented) + "\n";
}

/// <summary>Counts a passport from the rows of a version.</summary>
internal static class PassportCounts
{
    public static Passport Of(Dataset dataset, DatasetVersion version, VersionTargets targets, string? clinicalTask,
        IReadOnlyList<DatasetCase> cases, int? readers, string hiddenCommitment, string manifestSha256)
    {
        var facts = cases.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => (Case: c, Facts: c.ReadFacts())).ToArray();
        var train = facts.Where(f => f.Case.Split is Split.Train).ToArray();
        return new(dataset.Slug, version.Number, version.FrozenAt, dataset.Name, dataset.Description, dataset.Terms, dataset.Licence,
            CiteAs(dataset, version, manifestSha256), clinicalTask,
            new(targets.ProjectName, targets.ReleaseNumber, targets.ReleaseSha256, targets.SchemaName),
            facts.Select(f => f.Case.Patient).Distinct().Count(), facts.Length, facts.Sum(f => (long)f.Facts.Instances),
            [.. Enum.GetValues<Split>().Select(s => Part(s, cases))],
            Count(facts.Select(f => f.Facts.Sex)), Range(facts.Select(f => Years(f.Facts.Age)).OfType<double>()),
            Count(facts.Select(f => f.Facts.Modality)),
            [.. facts.GroupBy(f => (f.Facts.Manufacturer, f.Facts.Model)).Select(g => new PassportDevice(g.Key.Manufacturer, g.Key.Model, g.Count()))
                .OrderByDescending(d => d.Cases).ThenBy(d => d.Manufacturer, StringComparer.Ordinal).ThenBy(d => d.Model, StringComparer.Ordinal)],
            Range(facts.Select(f => f.Facts.SliceThickness).OfType<double>()),
            [.. targets.Classes.Select((c, k) => Class(c, k, train.Select(f => f.Facts)))],
            train.Count(f => f.Facts.OverlappingVoxels > 0), facts.Count(f => f.Facts.ImageNote is not null || f.Facts.Size.Count == 0),
            [.. targets.Questions.Select(q => new PassportQuestion(q.Id, q.Text, q.Type, [.. q.Options.Select(o => new PassportOption(o.Id, o.Text))],
                Count(train.Select(f => f.Case.ReadAnswers().GetValueOrDefault(q.Id)))))],
            targets.Agreement, readers, Count(facts.Select(f => f.Facts.Deidentification)), hiddenCommitment, manifestSha256);
    }

    private static PassportPart Part(Split split, IReadOnlyList<DatasetCase> cases)
    {
        var own = cases.Where(c => c.Split == split).ToArray();
        return new(split, own.Select(c => c.Patient).Distinct().Count(), own.Length);
    }

    private static PassportClass Class(ReleasedClass one, int index, IEnumerable<CaseFacts> train)
    {
        var volumes = train.Where(f => f.ClassVolumes.Count > index && f.ClassVolumes[index] > 0).Select(f => f.ClassVolumes[index]).ToArray();
        return new(index + 1, one.Id, one.Name, one.Color, volumes.Length, Range(volumes));
    }

    /// <summary>An absent value counts under an empty name.</summary>
    private static PassportCount[] Count(IEnumerable<string?> values) =>
        [.. values.GroupBy(v => v ?? "").Select(g => new PassportCount(g.Key, g.Count())).OrderByDescending(c => c.Cases).ThenBy(c => c.Value, StringComparer.Ordinal)];

    private static PassportRange? Range(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            return null;
        var middle = sorted.Length / 2;
        return new(sorted[0], sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[^1]);
    }

    /// <summary>AS: three digits and D, W, M or Y (PS3.5 6.2).</summary>
    internal static double? Years(string? age) =>
        age is { Length: 4 } && int.TryParse(age.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? age[3] switch { 'Y' => n, 'M' => n / 12.0, 'W' => n * 7 / 365.25, 'D' => n / 365.25, _ => null }
            : null;

    private static string CiteAs(Dataset dataset, DatasetVersion version, string manifestSha256) =>
        $"{dataset.NameEn} ({dataset.Slug}), version {version.Number}, {version.FrozenAt.Year}. Pirogov. SHA-256 {manifestSha256[..16]}";
}
