using Pirogov.Platform.Store;
using Xunit;

namespace Pirogov.Unit.Platform;

public sealed class DirectFileTests
{
    /// <summary>Around the sizes of blocks and chunks, in parts that end anywhere.</summary>
    [SkippableTheory]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(70_000)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData((3 << 20) + 4095)]
    public void What_is_written_past_the_cache_is_what_is_read(int size)
    {
        var bytes = new byte[size];
        for (var i = 0; i < size; i++)
            bytes[i] = (byte)((i * 31) + (i >> 9));
        var folder = Directory.CreateTempSubdirectory("pirogov-direct-").FullName;
        try
        {
            var path = Path.Combine(folder, "file");
            Skip.IfNot(DirectFile.TryWrite(path, [bytes.AsMemory(0, 1234), ReadOnlyMemory<byte>.Empty, bytes.AsMemory(1234, 12), bytes.AsMemory(1246)], size), "The file system of the temporary folder knows no O_DIRECT.");
            Assert.Equal(bytes, File.ReadAllBytes(path));
            Assert.Throws<IOException>(() => DirectFile.TryWrite(path, [bytes], size));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Small_files_are_left_to_the_cache()
    {
        Assert.False(DirectFile.TryWrite("/nowhere/at/all", [new byte[1000]], 1000));
    }
}
