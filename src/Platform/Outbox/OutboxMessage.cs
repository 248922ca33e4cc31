using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Outbox;

/// <summary>Something that happened, written in the transaction in which it happened.</summary>
public sealed class OutboxMessage
{
    public long Id { get; private set; }
    public string Type { get; private set; } = "";
    public string Payload { get; private set; } = "";
    public DateTimeOffset OccurredAt { get; private set; }
    public DateTimeOffset NextAttemptAt { get; private set; }
    public int Attempts { get; private set; }
    public string? LastFailure { get; private set; }

    private OutboxMessage()
    {
    }

    internal OutboxMessage(string type, string payload, DateTimeOffset now) =>
        (Type, Payload, OccurredAt, NextAttemptAt) = (type, payload, now, now);

    /// <summary>The database was away: nothing is known against the event itself.</summary>
    internal void Wait(DateTimeOffset until, string failure) => (NextAttemptAt, LastFailure) = (until, failure);

    internal void Postpone(DateTimeOffset until, string failure) => (Attempts, NextAttemptAt, LastFailure) = (Attempts + 1, until, failure);
}

/// <summary>How a module tells upward: the event goes into the outbox and reaches every handler once, after the commit.</summary>
public sealed class EventOutbox(PirogovDb db, TimeProvider time)
{
    /// <summary>Joins the caller's next <c>SaveChanges</c>.</summary>
    public void Add<TEvent>(TEvent happened) where TEvent : class
    {
        db.Set<OutboxMessage>().Add(new OutboxMessage(typeof(TEvent).FullName!, JsonSerializer.Serialize(happened, PlatformJson.Options), time.Now()));
        db.HasEvents = true;
    }
}

/// <summary>
/// Reacts to an event. What it writes through the scope's <see cref="PirogovDb"/> is committed together with the
/// message's removal, so it happens once even when the process is killed.
/// </summary>
public interface IHandle<in TEvent> where TEvent : class
{
    Task Handle(TEvent happened, CancellationToken cancellation);
}

/// <summary>
/// Marks a handler that writes elsewhere than through the scope's <see cref="PirogovDb"/>. It is called before the
/// transaction in which the message is removed, so it may be called twice: SQLite has one writer, and one that waits for
/// another connection while it writes waits for ever.
/// </summary>
public interface IReachOutside;

internal sealed class OutboxModel : ModelPart
{
    public override void Configure(ModelBuilder model) => model.Entity<OutboxMessage>(e =>
    {
        e.ToTable("outbox_message");
        e.Property(m => m.Type).HasMaxLength(300);
        e.Property(m => m.LastFailure).HasMaxLength(500);
        e.HasIndex(m => m.NextAttemptAt);
    });
}
