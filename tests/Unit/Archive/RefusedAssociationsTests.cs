using System.Net;
using Pirogov.Archive.Dimse;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed class RefusedAssociationsTests
{
    private static readonly IPAddress Scanner = IPAddress.Parse("192.0.2.7");
    private readonly Clock clock = new();

    [Fact]
    public void The_first_is_noted_at_once_and_the_next_row_says_how_many_there_were()
    {
        var refused = new RefusedAssociations(clock);
        Assert.Equal((1, false), refused.Count(Scanner, "NOBODY", "calling-title"));
        Assert.Null(refused.Count(Scanner, "NOBODY", "calling-title"));
        Assert.Equal((1, false), refused.Count(Scanner, "NOBODY", "called-title"));
        Assert.Equal((1, false), refused.Count(Scanner, "SOMEBODY", "calling-title"));
        Assert.Equal((1, false), refused.Count(IPAddress.Loopback, "NOBODY", "calling-title"));
        clock.Now += TimeSpan.FromMinutes(59);
        Assert.Null(refused.Count(Scanner, "NOBODY", "calling-title"));
        clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal((3, false), refused.Count(Scanner, "NOBODY", "calling-title"));
        Assert.Null(refused.Count(Scanner, "NOBODY", "calling-title"));
    }

    [Fact]
    public void Whoever_calls_himself_anew_each_time_gets_no_more_rows_and_none_is_left_uncounted()
    {
        var (refused, rows, told) = (new RefusedAssociations(clock), 0, 0);
        void Call(string title)
        {
            if (refused.Count(Scanner, title, "calling-title") is not { } row)
                return;
            (rows, told) = (rows + 1, told + row.Count);
        }

        for (var n = 0; n < 2 * RefusedAssociations.Most; n++)
            Call($"T{n}");
        for (var n = 0; n < RefusedAssociations.Most; n++)
            Call($"T{n}");
        Assert.Equal(RefusedAssociations.Most + 1, rows);
        clock.Now += TimeSpan.FromHours(1);
        for (var n = 0; n < 2 * RefusedAssociations.Most; n++)
            Call($"U{n}");
        Assert.Equal(2 * (RefusedAssociations.Most + 1) - 1, rows);
        clock.Now += TimeSpan.FromHours(1);
        Call("V");
        Call("W");
        for (var n = 0; n < RefusedAssociations.Most - 2; n++)
            Call($"X{n}");
        Assert.Equal(6 * RefusedAssociations.Most, told);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
