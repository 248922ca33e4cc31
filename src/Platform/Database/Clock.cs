namespace Pirogov.Platform.Database;

public static class Clock
{
    /// <summary>
    /// Now, in whole milliseconds: PostgreSQL keeps microseconds and .NET ticks, and a time that is hashed into
    /// evidence must read back from the database exactly as it was hashed.
    /// </summary>
    public static DateTimeOffset Now(this TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
