namespace Pirogov.Platform.Web;

/// <param name="Address">Where a person who is signed in reads more; null when there is no such page.</param>
public sealed record ShowcaseItem(string Title, string Detail, string? Address);

/// <summary>What one room shows to everybody, signed in or not, in the reader's language.</summary>
/// <param name="Id">Stable: <c>tasks</c>, <c>datasets</c>, <c>competitions</c>.</param>
/// <param name="Empty">What stands there while there is nothing to show.</param>
public sealed record ShowcaseShelf(string Id, string Title, string Empty, IReadOnlyList<ShowcaseItem> Items);

/// <summary>
/// A room's shelf in the showcase. Registered with <c>AddScoped&lt;IShowcase, …&gt;()</c> in the order of the walk; gives what
/// is public and nothing else.
/// </summary>
public interface IShowcase
{
    Task<ShowcaseShelf> Shelf(CancellationToken cancellation);
}
