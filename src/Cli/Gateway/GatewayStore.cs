using System.Security.Cryptography;
using System.Text.Json;
using Pirogov.Deidentification;

namespace Pirogov.Cli;

/// <summary>Why an image waits for a person, beside its file.</summary>
internal sealed record GatewayWaiting(string Reason, IReadOnlyList<PixelRegion> Suggested);

/// <summary>
/// The gateway's folders. Only de-identified bytes lie in them, under the SHA-256 of themselves: what comes twice is there once.
/// </summary>
internal sealed class GatewayStore
{
    private readonly string temporary;
    private readonly string decided;
    private readonly long minimumFree;

    public GatewayStore(string folder, long minimumFreeMegabytes)
    {
        Folder = Path.GetFullPath(folder);
        minimumFree = minimumFreeMegabytes << 20;
        (Queue, Quarantine, Refused) = (Path.Combine(Folder, "queue"), Path.Combine(Folder, "quarantine"), Path.Combine(Folder, "refused"));
        (temporary, decided) = (Path.Combine(Folder, "temporary"), Path.Combine(Folder, "decided"));
        foreach (var part in new[] { Folder, Queue, Quarantine, Refused, temporary, decided })
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(part);
            else
                Directory.CreateDirectory(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Folder { get; }

    public string Queue { get; }

    public string Quarantine { get; }

    public string Refused { get; }

    public string JournalPath => Path.Combine(Folder, "journal");

    public string StatusPath => Path.Combine(Folder, "status.json");

    /// <summary>Held while a gateway runs on these folders; it goes with the process, however that ends.</summary>
    /// <returns>Null when another holds it.</returns>
    public FileStream? Lock()
    {
        try
        {
            return new FileStream(Path.Combine(Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>What a killed gateway had begun to write.</summary>
    public void RemoveUnfinished()
    {
        foreach (var file in Directory.EnumerateFiles(temporary))
            File.Delete(file);
    }

    public bool HasRoom => new DriveInfo(Folder).AvailableFreeSpace >= minimumFree;

    public static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>On the disk, name and bytes, when this returns.</summary>
    public void Enqueue(string sha, ReadOnlySpan<byte> bytes) => DurableFiles.Write(QueuedPath(sha), temporary, bytes);

    /// <returns>False when a person has decided about these bytes before.</returns>
    public bool SetAside(string sha, ReadOnlySpan<byte> bytes, GatewayWaiting why)
    {
        if (File.Exists(Path.Combine(decided, sha)))
            return false;
        DurableFiles.Write(ReasonPath(sha), temporary, JsonSerializer.SerializeToUtf8Bytes(why, JsonSerializerOptions.Web));
        DurableFiles.Write(WaitingPath(sha), temporary, bytes);
        return true;
    }

    /// <summary>A person has decided: it will not be asked again.</summary>
    public void Decide(string sha)
    {
        DurableFiles.Write(Path.Combine(decided, sha), temporary, []);
        File.Delete(WaitingPath(sha));
        File.Delete(ReasonPath(sha));
    }

    /// <summary>Those that failed least, of these the oldest first.</summary>
    public IReadOnlyList<FileInfo> Queued(int most, IReadOnlyDictionary<string, int> failed) =>
        [.. Files(Queue).OrderBy(f => failed.GetValueOrDefault(ShaOf(f))).ThenBy(f => f.LastWriteTimeUtc).ThenBy(f => f.Name, StringComparer.Ordinal).Take(most)];

    public static IEnumerable<FileInfo> Files(string folder) => new DirectoryInfo(folder).EnumerateFiles("*.dcm");

    public static string ShaOf(FileInfo file) => Path.GetFileNameWithoutExtension(file.Name);

    public GatewayWaiting? WhyWaiting(string sha)
    {
        try
        {
            return JsonSerializer.Deserialize<GatewayWaiting>(File.ReadAllBytes(ReasonPath(sha)), JsonSerializerOptions.Web);
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The platform does not want it, or does not get it: kept for a person to see why.</summary>
    public void Refuse(string sha) => File.Move(QueuedPath(sha), Path.Combine(Refused, sha + ".dcm"), overwrite: true);

    public void Sent(string sha) => File.Delete(QueuedPath(sha));

    public void WriteStatus(object status)
    {
        var begun = Path.Combine(temporary, "status");
        File.WriteAllBytes(begun, JsonSerializer.SerializeToUtf8Bytes(status, GatewayJournal.Plain.Default));
        File.Move(begun, StatusPath, overwrite: true);
    }

    private string QueuedPath(string sha) => Path.Combine(Queue, sha + ".dcm");

    private string WaitingPath(string sha) => Path.Combine(Quarantine, sha + ".dcm");

    private string ReasonPath(string sha) => Path.Combine(Quarantine, sha + ".json");
}
