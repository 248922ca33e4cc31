using System.Globalization;
using System.Text;
using Pirogov.Platform.Strings;

namespace Pirogov.Datasets.Documents;

/// <summary><c>README.md</c>: the passport for people, in Russian and then in English.</summary>
internal sealed class Readme(Localizer words)
{
    public string Write(Passport passport, string publicUrl)
    {
        var text = new StringBuilder();
        var before = CultureInfo.CurrentUICulture;
        try
        {
            foreach (var culture in Localizer.Cultures)
            {
                CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
                Section(text, passport, culture, publicUrl);
            }
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }

        return text.ToString();
    }

    private void Section(StringBuilder text, Passport p, string culture, string publicUrl)
    {
        void Line(string line = "") => text.Append(line).Append('\n');
        Line($"# {p.Name.In(culture)}, {words["datasets.readme.version", new { n = p.Version }]}");
        Line();
        Line(p.Description.In(culture));
        Line();
        Line($"| {words["datasets.passport.part"]} | {words["datasets.passport.patients"]} | {words["datasets.passport.cases"]} |");
        Line("|---|---:|---:|");
        foreach (var part in p.Parts)
            Line($"| {words["datasets.split." + part.Split.ToString().ToLowerInvariant()]} | {part.Patients} | {part.Cases} |");
        Line();
        foreach (var (name, value) in new PassportLines(words, culture).Of(p))
            Line($"- **{name}**: {value}");
        Line();
        Classes(Line, p, culture);
        Line($"## {words["datasets.readme.layout"]}");
        Line();
        Line(words["datasets.readme.layout-text"]);
        Line();
        Line($"## {words["datasets.readme.pull"]}");
        Line();
        Line(words["datasets.readme.pull-text"]);
        Line();
        Line("```sh");
        foreach (var command in PullCommands.All(publicUrl, p.Dataset, p.Version))
            Line(command);
        Line("```");
        Line();
        Line($"## {words["datasets.passport.limits"]}");
        Line();
        foreach (var limit in Limits(p))
            Line($"- {limit}");
        Line();
        Line($"## {words["datasets.passport.licence"]}");
        Line();
        Line(p.Licence);
        if (p.Terms.In(culture) is { Length: > 0 } terms)
            Line("\n" + terms);
        Line();
        Line($"{words["datasets.passport.cite"]}: {p.CiteAs}");
        Line();
    }

    private void Classes(Action<string> line, Passport p, string culture)
    {
        if (p.Classes.Count == 0)
            return;
        line($"| {words["datasets.passport.value"]} | {words["datasets.passport.class"]} | {words["datasets.passport.train-cases"]} | {words["datasets.passport.volume"]} |");
        line("|---:|---|---:|---|");
        foreach (var c in p.Classes)
            line($"| {c.Value} | {c.Name.In(culture)} (`{c.Id}`) | {c.TrainCases} | {new PassportLines(words, culture).Range(c.VolumeMl, "datasets.unit.ml")} |");
        line("");
    }

    public IEnumerable<string> Limits(Passport p)
    {
        yield return words["datasets.limit.hidden"];
        yield return words["datasets.limit.qualification"];
        yield return words["datasets.limit.split"];
        if (p.TrainCasesWithOverlap > 0)
            yield return words.Plural("datasets.limit.overlap", p.TrainCasesWithOverlap);
        if (p.CasesWithoutImageVolume > 0)
            yield return words.Plural("datasets.limit.no-image", p.CasesWithoutImageVolume);
    }
}

/// <summary>The figures of a passport as name and value, for README.md and for the page.</summary>
internal sealed class PassportLines(Localizer words, string culture)
{
    private readonly CultureInfo numbers = CultureInfo.GetCultureInfo(culture == "en" ? "en-US" : "ru-RU");

    public IEnumerable<(string Name, string Value)> Of(Passport p)
    {
        if (p.ClinicalTask is { } task)
            yield return (words["datasets.passport.task"], task);
        yield return (words["datasets.passport.source"], words["datasets.passport.source-text", new { project = p.Source.Project, n = p.Source.Release, schema = p.Source.Schema }]);
        yield return (words["datasets.passport.instances"], p.Instances.ToString("N0", numbers));
        yield return (words["datasets.passport.sex"], Counts(p.Sex));
        yield return (words["datasets.passport.age"], Range(p.AgeYears, "datasets.unit.years"));
        yield return (words["datasets.passport.modality"], Counts(p.Modalities));
        yield return (words["datasets.passport.devices"], Join(p.Devices.Select(d => (Device(d), d.Cases))));
        yield return (words["datasets.passport.slice-thickness"], Range(p.SliceThicknessMm, "datasets.unit.mm"));
        yield return (words["datasets.passport.agreement"], Agreement(p));
        yield return (words["datasets.passport.readers"], p.Readers?.ToString(numbers) ?? Unknown);
        yield return (words["datasets.passport.deidentification"], Counts(p.Deidentification));
        yield return (words["datasets.passport.frozen-at"], p.FrozenAt.Moment());
        yield return (words["datasets.passport.manifest"], $"`{p.ManifestSha256}`");
        yield return (words["datasets.passport.commitment"], $"`{p.HiddenCommitment}`");
    }

    public string Range(PassportRange? range, string unit) => range is null
        ? Unknown
        : Number(range.Least) == Number(range.Most)
        ? $"{Number(range.Most)} {words[unit]}"
        : words["datasets.passport.range", new { least = Number(range.Least), median = Number(range.Median), most = Number(range.Most), unit = words[unit] }];

    public string Agreement(Passport p) => p.Agreement.Count == 0
        ? Unknown
        : string.Join("; ", p.Agreement.Select(a => AgreementOn(p, a.Key, a.Value)));

    /// <summary>Answers by the words of their question; a count of an empty answer says so.</summary>
    public string Answers(PassportQuestion question, int most) =>
        string.Join("; ", question.TrainAnswers.Take(most).Select(a => $"{Answer(question, a.Value)} – {a.Cases.ToString(numbers)}"))
        + (question.TrainAnswers.Count > most ? " …" : "");

    private string Answer(PassportQuestion question, string value) => value.Length == 0
        ? words["datasets.passport.no-answer"]
        : question.Options.FirstOrDefault(o => o.Id == value)?.Text.In(culture) ?? value;

    // Dice of a class, Cohen's κ of a question; κ is undefined where everybody gave one and the same answer everywhere.
    private string AgreementOn(Passport p, string id, double? value)
    {
        var figure = value is { } known ? known.ToString("0.000", numbers) : "—";
        return p.Classes.FirstOrDefault(c => c.Id == id) is { } one
            ? $"{one.Name.In(culture)}: Dice {figure}"
            : $"{p.Questions.FirstOrDefault(q => q.Id == id)?.Text.In(culture) ?? id}: κ {figure}";
    }

    private string Counts(IEnumerable<PassportCount> counts) => Join(counts.Select(c => (c.Value.Length == 0 ? Unknown : c.Value, c.Cases)));

    private string Join(IEnumerable<(string Name, int Cases)> counts) => string.Join("; ", counts.Select(c => $"{c.Name} – {c.Cases.ToString(numbers)}"));

    private string Device(PassportDevice d) => $"{d.Manufacturer} {d.Model}".Trim() is { Length: > 0 } name ? name : Unknown;

    private string Number(double value) => value.ToString("0.##", numbers);

    private string Unknown => words["datasets.passport.unknown"];
}

/// <summary>How a version is pulled from a terminal.</summary>
internal static class PullCommands
{
    public static string[] Dvc(string publicUrl, string slug, int version) =>
    [
        $"git clone --branch v{version} {WithUser(publicUrl)}/git/{slug}.git",
        $"cd {slug}",
        $"dvc remote modify --local {Pirogov.Datasets.Dvc.DvcFiles.RemoteName} password \"$PIROGOV_TOKEN\"",
        "dvc pull",
    ];

    public static string[] Curl(string publicUrl, string slug, int version) =>
    [
        $"curl -fO -H \"Authorization: Bearer $PIROGOV_TOKEN\" {publicUrl}/api/v1/datasets/{slug}/versions/{version}/files/manifest.json",
        $"curl -f --create-dirs -o train/answers.csv -H \"Authorization: Bearer $PIROGOV_TOKEN\" {publicUrl}/api/v1/datasets/{slug}/versions/{version}/files/train/answers.csv",
    ];

    public static string[] All(string publicUrl, string slug, int version) => [.. Dvc(publicUrl, slug, version), .. Curl(publicUrl, slug, version)];

    private static string WithUser(string publicUrl) => publicUrl.Replace("://", "://token@", StringComparison.Ordinal);
}
