using CsCheck;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

public class RunLengthMaskTests
{
    private static readonly Gen<(int Rows, int Columns, bool[] A, bool[] B)> Pairs =
        from rows in Gen.Int[1, 40]
        from columns in Gen.Int[1, 40]
        from a in Gen.Bool.Array[rows * columns]
        from b in Gen.OneOf(Gen.Bool.Array[rows * columns], Gen.Bool.Select(all => Enumerable.Repeat(all, rows * columns).ToArray()))
        select (rows, columns, a, b);

    [Fact]
    public void A_mask_survives_encoding() => Pairs.Sample(p =>
    {
        var mask = RunLengthMask.FromBits(p.A, p.Rows, p.Columns);
        var back = RunLengthMask.Decode(mask.Encode(), p.Rows, p.Columns);
        Assert.Equal(mask, back);
        Assert.Equal(p.A, back.ToBits());
        Assert.Equal(p.A.Count(bit => bit), back.PixelCount);
    });

    [Fact]
    public void Set_operations_equal_those_on_bits() => Pairs.Sample(p =>
    {
        var a = RunLengthMask.FromBits(p.A, p.Rows, p.Columns);
        var b = RunLengthMask.FromBits(p.B, p.Rows, p.Columns);
        Assert.Equal(a.Union(b), RunLengthMask.FromBits([.. p.A.Zip(p.B, (x, y) => x | y)], p.Rows, p.Columns));
        Assert.Equal(a.Intersection(b), RunLengthMask.FromBits([.. p.A.Zip(p.B, (x, y) => x & y)], p.Rows, p.Columns));
        Assert.Equal(a.Difference(b), RunLengthMask.FromBits([.. p.A.Zip(p.B, (x, y) => x & !y)], p.Rows, p.Columns));
        Assert.Equal(a.Intersection(b).PixelCount, a.IntersectionCount(b));
    });

    [Fact]
    public void Any_bytes_either_are_refused_or_are_the_canonical_form() => Gen.Byte[0, 9].Array[0, 12].Sample(bytes =>
    {
        if (RunLengthMask.TryDecode(bytes, 4, 5, out var mask, out var fault)) Assert.Equal(bytes, mask.Encode());
        else Assert.NotEmpty(fault);
    });

    [Fact]
    public void A_full_mask_starts_with_an_empty_background_run() =>
        Assert.Equal([0, 6], RunLengthMask.FromBits([true, true, true, true, true, true], 2, 3).Encode());

    [Fact]
    public void A_run_of_300_pixels_takes_two_bytes() =>
        Assert.Equal([0xAC, 0x02], RunLengthMask.Empty(1, 300).Encode());

    [Theory]
    [InlineData(new byte[] { }, "cover 0 pixels")]
    [InlineData(new byte[] { 5 }, "cover 5 pixels")]
    [InlineData(new byte[] { 7 }, "cover 7 pixels")]
    [InlineData(new byte[] { 2, 0, 4 }, "Run 1 is empty")]
    [InlineData(new byte[] { 6, 0 }, "Run 1 is empty")]
    [InlineData(new byte[] { 0x86, 0x00 }, "Run 0 is not a minimal")]
    [InlineData(new byte[] { 0x86 }, "Run 0 is not a minimal")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x1F }, "Run 0 is not a minimal")]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F }, "cover 4294967295 pixels")]
    public void Runs_that_do_not_fit_the_frame_are_refused_with_the_reason(byte[] runs, string reason)
    {
        Assert.False(RunLengthMask.TryDecode(runs, 2, 3, out _, out var fault));
        Assert.Contains(reason, fault, StringComparison.Ordinal);
        Assert.Equal(ImagingFault.Malformed, Assert.Throws<ImagingException>(() => RunLengthMask.Decode(runs, 2, 3)).Fault);
    }

    [Fact]
    public void A_frame_beyond_the_limits_is_refused_before_anything_is_allocated() =>
        Assert.False(RunLengthMask.TryDecode([1], 65_535, 65_535, out _, out _));

    [Fact]
    public void Painting_a_volume_counts_the_voxels_that_two_classes_share()
    {
        var volume = new MaskVolume(new VolumeGrid(3, 2, 2));
        var left = RunLengthMask.FromBits([true, true, false, false, false, false], 2, 3);
        var right = RunLengthMask.FromBits([false, true, true, false, false, false], 2, 3);
        Assert.Equal(0, volume.Paint(1, left, 1));
        Assert.Equal(1, volume.Paint(1, right, 2));
        Assert.Equal([1, 2], volume.PresentLabels());
        Assert.Equal(right, volume.SliceMask(1, 2));
        Assert.Equal(1, volume.Count(1));
        Assert.True(volume.SliceMask(0, 1).IsEmpty);
        Assert.Equal(2, volume[2, 0, 1]);
    }
}
