using System.Security.Cryptography;
using System.Text.Json;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Cli;

/// <summary>Why an image waits for a person, beside its file.</summary>
internal sealed record GatewayWaiting(string Reason, IReadOnlyList<PixelRegion> Suggested);

/// <summary>A de-identified file on the disk that is not in its place yet.</summary>
internal sealed record BegunFile(string Path, string Sha) : IDisposable
{
    public void Dispose() => File.Delete(Path);
}

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

    public bool HasRoomFor(long bytes) => new DriveInfo(Folder).AvailableFreeSpace >= minimumFree + bytes;

    /// <summary>For an original that is too large for memory.</summary>
    public OriginalSpool Spool() => new(temporary);

    /// <summary>Writes a file that is too large for memory, and hashes it meanwhile.</summary>
    public BegunFile Begin(DicomFile file)
    {
        using var sha256 = SHA256.Create();
        var begun = DurableFiles.Begin(temporary, target =>
        {
            using var hashing = new CryptoStream(target, sha256, CryptoStreamMode.Write, leaveOpen: true);
            DicomWriter.Write(file, hashing);
        });
        return new(begun, Convert.ToHexStringLower(sha256.Hash!));
    }

    public static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>On the disk, name and bytes, when this returns.</summary>
    public void Enqueue(string sha, ReadOnlySpan<byte> bytes) => DurableFiles.Write(QueuedPath(sha), temporary, bytes);

    /// <inheritdoc cref="Enqueue(string, ReadOnlySpan{byte})"/>
    public void Enqueue(BegunFile begun) => DurableFiles.Place(begun.Path, QueuedPath(begun.Sha));

    /// <returns>False when a person has decided about these bytes before.</returns>
    public bool SetAside(string sha, ReadOnlySpan<byte> bytes, GatewayWaiting why)
    {
        if (!Explain(sha, why))
            return false;
        DurableFiles.Write(WaitingPath(sha), temporary, bytes);
        return true;
    }

    /// <inheritdoc cref="SetAside(string, ReadOnlySpan{byte}, GatewayWaiting)"/>
    public bool SetAside(BegunFile begun, GatewayWaiting why)
    {
        if (!Explain(begun.Sha, why))
            return false;
        DurableFiles.Place(begun.Path, WaitingPath(begun.Sha));
        return true;
    }

    private bool Explain(string sha, GatewayWaiting why)
    {
        if (File.Exists(Path.Combine(decided, sha)))
            return false;
        DurableFiles.Write(ReasonPath(sha), temporary, JsonSerializer.SerializeToUtf8Bytes(why, JsonSerializerOptions.Web));
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
    public void Refuse(string sha) => File.Move(QueuedPath(sha), RefusedPath(sha), overwrite: true);

    public bool IsQueued(string sha) => File.Exists(QueuedPath(sha));

    public bool IsRefused(string sha) => File.Exists(RefusedPath(sha));

    public void Sent(string sha) => File.Delete(QueuedPath(sha));

    public void WriteStatus(object status)
    {
        var begun = Path.Combine(temporary, "status");
        File.WriteAllBytes(begun, JsonSerializer.SerializeToUtf8Bytes(status, GatewayJournal.Plain.Default));
        File.Move(begun, StatusPath, overwrite: true);
    }

    private string QueuedPath(string sha) => Path.Combine(Queue, sha + ".dcm");

    private string RefusedPath(string sha) => Path.Combine(Refused, sha + ".dcm");

    private string WaitingPath(string sha) => Path.Combine(Quarantine, sha + ".dcm");

    private string ReasonPath(string sha) => Path.Combine(Quarantine, sha + ".json");
}
