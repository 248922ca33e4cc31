using Microsoft.EntityFrameworkCore;

namespace Pirogov.Platform.Database;

public static class Page
{
    public const int DefaultSize = 25;
    public const int LargestSize = 200;

    /// <param name="page">From 1.</param>
    /// <param name="size">Held between 1 and <see cref="LargestSize"/>.</param>
    public static async Task<Page<T>> ToPage<T>(this IQueryable<T> query, int page, int size, CancellationToken cancellation)
    {
        (page, size) = (Math.Max(page, 1), Math.Clamp(size, 1, LargestSize));
        var total = await query.CountAsync(cancellation);
        var items = await query.Skip((page - 1) * size).Take(size).ToArrayAsync(cancellation);
        return new(items, page, size, total);
    }
}

/// <summary>One page of a list; every list pages.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, int Number, int Size, int Total);
