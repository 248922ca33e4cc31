namespace Pirogov.Archive.Intake;

/// <summary>Files of one sender that are judged and flushed while the next is read; they end in the order in which they came.</summary>
internal sealed class FilesUnderWay<T>
{
    private const int Most = 16;

    /// <summary>Each is held in memory until it is flushed.</summary>
    public const long MostBytes = 32 << 20;

    private readonly Queue<(Task<T> Task, long Bytes)> tasks = new();
    private long held;

    public bool Any => tasks.Count > 0;

    public bool IsFull => tasks.Count >= Most || held > MostBytes;

    public void Add(Task<T> task, long bytes)
    {
        tasks.Enqueue((task, bytes));
        held += bytes;
    }

    public Task<T> Next()
    {
        var (task, bytes) = tasks.Dequeue();
        held -= bytes;
        return task;
    }
}
