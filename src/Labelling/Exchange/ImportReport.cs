using System.Text;
using System.Text.Json;
using Pirogov.Labelling.Formats;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Exchange;

/// <param name="File">As the sender called it.</param>
/// <param name="Case">The case's label; none when the file belongs to no case.</param>
/// <param name="Object">As the file names it; empty when the file as a whole is meant.</param>
/// <param name="Kind">Of what was taken: its type, "mask", "relation" or "answer".</param>
/// <param name="What">Of what was taken: the class, the relation's type or the question.</param>
/// <param name="Reason">Why not: a code whose words stand under <c>reason.labelling.untaken</c>, or, for a whole file, <c>reason.labelling.label-file</c>.</param>
internal sealed record ImportLine(string File, string? Case, string Object, string? Kind, string? What, string? Reason, string Detail)
{
    public static ImportLine Of(string file, string? @case, Taken taken) => new(file, @case, taken.Object, taken.Kind, taken.What, null, "");

    public static ImportLine Of(string file, string? @case, Untaken untaken) => new(file, @case, untaken.Object, null, null, untaken.Reason, untaken.Detail);

    public static ImportLine OfFile(string file, string? @case, string reason, string detail) => new(file, @case, "", null, null, reason, detail);
}

internal sealed record FinishedReport(int Taken, int Left, string? TakenMd5, string? LeftMd5);

/// <summary>Every object of an import, a line of JSON each, in files of the store: a large import has millions of them.</summary>
internal sealed class ImportReport(StoreFolders folders) : IAsyncDisposable
{
    private readonly FileStream taken = Open(folders);
    private readonly FileStream left = Open(folders);
    private int takenLines, leftLines;

    public async Task Add(IEnumerable<ImportLine> lines, CancellationToken cancellation)
    {
        foreach (var line in lines)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(line, PlatformJson.Options);
            await (line.Reason is null ? taken : left).WriteAsync(bytes, cancellation);
            (line.Reason is null ? taken : left).WriteByte((byte)'\n');
            _ = line.Reason is null ? takenLines++ : leftLines++;
        }
    }

    public async Task<FinishedReport> Finish(ObjectStore store, CancellationToken cancellation) =>
        new(takenLines, leftLines, await Put(taken, store, cancellation), await Put(left, store, cancellation));

    public static async Task<Page<ImportLine>> Read(ObjectStore store, string? md5, int total, int page, int size, CancellationToken cancellation)
    {
        (page, size) = Page.Bounded(page, size);
        var lines = new List<ImportLine>();
        if (md5 is not null)
        {
            using var reader = new StreamReader(await store.OpenRead(md5, cancellation), Encoding.UTF8);
            for (long n = 0, first = (page - 1) * size; n < first + size && await reader.ReadLineAsync(cancellation) is { } line; n++)
            {
                if (n >= first)
                    lines.Add(JsonSerializer.Deserialize<ImportLine>(line, PlatformJson.Options)!);
            }
        }

        return new(lines, page, size, total);
    }

    public async ValueTask DisposeAsync()
    {
        await taken.DisposeAsync();
        await left.DisposeAsync();
    }

    private static FileStream Open(StoreFolders folders) => new(Path.Combine(folders.Incoming, $"report-{Guid.CreateVersion7():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
        1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);

    private static async Task<string?> Put(FileStream lines, ObjectStore store, CancellationToken cancellation)
    {
        if (lines.Length == 0)
            return null;
        lines.Position = 0;
        return (await store.Put(lines, cancellation)).Md5;
    }
}
