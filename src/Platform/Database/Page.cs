using Microsoft.EntityFrameworkCore;

namespace Pirogov.Platform.Database;

public static class Page
{
    public const int DefaultSize = 25;
    public const int LargestSize = 200;

    /// <summary>Bounded so that the rows before a page can be counted in an int: a negative offset is an error in PostgreSQL.</summary>
    public static (int Number, int Size) Bounded(int page, int size) => (Math.Clamp(page, 1, int.MaxValue / LargestSize), Math.Clamp(size, 1, LargestSize));

    /// <param name="page">From 1.</param>
    /// <param name="size">Held between 1 and <see cref="LargestSize"/>.</param>
    public static async Task<Page<T>> ToPage<T>(this IQueryable<T> query, int page, int size, CancellationToken cancellation)
    {
        (page, size) = Bounded(page, size);
        var total = await query.CountAsync(cancellation);
        var items = await query.Skip((page - 1) * size).Take(size).ToArrayAsync(cancellation);
        return new(items, page, size, total);
    }

    /// <summary>A page of what is in memory anyway.</summary>
    public static Page<T> Of<T>(IReadOnlyList<T> all, int page, int size)
    {
        (page, size) = Bounded(page, size);
        return new([.. all.Skip((page - 1) * size).Take(size)], page, size, all.Count);
    }
}

/// <summary>One page of a list; every list pages.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, int Number, int Size, int Total)
{
    public Page<TOther> Of<TOther>(Func<T, TOther> make) => new([.. Items.Select(make)], Number, Size, Total);
}
