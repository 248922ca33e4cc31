using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

public sealed class ViewportTests
{
    /// <summary>Every pixel says where it is.</summary>
    private static readonly Picture Grid = new([.. Enumerable.Range(0, 64).Select(i => (byte)(i * 3))], 8, 8, IsColor: false);

    [Theory]
    [InlineData(100, 50, 50, 50)]
    [InlineData(4, 100, 4, 4)]
    [InlineData(1, 1, 1, 1)]
    public void A_frame_is_as_large_as_fits_and_keeps_its_shape(int width, int height, int columns, int rows)
    {
        var shown = new Viewport(width, height).Show(Grid, 8, 8)!;
        Assert.Equal((columns, rows), (shown.Columns, shown.Rows));
    }

    [Fact]
    public void A_region_of_its_own_size_is_cut_out_pixel_by_pixel_and_flipped_as_asked()
    {
        byte[] Cut(bool mirrored, bool upsideDown) => new Viewport(3, 2, 2, 5, 3, 2, mirrored, upsideDown).Show(Grid, 8, 8)!.Pixels;
        byte At(int column, int row) => Grid.Pixels[(row * 8) + column];
        Assert.Equal([At(2, 5), At(3, 5), At(4, 5), At(2, 6), At(3, 6), At(4, 6)], Cut(false, false));
        Assert.Equal([At(4, 5), At(3, 5), At(2, 5), At(4, 6), At(3, 6), At(2, 6)], Cut(true, false));
        Assert.Equal([At(2, 6), At(3, 6), At(4, 6), At(2, 5), At(3, 5), At(4, 5)], Cut(false, true));
    }

    [Fact]
    public void Shrinking_takes_means_and_growing_stays_between_neighbours()
    {
        Assert.Equal([.. new[] { (0, 1, 8, 9), (2, 3, 10, 11) }.Select(b => (byte)Math.Round((b.Item1 + b.Item2 + b.Item3 + b.Item4) * 3 / 4.0))], new Viewport(4, 4).Show(Grid, 8, 8)!.Pixels[..2]);
        var large = new Viewport(16, 16, 1, 1, 2, 2).Show(Grid, 8, 8)!;
        Assert.Equal((16, 16), (large.Columns, large.Rows));
        // Nothing from outside of the region shines in.
        Assert.Equal(Grid.Pixels[9], large.Pixels[0]);
        Assert.Equal(Grid.Pixels[18], large.Pixels[^1]);
        Assert.All(large.Pixels, p => Assert.InRange(p, Grid.Pixels[9], Grid.Pixels[18]));
    }

    [Fact]
    public void Colours_stay_together_and_what_lies_outside_of_the_frame_is_not_shown()
    {
        var colours = new Picture([1, 2, 3, 4, 5, 6], 2, 1, IsColor: true);
        Assert.Equal([4, 5, 6, 1, 2, 3], new Viewport(2, 1, IsMirrored: true).Show(colours, 2, 1)!.Pixels);
        Assert.Null(new Viewport(5, 5, 8, 0).Show(Grid, 8, 8));
        Assert.Equal(8, new Viewport(8, 8, 0, 0, 1000, 1000).Show(Grid, 8, 8)!.Columns);
        // Of pixels twice as high as wide the picture is half as wide; the region is still counted in stored pixels.
        Assert.Equal((10, 20), new Viewport(20, 20, 0, 0, 4, 4).Show(new Picture(new byte[32], 4, 8, IsColor: false), 8, 8) is { } narrow ? (narrow.Columns, narrow.Rows) : default);
    }
}
