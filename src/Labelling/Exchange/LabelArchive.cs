using System.IO.Compression;
using System.Text;
using Pirogov.Labelling.Formats;

namespace Pirogov.Labelling.Exchange;

/// <summary>A zip of exported labels, written as it goes: a folder for each case and, at the end, what the format could not hold.</summary>
internal sealed class LabelArchive : IDisposable
{
    /// <summary>What the formats could not say, one object a line.</summary>
    public const string Losses = "losses.tsv";

    private readonly MemoryStream written = new();
    private readonly ZipArchive zip;
    private readonly Stream target;
    private readonly DateTimeOffset at;
    private readonly StringBuilder losses = new("case\tobject\treason\tdetail\n");

    /// <param name="at">Stands at every entry: the same labels give the same archive.</param>
    public LabelArchive(Stream target, DateTimeOffset at)
    {
        (this.target, this.at) = (target, at.ToUniversalTime());
        zip = new(new Forward(written), ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8);
    }

    public int Lost { get; private set; }

    public void Dispose()
    {
        zip.Dispose();
        written.Dispose();
    }

    public async Task Add(string label, ExportedLabels labels, bool inFolder, CancellationToken cancellation)
    {
        foreach (var file in labels.Files)
            await Add(inFolder ? $"{label}/{file.Name}" : file.Name, file.Bytes, cancellation);
        foreach (var lost in labels.Losses)
        {
            losses.AppendJoin('\t', new[] { label, lost.Object, lost.Reason, lost.Detail }.Select(c => c.ReplaceLineEndings(" ").Replace('\t', ' '))).Append('\n');
            Lost++;
        }
    }

    public async Task Finish(CancellationToken cancellation)
    {
        if (Lost > 0)
            await Add(Losses, Encoding.UTF8.GetBytes(losses.ToString()), cancellation);
        zip.Dispose();
        await Send(cancellation);
    }

    private async Task Add(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = at.Year is >= 1980 and < 2108 ? at : new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using (var content = entry.Open())
            content.Write(bytes.Span);
        await Send(cancellation);
    }

    /// <summary>A zip writes its headers at once and without waiting, which an answer on the network does not allow: they lie here until they are sent.</summary>
    private async Task Send(CancellationToken cancellation)
    {
        await target.WriteAsync(written.GetBuffer().AsMemory(0, (int)written.Length), cancellation);
        written.SetLength(0);
    }

    /// <summary>Cannot seek, so that the zip never goes back to what has been sent.</summary>
    private sealed class Forward(MemoryStream inner) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
