using Pirogov.Platform.Access;

namespace Pirogov.Platform.Web;

/// <summary>
/// One thing that waits for a person, with the next action as a button. The words are already in the reader's language.
/// </summary>
/// <param name="Id">Stable, for tests and for the page's element: <c>labelling-readings</c>.</param>
/// <param name="Title">What it is: «Мои прочтения».</param>
/// <param name="Detail">What of it waits now: «3 случая ждут прочтения, срок — 5 декабря».</param>
/// <param name="Action">The button's words: a verb.</param>
/// <param name="Address">Where the button leads.</param>
public sealed record StartCard(string Id, string Title, string Detail, string Action, string Address)
{
    /// <summary>The figure shown large (cases to read, days left); null shows none.</summary>
    public int? Count { get; init; }

    /// <summary>Cards that wait for this very person come before those that only inform; smaller is earlier, 100 by default.</summary>
    public int Order { get; init; } = 100;

    public bool IsUrgent { get; init; }
}

/// <summary>
/// What a room puts on the start page. Registered with <c>AddScoped&lt;IStartCard, …&gt;()</c>; returns nothing for whom it has nothing.
/// </summary>
public interface IStartCard
{
    Task<IReadOnlyList<StartCard>> For(Actor actor, CancellationToken cancellation);
}
