using System.IO.Pipelines;
using System.Text;
using Pirogov.Archive.Dicomweb;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed class MultipartBodyTests
{
    private const string Boundary = "limit";

    /// <summary>Beginnings of delimiters, carriage returns, a boundary without its line, and nothing at all.</summary>
    private static readonly string[] Parts =
    [
        "plain", "", "\r", "\r\n", "\r\n-", "\r\n--", "\r\n--limi", "\r\n--limi\r\n--limi", "--limit", "\n--limit\n", "\r\r\n--lim\r\n\r\n--", "a\r\n--limit".Replace("t", "T", StringComparison.Ordinal),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task Parts_come_out_as_they_went_in_wherever_the_network_cuts_them(int piece)
    {
        var text = new StringBuilder("what stands before is no part\r\n");
        foreach (var part in Parts)
            text.Append("--").Append(Boundary).Append("  \r\nX: y\r\ncontent-type: application/dicom; n=").Append(part.Length).Append("\r\n\r\n").Append(part).Append("\r\n");
        text.Append("--").Append(Boundary).Append("--\r\nnor what stands behind");
        var body = new MultipartBody(Cut(text.ToString(), piece), Boundary);
        foreach (var part in Parts)
        {
            Assert.Equal($"application/dicom; n={part.Length}", await body.Next(default));
            Assert.Equal(part, await Text(body, piece));
        }

        Assert.Null(await body.Next(default));
    }

    [Fact]
    public async Task The_first_boundary_may_be_the_first_bytes_and_the_last_may_be_the_last()
    {
        var body = new MultipartBody(Cut("--limit\r\n\r\none\r\n--limit\r\n\r\ntwo\r\n--limit--", 5), Boundary);
        Assert.Equal("", await body.Next(default));
        // What is not read is read over.
        Assert.Equal("", await body.Next(default));
        Assert.Equal("two", await Text(body, 100));
        Assert.Null(await body.Next(default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no boundary in here")]
    [InlineData("--limit\r\nContent-Type: a/b\r\n\r\nthe end is miss")]
    [InlineData("--limit\r\nContent-Type: a/b\r\n\r\nthe end is missing\r\n--limi")]
    [InlineData("--limit\r\nContent-Ty")]
    [InlineData("--limit")]
    public async Task What_ends_early_is_an_error(string text)
    {
        var body = new MultipartBody(Cut(text, 4), Boundary);
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (await body.Next(default) is not null)
            {
            }
        });
    }

    [Fact]
    public async Task What_stands_behind_a_boundary_is_an_error_and_so_is_a_header_without_end()
    {
        await Assert.ThrowsAsync<InvalidDataException>(async () => await new MultipartBody(Cut("--limited\r\n\r\none\r\n--limit--", 9), Boundary).Next(default));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await new MultipartBody(Cut("--limit\r\nX: " + new string('y', 40_000), 1000), Boundary).Next(default));
    }

    private static async Task<string> Text(MultipartBody body, int piece)
    {
        var (text, buffer) = (new StringBuilder(), new byte[piece]);
        while (await body.Read(buffer, default) is var read and > 0)
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        return text.ToString();
    }

    private static PipeReader Cut(string text, int piece)
    {
        // A reader over a stream that gives so many bytes at a time, in blocks as small.
        return PipeReader.Create(new Dripping(Encoding.Latin1.GetBytes(text), piece), new StreamPipeReaderOptions(bufferSize: piece, minimumReadSize: 1));
    }

    private sealed class Dripping(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(piece, buffer.Length)]);
    }
}
