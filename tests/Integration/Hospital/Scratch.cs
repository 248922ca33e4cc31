namespace Pirogov.Integration.Hospital;

/// <summary>A folder that is gone when the test has ended.</summary>
internal sealed class Scratch : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("pirogov-hospital-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, byte[] bytes)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Relative path and bytes of every file below a folder.</summary>
    public SortedDictionary<string, byte[]> Files(string name) => new(Directory.EnumerateFiles(this[name], "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(this[name], f), File.ReadAllBytes), StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
