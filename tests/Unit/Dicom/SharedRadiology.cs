using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>Published DICOM files beside the repository; tests over them are skipped where they are absent.</summary>
internal static class SharedRadiology
{
    public static string? Folder { get; } = FindFolder();

    public static IReadOnlyList<string> Files { get; } = Folder is null
        ? [] : [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public static string Path(params string[] parts)
    {
        Skip.If(Folder is null, "shared data is absent");
        var path = System.IO.Path.Combine([Folder!, .. parts]);
        Skip.IfNot(File.Exists(path) || Directory.Exists(path), "shared data is absent");
        return path;
    }

    private static string? FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "data", "radiology");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
