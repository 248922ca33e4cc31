using System.Buffers.Binary;
using Pirogov.Dicom;

namespace Pirogov.Imaging;

/// <summary>The same image in another transfer syntax: from any that is decoded to native little endian or a lossless compressed one.</summary>
public static class DicomTranscoder
{
    /// <summary>True for Implicit and Explicit VR Little Endian, RLE, JPEG-LS Lossless and JPEG 2000 (lossless only).</summary>
    public static bool CanWrite(string transferSyntaxUid) =>
        transferSyntaxUid is TransferSyntaxes.ImplicitLittleEndian or TransferSyntaxes.ExplicitLittleEndian || PixelEncoder.CanEncode(transferSyntaxUid);

    /// <returns>
    /// A new file that shares its elements with the source, or the source itself when it is in that syntax. The Image Pixel module
    /// says how the pixels stand now; overlays in unused bits, which compressed pixels may not have, become Overlay Data.
    /// </returns>
    /// <exception cref="ImagingException">A frame cannot be decoded, or the syntax cannot hold it.</exception>
    public static DicomFile To(DicomFile file, string transferSyntaxUid)
    {
        if (!CanWrite(transferSyntaxUid))
            throw new ImagingException(ImagingFault.Unsupported, $"Transfer syntax {transferSyntaxUid} is not written.");
        if (file.TransferSyntax.Uid == transferSyntaxUid) return file;
        var isNativeBefore = !file.TransferSyntax.IsEncapsulated;
        var isNativeAfter = !PixelEncoder.CanEncode(transferSyntaxUid);
        if (isNativeBefore && isNativeAfter) return DicomFile.Create(file.Dataset, transferSyntaxUid);

        var image = DicomImage.Open(file);
        var target = new DicomDataset();
        foreach (var element in file.Dataset.Where(e => !e.Tag.IsPixelData && e.Tag != DicomTags.ExtendedOffsetTable && e.Tag != DicomTags.ExtendedOffsetTableLengths))
            target.Set(element);
        if (isNativeAfter) SetNative(target, image);
        else SetEncapsulated(target, image, transferSyntaxUid);
        if (IsLossy(file.TransferSyntax.Uid) && file.Dataset.GetString(DicomTags.LossyImageCompression) != "01")
            target.Set(DicomTags.LossyImageCompression, "01");
        return DicomFile.Create(target, transferSyntaxUid);
    }

    /// <summary>A native image whose pixel cells stand in machine words: the file itself where they do, a new one with other Bits Allocated where they are packed.</summary>
    /// <exception cref="ImagingException">A frame is not there.</exception>
    public static DicomFile Widened(DicomFile native)
    {
        var image = DicomImage.Open(native);
        if (!PackedSamples.IsPacked(image.Description.BitsAllocated)) return native;
        var target = new DicomDataset();
        foreach (var element in native.Dataset.Where(e => !e.Tag.IsPixelData))
            target.Set(element);
        SetNative(target, image);
        return DicomFile.Create(target, DicomUids.ExplicitVRLittleEndian);
    }

    private static void SetNative(DicomDataset target, DicomImage image)
    {
        using var pixels = new MemoryStream();
        var first = image.Decode(0);
        // Frames of single bits share the byte in which they meet (PS3.5 8.1.1).
        var (bits, held, count) = (first.Description.FrameBits, 0, 0);
        for (var i = 0; i < image.Frames; i++)
        {
            var frame = i == 0 ? first : image.Decode(i);
            if (bits % 8 == 0)
            {
                pixels.Write(frame.Samples);
                continue;
            }

            for (var bit = 0; bit < bits; bit++)
            {
                held |= (frame.Samples[bit >> 3] >> (bit & 7) & 1) << count;
                if (++count < 8) continue;
                pixels.WriteByte((byte)held);
                (held, count) = (0, 0);
            }
        }

        if (count > 0) pixels.WriteByte((byte)held);
        Describe(target, first.Description);
        target.Set(DicomTags.PixelData, first.Description.BitsAllocated > 8 ? DicomVr.OW : DicomVr.OB, pixels.ToArray());
    }

    private static void SetEncapsulated(DicomDataset target, DicomImage image, string transferSyntaxUid)
    {
        var overlays = MoveOverlays(target, image);
        var fragments = new List<ReadOnlyMemory<byte>>();
        PixelDescription? written = null;
        for (var i = 0; i < image.Frames; i++)
        {
            var decoded = image.Decode(i);
            var encoded = PixelEncoder.Encode(transferSyntaxUid, overlays.Count == 0 ? decoded : WithoutUnusedBits(decoded));
            // Each frame could need another precision where unused bits are in use: the data set has room for one.
            if (written is not null && written != encoded.Description)
                throw new ImagingException(ImagingFault.Unsupported, "The frames differ in what they hold beside their pixel values.");
            written = encoded.Description;
            fragments.Add(encoded.Bytes);
        }

        Describe(target, written!);
        target.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, OffsetTable(fragments), fragments));
    }

    private static byte[] OffsetTable(List<ReadOnlyMemory<byte>> fragments)
    {
        var (table, at) = (new byte[4 * fragments.Count], 0L);
        for (var i = 0; i < fragments.Count; i++)
        {
            if (at > uint.MaxValue) return [];
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), (uint)at);
            at += 8 + fragments[i].Length + fragments[i].Length % 2;
        }

        return table;
    }

    private static List<ushort> MoveOverlays(DicomDataset target, DicomImage image)
    {
        var moved = image.Description.SamplesPerPixel == 1
            ? DicomOverlays.Groups(target).Where(group => DicomOverlays.InUnusedBits(target, group) is not null).ToList() : [];
        foreach (var group in moved)
        {
            var bit = DicomOverlays.InUnusedBits(target, group)!.Value;
            var pixels = image.Description.PixelCount;
            var data = new byte[((long)pixels * image.Frames + 7) / 8];
            for (var i = 0; i < image.Frames; i++)
            {
                var plane = OverlayPlane.FromUnusedBits(image.Decode(i), bit);
                for (var pixel = 0; pixel < pixels; pixel++)
                {
                    var to = (long)i * pixels + pixel;
                    data[to >> 3] |= (byte)((plane.Bits[pixel >> 3] >> (pixel & 7) & 1) << (int)(to & 7));
                }
            }

            target.Set(DicomOverlays.Tag(group, 0x0010), DicomVr.US, Word(image.Description.Rows));
            target.Set(DicomOverlays.Tag(group, 0x0011), DicomVr.US, Word(image.Description.Columns));
            if (image.Frames > 1) target.Set(DicomOverlays.Tag(group, 0x0015), DicomVr.IS, image.Frames.ToString(System.Globalization.CultureInfo.InvariantCulture));
            target.Set(DicomOverlays.Tag(group, 0x0100), DicomVr.US, Word(1));
            target.Set(DicomOverlays.Tag(group, 0x0102), DicomVr.US, Word(0));
            target.Set(DicomOverlays.Tag(group, 0x3000), DicomVr.OW, data);
        }

        return moved;
    }

    private static DecodedFrame WithoutUnusedBits(DecodedFrame frame)
    {
        var description = frame.Description;
        var used = ((1 << description.BitsStored) - 1) << (description.HighBit + 1 - description.BitsStored);
        var samples = (byte[])frame.Samples.Clone();
        if (description.BitsAllocated == 8)
            for (var i = 0; i < samples.Length; i++) samples[i] &= (byte)used;
        else
            for (var i = 0; i < samples.Length; i += 2)
                BinaryPrimitives.WriteUInt16LittleEndian(samples.AsSpan(i), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(samples.AsSpan(i)) & used));
        return frame with { Samples = samples };
    }

    internal static void Describe(DicomDataset target, PixelDescription description)
    {
        // What a damaged file says of its colours is no code string, and cannot be written as one.
        if (!System.Text.Ascii.IsValid(description.PhotometricInterpretation))
            throw new ImagingException(ImagingFault.Malformed, "Photometric Interpretation (0028,0004) is no code string.");
        target.Set(DicomTags.PhotometricInterpretation, description.PhotometricInterpretation);
        if (description.SamplesPerPixel > 1) target.Set(DicomTags.PlanarConfiguration, description.PlanarConfiguration);
        target.Set(DicomTags.BitsAllocated, description.BitsAllocated);
        target.Set(DicomTags.BitsStored, description.BitsStored);
        target.Set(DicomTags.HighBit, description.HighBit);
    }

    internal static bool IsLossy(string transferSyntaxUid) => transferSyntaxUid is TransferSyntaxes.JpegBaseline or TransferSyntaxes.JpegExtended
        or TransferSyntaxes.JpegSpectralSelection or TransferSyntaxes.JpegProgressive;

    private static byte[] Word(int value) => [(byte)value, (byte)(value >> 8)];
}
