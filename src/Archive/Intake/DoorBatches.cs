using System.Globalization;
using Pirogov.Archive.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

/// <summary>The sender may send for several centres, or for none, and did not say which.</summary>
internal sealed record CentreNotNamed() : Refusal("archive.centre-not-named", 400);

/// <summary>Those who come at once open one batch, not one each.</summary>
internal sealed class DoorBatchGate : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    public SemaphoreSlim Turn => turn;

    public void Dispose() => turn.Dispose();
}

/// <summary>
/// Batches for protocols that know none: the sender's open batch of the given name, which is closed as any other, else that of the door
/// and the day, which ends when the door has been quiet for a while (<see cref="QuietBatches"/>).
/// </summary>
internal sealed class DoorBatches(CreateBatch create, DoorBatchGate gate, TimeProvider time)
{
    /// <param name="centre">Its code or its id; null: the only one for which the person may send.</param>
    /// <param name="name">Null: the door and the day.</param>
    public async Task<Outcome<BatchId>> Open(string door, string? centre, string? name, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(centre))
        {
            if (await create.Centres(cancellation) is not [var only])
                return new CentreNotNamed();
            centre = only.Code;
        }

        var day = time.Now().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await gate.Turn.WaitAsync(cancellation);
        try
        {
            var opened = string.IsNullOrWhiteSpace(name)
                ? await create.Handle(new(centre, $"{door} {day}"), cancellation, door) : await create.Handle(new(centre, name), cancellation);
            return opened.IsRefused(out var refusal) ? refusal : opened.Value.Id;
        }
        finally
        {
            gate.Turn.Release();
        }
    }
}
