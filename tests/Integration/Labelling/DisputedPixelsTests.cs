using System.Text.Json.Nodes;
using Pirogov.Integration.Harness;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>What the pictures of a disagreement show, pixel by pixel.</summary>
public abstract class DisputedPixelsTests(LabellingApp app) : OnBothEngines(app)
{
    // One square has the columns 4–19, the other 14–29; both the rows 4–23.
    private const int FirstRow = 4, AfterRows = 24, One = 4, Other = 14, Width = 16;

    private readonly LabellingApp app = app;

    [SkippableFact]
    public async Task A_heat_map_is_warm_exactly_where_one_drew_and_the_other_did_not()
    {
        var (room, decision, _) = await Disagreed();
        var address = $"/api/v1/readings/{decision}/heat-map/kidney/2.25.1.1.1/1";
        var (entropy, votes) = (PngPixels.Read(await room.Adjudicator.GetByteArrayAsync(address)), PngPixels.Read(await room.Adjudicator.GetByteArrayAsync(address + "?scale=votes")));
        for (var y = 0; y < InventedCases.Side; y++)
        {
            for (var x = 0; x < InventedCases.Side; x++)
            {
                var drawn = y is >= FirstRow and < AfterRows ? (x is >= One and < One + Width ? 1 : 0) + (x is >= Other and < Other + Width ? 1 : 0) : 0;
                Assert.True((drawn == 1 ? 255 : 0) == entropy.At(x, y)[3], $"{x}, {y}: {entropy.At(x, y)[3]}");
                Assert.True((drawn switch { 0 => 0, 1 => 128, _ => 255 }) == votes.At(x, y)[3], $"{x}, {y}: {votes.At(x, y)[3]}");
                if (drawn > 0)
                    Assert.Equal("D55E00", Convert.ToHexString(entropy.At(x, y)[..3]));
            }
        }
    }

    [SkippableFact]
    public async Task A_disagreements_picture_has_each_readings_border_in_its_letters_colour_where_it_was_drawn()
    {
        var (room, decision, view) = await Disagreed();
        var shape = view["adjudication"]!["disagreements"]!.AsArray().Select(d => d!["disagreement"]!).Single(d => (string)d["kind"]! == "shape");
        var box = shape["place"]!["box"]!.AsArray().Select(n => (double)n!).ToArray();
        Assert.Equal([One, FirstRow, Other + Width, AfterRows], box);
        var picture = PngPixels.Read(await room.Adjudicator.GetByteArrayAsync($"/api/v1/readings/{decision}/disagreements/{shape["id"]}/picture"));
        // Three tenths of the longer side around the box, in 256 pixels: a border is two of them wide.
        var side = (box[2] - box[0]) * 1.6;
        var (scale, left, middle) = (picture.Width / side, (box[0] + box[2] - side) / 2, picture.Height / 2);
        foreach (var (stone, column) in new[] { ("no", One), ("yes", Other) })
        {
            var letter = (string)view["sources"]!.AsArray().Single(s => (string)s!["document"]!["answers"]!["stone"]!["value"]! == stone)!["name"]!;
            var colour = letter == "A" ? "E69F00" : "56B4E9";
            var expected = new[] { column, column + Width }.Select(c => (int)Math.Floor((c - left) * scale)).SelectMany(x => new[] { x - 1, x }).ToArray();
            Assert.Equal(expected, Enumerable.Range(0, picture.Width).Where(x => Convert.ToHexString(picture.At(x, middle)) == colour));
        }

        Assert.Equal(new HashSet<string> { "000000", "E69F00", "56B4E9" }, Enumerable.Range(0, picture.Width * picture.Height).Select(i => Convert.ToHexString(picture.At(i % picture.Width, i / picture.Width))).ToHashSet());
    }

    private async Task<(ReadingRoom Room, string Decision, JsonObject View)> Disagreed()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: false);
        var decision = await Reading(room.Adjudicator, "adjudicate");
        return (room, decision, await Sent(room.Adjudicator.GetAsync($"/api/v1/readings/{decision}")));
    }
}

public sealed class DisputedPixelsOnSqlite(LabellingOnSqlite app) : DisputedPixelsTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class DisputedPixelsOnPostgreSql(LabellingOnPostgreSql app) : DisputedPixelsTests(app), IClassFixture<LabellingOnPostgreSql>;
