using System.Buffers.Binary;
using System.IO.Compression;
using Pirogov.Archive.Contracts;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Unit.Imaging;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

public class PolypMaskTests
{
    /// <summary>The masks of 24 published frames: jagged outlines, holes, and strokes of a single pixel.</summary>
    [SkippableFact]
    public void Masks_of_real_polyps_keep_every_pixel_in_every_format_that_holds_masks()
    {
        var files = Directory.GetFiles(SharedData.Folder("data", "endoscopy", "kvasir-seg-mini", "mini_test", "masks"), "*.png");
        var schema = new SchemaContent([new("polyp", new("Полип", "Polyp"), "#d55e00", ["mask"])], []);
        var masks = files.Select((f, n) => FormatRoom.MaskOf("polyp", $"1.2.{n + 1}", 1, ReadMask(f))).ToArray();
        var of = new FormatCase("K", EntityId.New<SchemaVersionId>(), schema, [.. masks.Select(m => new CaseFile("1", "1.1", m.SopInstanceUid, 1, 1, m.Rows, m.Columns, "", "", 1))], []);
        var document = new LabelDocument(of.SchemaVersion.ToString(), masks, [], new Dictionary<string, DocumentAnswer>());
        Assert.Equal(24, masks.Count(m => m.PixelCount > 500));
        foreach (var format in new ILabelFormat[] { new PlatformFormat(), new CocoFormat(), new CvatFormat(), new LabelStudioFormat() })
        {
            var back = format.ThereAndBack(document, of);
            Assert.Empty(back.Untaken);
            Assert.Equal(VolumeRoom.Said(document), VolumeRoom.Said(back.Document));
        }
    }

    /// <summary>8 bits, three samples, not interlaced (ISO/IEC 15948): all that these files are.</summary>
    private static RunLengthMask ReadMask(string path)
    {
        var file = File.ReadAllBytes(path);
        var (columns, rows) = (BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20)));
        Assert.Equal([8, 2, 0, 0, 0], file[24..29]);
        using var packed = new MemoryStream();
        for (var at = 8; at < file.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)))
        {
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                packed.Write(file.AsSpan(at + 8, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at))));
        }

        packed.Position = 0;
        using var plain = new ZLibStream(packed, CompressionMode.Decompress);
        var (stride, bits) = (columns * 3, new bool[rows * columns]);
        var (above, line) = (new byte[stride], new byte[stride]);
        for (var row = 0; row < rows; row++)
        {
            var filter = plain.ReadByte();
            plain.ReadExactly(line);
            for (var i = 0; i < stride; i++)
                line[i] += Predict(filter, i >= 3 ? line[i - 3] : 0, above[i], i >= 3 ? above[i - 3] : 0);
            for (var column = 0; column < columns; column++)
                bits[row * columns + column] = line[column * 3] > 127 || line[column * 3 + 1] > 127;
            (above, line) = (line, above);
        }

        return RunLengthMask.FromBits(bits, rows, columns);
    }

    private static byte Predict(int filter, int left, int up, int corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return (byte)(filter switch
        {
            0 => 0,
            1 => left,
            2 => up,
            3 => (left + up) / 2,
            _ => toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner,
        });
    }
}
