namespace Pirogov.Labelling.Exchange;

/// <summary>How many uploads of labels are unpacked in requests at once: each may hold <see cref="Formats.FormatLimits.MostUnpackedBytes"/>.</summary>
internal sealed class ImportSeats : IDisposable
{
    private readonly SemaphoreSlim seats = new(2, 2);

    public async Task<IDisposable> Take(CancellationToken cancellation)
    {
        await seats.WaitAsync(cancellation);
        return new Seat(seats);
    }

    public void Dispose() => seats.Dispose();

    private sealed class Seat(SemaphoreSlim seats) : IDisposable
    {
        public void Dispose() => seats.Release();
    }
}
