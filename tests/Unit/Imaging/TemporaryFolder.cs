namespace Pirogov.Unit.Imaging;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pirogov-imaging-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
