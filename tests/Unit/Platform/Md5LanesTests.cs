using System.Security.Cryptography;
using Pirogov.Platform.Store;
using Xunit;

namespace Pirogov.Unit.Platform;

public sealed class Md5LanesTests
{
    [Fact]
    public void Every_message_of_a_group_has_its_own_digest_whatever_lies_beside_it()
    {
        // Around the edges of blocks and padding, and far apart in length.
        int[] lengths = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 4096, 100_001, 3, 64, 640, 70_000];
        for (var count = 1; count <= lengths.Length; count++)
        {
            var messages = lengths.Take(count).Select((length, i) => Bytes(length, i)).ToArray();
            Assert.Equal(messages.Select(m => Convert.ToHexStringLower(MD5.HashData(m))), Md5Lanes.Hash([.. messages.Select(m => new[] { (ReadOnlyMemory<byte>)m })]));
        }
    }

    [Fact]
    public void Where_a_message_is_cut_into_parts_makes_no_difference()
    {
        var whole = Bytes(1000, 7);
        int[][] cuts = [[1000], [0, 1000], [1, 999], [64, 936], [63, 1, 936], [700, 12, 288], [10, 10, 10, 10, 10, 10, 10, 930], [990, 0, 0, 10], [500, 500]];
        var expected = Convert.ToHexStringLower(MD5.HashData(whole));
        Assert.All(Md5Lanes.Hash([.. cuts.Select(c => Parts(whole, c))]), digest => Assert.Equal(expected, digest));
        Assert.All(cuts, cut => Assert.Equal([expected], Md5Lanes.Hash([Parts(whole, cut)])));
    }

    private static ReadOnlyMemory<byte>[] Parts(byte[] whole, int[] lengths)
    {
        var at = 0;
        return [.. lengths.Select(length => (ReadOnlyMemory<byte>)whole.AsMemory((at += length) - length, length))];
    }

    private static byte[] Bytes(int length, int seed) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * 7919) + (seed * 104729) + (i >> 8)))];
}
