using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

/// <summary>Text that a window, padding or a single bright pixel hides is there for whoever looks for it.</summary>
public class EveryValueTests
{
    private const int Side = 64;

    [Theory]
    [InlineData(GrayRange.Window, 0)]
    [InlineData(GrayRange.Whole, 0)]
    [InlineData(GrayRange.Equalised, 60)]
    public void Text_one_value_above_its_ground_stands_out_when_equalised(GrayRange range, int least) =>
        Assert.InRange(Contrast(ground: -1000, text: -999, bright: 30_000, range), least, least == 0 ? 1 : 255);

    [Theory]
    [InlineData(GrayRange.Window, 0, 0)]
    [InlineData(GrayRange.Whole, 200, 255)]
    [InlineData(GrayRange.Equalised, 60, 255)]
    public void Text_above_the_window_stands_out_over_the_whole_range(GrayRange range, int least, int most) =>
        Assert.InRange(Contrast(ground: 400, text: 3000, bright: 3000, range), least, most);

    [Fact]
    public void Text_of_the_padding_value_is_no_padding_to_a_reviewer()
    {
        Assert.Equal(0, Contrast(ground: -1000, text: -2000, bright: 0, GrayRange.Window));
        Assert.InRange(Contrast(ground: -1000, text: -2000, bright: 0, GrayRange.Whole), 100, 255);
        Assert.InRange(Contrast(ground: -1000, text: -2000, bright: 0, GrayRange.Equalised), 60, 255);
    }

    /// <summary>Difference of grays between a line of text and the ground around, in a window of soft tissue with −2000 as padding.</summary>
    private static int Contrast(short ground, short text, short bright, GrayRange range)
    {
        var samples = new byte[Side * Side * 2];
        for (var i = 0; i < Side * Side; i++)
            BitConverter.TryWriteBytes(samples.AsSpan(2 * i), i == 5 ? bright : i / Side == 10 && i % 2 == 0 ? text : ground);
        var description = new PixelDescription(Side, Side, 16, 16, 15, 1, 1, 0, "MONOCHROME2");
        var picture = Preview.Render(samples, description, new PreviewOptions { Window = new(40, 400), PixelPadding = -2000, Range = range, MaxSide = Side });
        return Math.Abs(picture.Pixels[10 * Side] - picture.Pixels[10 * Side + 1]);
    }
}
