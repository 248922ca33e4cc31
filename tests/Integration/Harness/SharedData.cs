namespace Pirogov.Integration.Harness;

/// <summary>Real files beside the repository, where they are present; tests fall back to generated data or skip by name.</summary>
public static class SharedData
{
    public static string? Root { get; } = Find();

    public static string? Folder(params string[] parts) =>
        Root is null ? null : Path.Combine([Root, .. parts]) is var path && Directory.Exists(path) ? path : null;

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
                return Path.Combine(folder.Parent!.FullName, "shared") is var path && Directory.Exists(path) ? path : null;
        }

        return null;
    }
}
