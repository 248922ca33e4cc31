using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Experts;

/// <summary>Makes one person's acts happen one after another, in whichever process and tab they begin.</summary>
internal sealed class PersonLock(PirogovDb db)
{
    /// <summary>Waits for the person's row, which is made at the first need and stays locked until the caller's transaction ends.</summary>
    public Task Take(Guid person, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $$"""
        INSERT INTO labelling_expert ("AccountId", "Subspecialty", "CentresJson", "AvailabilityJson", "Turn") VALUES ({{person}}, '', '[]', '{}', 1)
        ON CONFLICT ("AccountId") DO UPDATE SET "Turn" = labelling_expert."Turn" + 1
        """, cancellation);
}
