using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Pirogov.Unit.Architecture;

/// <summary>The repository as its files say it: the solution names the rooms, nothing is listed here twice.</summary>
internal static partial class House
{
    /// <summary>Rooms in the order in which the data walk through them; a room knows only those above it.</summary>
    public static readonly string[] Walk =
    [
        "Platform", "Dicom", "Imaging", "ClinicalText", "Deidentification", "Statistics", "Agenda", "Archive", "Labelling", "Datasets", "Development", "Competitions", "Lifecycle", "Portal",
    ];

    /// <summary>
    /// Know nothing of the platform, nor of one another, save pixels of the standard they are written in, and de-identification of
    /// what it takes the patient out of.
    /// </summary>
    public static readonly string[] Libraries = ["Dicom", "Imaging", "ClinicalText", "Deidentification", "Statistics"];

    public static readonly string Root = FindRoot();

    /// <summary>Names of the projects under <c>src</c>, from the solution.</summary>
    public static IReadOnlyList<string> Rooms { get; } =
    [
        .. XDocument.Load(Path.Combine(Root, "Pirogov.slnx")).Descendants("Project").Select(p => (string)p.Attribute("Path")!)
            .Where(p => p.StartsWith("src/", StringComparison.Ordinal)).Select(p => Path.GetFileNameWithoutExtension(p)),
    ];

    public static IReadOnlyList<string> ReferencesOf(string room) =>
    [
        .. XDocument.Load(Path.Combine(Root, "src", room, room + ".csproj")).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/'))),
    ];

    /// <summary>Path below the root, and text, of every source file of a room.</summary>
    public static IEnumerable<(string Path, string Text)> SourcesOf(string room) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", room), "*.*", SearchOption.AllDirectories)
            .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            .Where(f => !BuildOutput().IsMatch(f.Replace('\\', '/')))
            .Select(f => (System.IO.Path.GetRelativePath(Root, f).Replace('\\', '/'), File.ReadAllText(f)));

    public static IEnumerable<(string Path, string Text)> Sources => Rooms.SelectMany(SourcesOf);

    public static Dictionary<string, JsonElement> Strings(string culture) =>
        Directory.EnumerateFiles(Path.Combine(Root, "strings", culture), "*.json").Order(StringComparer.Ordinal).SelectMany(file =>
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return document.RootElement.EnumerateObject().Select(p => (p.Name, Value: p.Value.Clone())).ToArray();
        }).GroupBy(p => p.Name).ToDictionary(g => g.Key, g => g.Last().Value);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();
}
