using System.Buffers.Binary;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dimse;

/// <summary>An instance as C-MOVE sends it: its data set alone, in a syntax that the destination takes.</summary>
internal sealed class MovedInstance(StoredInstances instances, LargeFiles large)
{
    /// <summary>Preamble, prefix and the group length of the meta header (PS3.10 7.1), as the archive writes it.</summary>
    private const int Head = 144;

    /// <returns>
    /// Standing at the data set's first byte; null when it cannot be had in this syntax. A large one comes from the store as it is, or by the disk where only
    /// the native syntax is another; its frames are not encoded anew.
    /// </returns>
    public async Task<Stream?> Open(Instance instance, string transferSyntaxUid, CancellationToken cancellation)
    {
        var wanted = DicomTransferSyntax.Of(transferSyntaxUid);
        if (instance.Size > Admission.LargestFile && instance.TransferSyntaxUid == transferSyntaxUid)
            return await Stored(instance, cancellation);
        await using var opened = await instances.Open(instance, cancellation);
        var file = opened.File;
        if (!file.TransferSyntax.IsEncapsulated && !wanted.IsEncapsulated)
            return opened.IsLarge ? Written(file, wanted) : new MemoryStream(DicomWriter.DatasetToBytes(file.Dataset, wanted), writable: false);
        if (file.TransferSyntax.Uid == transferSyntaxUid)
            return new MemoryStream(DicomWriter.DatasetToBytes(file.Dataset, wanted), writable: false);
        if (opened.IsLarge)
            return null;
        var target = wanted.IsEncapsulated ? transferSyntaxUid : DicomUids.ExplicitVRLittleEndian;
        return InstanceRendering.Transcode(file, target) is { } transcoded ? new MemoryStream(DicomWriter.DatasetToBytes(transcoded.Dataset, wanted), writable: false) : null;
    }

    private async Task<Stream> Stored(Instance instance, CancellationToken cancellation)
    {
        var bytes = await instances.OpenRead(instance, cancellation);
        try
        {
            var head = new byte[Head];
            await bytes.ReadExactlyAsync(head, cancellation);
            bytes.Position = Head + BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(Head - 4));
            return bytes;
        }
        catch
        {
            await bytes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sealed on the disk, as an original would be, and gone when it is closed.</summary>
    private SpooledDataset Written(DicomFile file, DicomTransferSyntax wanted)
    {
        var spool = large.Begin();
        try
        {
            DicomWriter.WriteDataset(file.Dataset, wanted, spool.Writer);
            return new(spool);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private sealed class SpooledDataset(OriginalSpool spool) : ReadOnlyStream
    {
        private readonly Stream bytes = spool.Read();

        public override long Length => bytes.Length;

        public override int Read(Span<byte> buffer)
        {
            bytes.Position = Position;
            var taken = bytes.Read(buffer);
            Position += taken;
            return taken;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                bytes.Dispose();
                spool.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
