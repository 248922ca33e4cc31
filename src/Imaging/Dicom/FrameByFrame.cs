using System.Buffers.Binary;
using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>Images too large to be held: no more than one decoded frame is in memory at a time.</summary>
public static class FrameByFrame
{
    /// <summary>
    /// A file of the same header whose frames were changed one by one; a compressed source is written in the syntax named, a native one stays
    /// native.
    /// </summary>
    /// <param name="scratch">Takes the new pixels from its position on.</param>
    /// <param name="written">Gives them back; to be open until the file is written.</param>
    /// <param name="change">Changes the samples of a frame in place.</param>
    /// <exception cref="ImagingException">A frame cannot be decoded, the syntax cannot hold it, or frames share bytes.</exception>
    public static DicomFile Change(DicomFile file, string transferSyntaxUid, Stream scratch, Func<Stream> written, Action<DecodedFrame> change)
    {
        var image = DicomImage.Open(file);
        if (image.Description.FrameBits % 8 != 0)
            throw new ImagingException(ImagingFault.Unsupported, "Frames that meet within a byte are not changed one by one.");
        var target = new DicomDataset();
        foreach (var element in file.Dataset.Where(e => !IsPixels(e.Tag) && e.Tag != DicomTags.ExtendedOffsetTable && e.Tag != DicomTags.ExtendedOffsetTableLengths))
            target.Set(element);
        if (!file.TransferSyntax.IsEncapsulated)
        {
            var source = file.Dataset.First(e => IsPixels(e.Tag));
            target.Set(Native(image, source, scratch, written, change, out var widened));
            if (widened is not null)
                DicomTranscoder.Describe(target, widened);
            return DicomFile.Create(target, DicomUids.ExplicitVRLittleEndian);
        }

        target.Set(Compressed(image, transferSyntaxUid, scratch, written, change, out var described));
        DicomTranscoder.Describe(target, described);
        if (DicomTranscoder.IsLossy(file.TransferSyntax.Uid))
            target.Set(DicomTags.LossyImageCompression, "01");
        return DicomFile.Create(target, transferSyntaxUid);
    }

    /// <summary>One frame as a file of its own, in the same transfer syntax.</summary>
    /// <param name="frame">From 0.</param>
    /// <exception cref="ImagingException">There is no such frame.</exception>
    public static DicomFile Single(DicomFile file, int frame)
    {
        var stored = DicomImage.Open(file).Stored(frame);
        var target = new DicomDataset();
        foreach (var element in file.Dataset.Where(e => e.Tag != DicomTags.ExtendedOffsetTable && e.Tag != DicomTags.ExtendedOffsetTableLengths))
        {
            target.Set(element switch
            {
                _ when !IsPixels(element.Tag) => element,
                DicomEncapsulatedPixelData or DicomStreamedPixelData { IsEncapsulated: true } => new DicomEncapsulatedPixelData(element.Tag, DicomVr.OB, default, [stored]),
                _ => new DicomElement(element.Tag, element.Vr, stored),
            });
        }

        if (target.Contains(DicomTags.NumberOfFrames))
            target.Set(DicomTags.NumberOfFrames, 1);
        if (target.GetItems(DicomTags.PerFrameFunctionalGroupsSequence) is { Count: > 1 } groups && frame < groups.Count)
            target.SetItems(DicomTags.PerFrameFunctionalGroupsSequence, [groups[frame]]);
        return DicomFile.Create(target, file.TransferSyntax.IsEncapsulated ? file.TransferSyntax.Uid : DicomUids.ExplicitVRLittleEndian);
    }

    /// <param name="widened">How packed cells stand now, in machine words; null of others, which stand as they did.</param>
    private static DicomStreamedPixelData Native(
        DicomImage image, DicomElement source, Stream scratch, Func<Stream> written, Action<DecodedFrame> change, out PixelDescription? widened)
    {
        var start = scratch.Position;
        widened = null;
        for (var i = 0; i < image.Frames; i++)
        {
            var frame = image.Decode(i);
            widened = frame.Description == image.Description ? null : frame.Description;
            change(frame);
            scratch.Write(frame.Samples);
        }

        var length = scratch.Position - start;
        return DicomStreamedPixelData.Of(source.Tag, widened is { BitsAllocated: > 8 } ? DicomVr.OW : source.Vr, written(), isEncapsulated: false, [(start, length)]);
    }

    private static DicomStreamedPixelData Compressed(
        DicomImage image, string syntax, Stream scratch, Func<Stream> written, Action<DecodedFrame> change, out PixelDescription described)
    {
        var (fragments, table, at) = (new List<(long, long)>(image.Frames + 1) { default }, new byte[4L * image.Frames], 0L);
        PixelDescription? first = null;
        for (var i = 0; i < image.Frames; i++)
        {
            var decoded = image.Decode(i);
            change(decoded);
            var encoded = PixelEncoder.Encode(syntax, decoded);
            if ((first ??= encoded.Description) != encoded.Description)
                throw new ImagingException(ImagingFault.Unsupported, "The frames differ in what they hold beside their pixel values.");
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), (uint)at);
            fragments.Add((scratch.Position, encoded.Bytes.Length));
            scratch.Write(encoded.Bytes);
            at += 8 + encoded.Bytes.Length + (encoded.Bytes.Length % 2);
        }

        // Larger than its entries can say, the table stays empty: one fragment a frame tells as much.
        fragments[0] = (scratch.Position, at > uint.MaxValue ? 0 : table.Length);
        scratch.Write(table);
        described = first!;
        return DicomStreamedPixelData.Of(DicomTags.PixelData, DicomVr.OB, written(), isEncapsulated: true, fragments);
    }

    private static bool IsPixels(DicomTag tag) => tag == DicomTags.PixelData || tag == DicomTags.FloatPixelData || tag == DicomTags.DoubleFloatPixelData;
}
