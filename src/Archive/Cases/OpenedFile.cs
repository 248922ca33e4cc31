using Pirogov.Archive.Intake;
using Pirogov.Dicom;

namespace Pirogov.Archive.Cases;

/// <summary>A stored instance: whole in memory, or with its pixels left in the store, frame by frame, when it is too large for that.</summary>
internal sealed class OpenedFile(DicomFile file, Stream? pixels) : IAsyncDisposable
{
    public DicomFile File => file;

    /// <summary>Whether its pixels are not to be held all at once.</summary>
    public bool IsLarge => pixels is not null;

    /// <param name="bytes">Can seek; closed here, or with what is returned.</param>
    public static async Task<OpenedFile> Read(Stream bytes, CancellationToken cancellation)
    {
        try
        {
            if (bytes.Length > Admission.LargestFile)
                return new(DicomReader.Read(bytes, new() { LeavePixelDataInStream = true }), bytes);
            var whole = new byte[bytes.Length];
            await bytes.ReadExactlyAsync(whole, cancellation);
            await bytes.DisposeAsync();
            return new(DicomReader.Read(whole), null);
        }
        catch
        {
            await bytes.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => pixels?.DisposeAsync() ?? ValueTask.CompletedTask;
}
