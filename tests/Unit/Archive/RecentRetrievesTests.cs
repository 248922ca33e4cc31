using Pirogov.Archive.Dicomweb;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed class RecentRetrievesTests
{
    private static readonly Guid Reader = Guid.CreateVersion7();
    private readonly Clock clock = new();

    [Fact]
    public void A_reader_is_noted_once_in_ten_minutes_however_the_generations_turn()
    {
        var recent = new RecentRetrieves(clock);
        Assert.True(recent.IsNew(Reader, "early"));
        clock.Now += TimeSpan.FromMinutes(9);
        Assert.True(recent.IsNew(Reader, "late"));
        Assert.False(recent.IsNew(Reader, "early"));
        Assert.True(recent.IsNew(Guid.CreateVersion7(), "late"));
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.True(recent.IsNew(Reader, "early"));
        Assert.False(recent.IsNew(Reader, "late"));
        clock.Now += TimeSpan.FromMinutes(9);
        Assert.True(recent.IsNew(Reader, "late"));
    }

    [Fact]
    public void What_is_past_is_forgotten_without_waiting_for_a_crowd()
    {
        var recent = new RecentRetrieves(clock);
        for (var i = 0; i < 1000; i++)
            Assert.True(recent.IsNew(Reader, $"series {i}"));
        clock.Now += TimeSpan.FromMinutes(21);
        Assert.True(recent.IsNew(Reader, "another"));
        Assert.Equal(1, recent.Count);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
