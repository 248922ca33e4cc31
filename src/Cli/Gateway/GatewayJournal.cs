using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pirogov.Cli;

/// <summary>One line of the journal; holds no value of a patient. Files are marked by keyed hashes of their paths.</summary>
/// <param name="What">"original", "sent", "refused-there", "set-aside" or "refused-store".</param>
/// <param name="Sha">Of the de-identified bytes.</param>
internal sealed record GatewayEntry(
    DateTimeOffset At, string What, string? Outcome = null, string? Sha = null, string? Mark = null, long? Size = null, long? Changed = null, string? Reason = null, long? Offset = null)
{
    /// <summary>Could not be sent while others were; moved back into the queue, it is tried again.</summary>
    public const string SetAside = "set-aside";
}

/// <summary>
/// What has been done, appended line by line. Nothing hangs on its last lines: what a power cut takes is done again, with the same
/// bytes, and known as done by whoever gets them. So a line is not flushed.
/// </summary>
internal sealed class GatewayJournal : IDisposable
{
    /// <summary>Some ten thousand lines.</summary>
    private const int SmallestCompacted = 2 << 20;

    private readonly FileStream file;
    private readonly TimeProvider time;
    private readonly Lock turn = new();
    private readonly HashSet<UInt128> sent = [];
    private readonly HashSet<UInt128> refusedThere = [];
    private readonly Dictionary<string, GatewayEntry> originals = new(StringComparer.Ordinal);

    public GatewayJournal(string path, TimeProvider time)
    {
        this.time = time;
        foreach (var entry in Read(path))
            Remember(entry);
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        // A line that was cut short is closed, and passed over when it is read.
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
                file.WriteByte((byte)'\n');
        }
    }

    public static IEnumerable<GatewayEntry> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (Parse(line) is { } entry)
                yield return entry;
        }
    }

    /// <summary>
    /// Writes a large journal anew with what still counts: the last line of each original, and each instance that was sent or refused once. A
    /// kill within leaves the old one.
    /// </summary>
    /// <param name="forgetsPutAway">Originals that were queued lie elsewhere now: nobody will ask for them under their paths.</param>
    public static void Compact(string path, bool forgetsPutAway)
    {
        if (!File.Exists(path) || new FileInfo(path).Length < SmallestCompacted)
            return;
        var (lines, kept) = (0, new Dictionary<string, GatewayEntry>(StringComparer.Ordinal));
        foreach (var entry in Read(path))
        {
            var key = entry.What == "original" ? "original " + entry.Mark : entry.Sha is { } sha ? $"{entry.What} {sha}" : $"{entry.What} {lines}";
            kept.Remove(key);
            if (!(forgetsPutAway && entry is { What: "original", Outcome: "queued" or "known" }))
                kept[key] = entry;
            lines++;
        }

        if (kept.Count * 2 > lines)
            return;
        var begun = path + ".new";
        using (var file = new FileStream(begun, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            foreach (var entry in kept.Values.OrderBy(e => e.At))
                file.Write(Line(entry));
            file.Flush(flushToDisk: true);
        }

        File.Move(begun, path, overwrite: true);
        DurableFiles.FlushFolder(Path.GetDirectoryName(path)!);
    }

    public GatewayEntry Add(GatewayEntry entry)
    {
        var stamped = entry with { At = time.GetUtcNow() };
        var line = Line(stamped);
        lock (turn)
        {
            file.Write(line);
            Remember(stamped);
        }

        return stamped;
    }

    private static byte[] Line(GatewayEntry entry) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, Plain.Default) + "\n");

    public bool WasSent(string sha)
    {
        lock (turn)
            return sent.Contains(Short(sha));
    }

    /// <summary>The platform did not want these bytes when it was asked last; asked anew, it may want them.</summary>
    public bool WasRefusedThere(string sha)
    {
        lock (turn)
            return refusedThere.Contains(Short(sha));
    }

    /// <summary>What became of an original that looked just like this.</summary>
    public GatewayEntry? Find(string mark, long size, long changed)
    {
        lock (turn)
            return originals.TryGetValue(mark, out var entry) && entry.Size == size && entry.Changed == changed ? entry : null;
    }

    public void Dispose() => file.Dispose();

    private void Remember(GatewayEntry entry)
    {
        if (entry is { What: "sent", Sha: { } sha })
            sent.Add(Short(sha));
        else if (entry is { What: "refused-there", Sha: { } refused })
            refusedThere.Add(Short(refused));
        else if (entry is { What: "original", Mark: { } mark })
            originals[mark] = entry;
    }

    private static UInt128 Short(string sha) => UInt128.Parse(sha.AsSpan(0, 32), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static GatewayEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<GatewayEntry>(line, Plain.Default);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal static class Plain
    {
        public static readonly JsonSerializerOptions Default = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
    }
}
