namespace Pirogov.Platform.Store;

/// <summary>Where bytes lie on this machine. Only what has lost the patient is ever written below it.</summary>
public sealed class StoreFolders
{
    public StoreFolders(string dataFolder)
    {
        Root = Path.Combine(dataFolder, "store");
        Incoming = Path.Combine(Root, "incoming");
        Directory.CreateDirectory(Incoming);
        foreach (var leftover in Directory.EnumerateFiles(Incoming))
            File.Delete(leftover);
    }

    public string Root { get; }
    public string Incoming { get; }
}
