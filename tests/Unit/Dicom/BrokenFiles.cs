using System.Buffers.Binary;
using Pirogov.Benchmarks.Fuzz;
using Pirogov.Dicom;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>Whatever the bytes: one clear error with its offset, in bounded memory, or a file that is written and read again.</summary>
public class BrokenFiles
{
    [Fact]
    public void Two_thousand_mutated_files_are_read_or_refused_and_nothing_else()
    {
        var mutator = new DicomMutator([.. FuzzSeeds.Made()], seed: 7);
        var kinds = new HashSet<string>();
        for (var run = 0; run < 2000; run++)
        {
            var input = mutator.Next();
            if (kinds.Add(DicomProbe.Run(input, models: run % 8 == 0)))
            {
                mutator.Keep(input);
            }
        }

        Assert.True(kinds.Count > 50, $"only {kinds.Count} kinds of behaviour were met");
    }

    [Fact]
    public void What_fuzzing_once_found_stays_mended()
    {
        foreach (var path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Finds")))
        {
            DicomProbe.Run(File.ReadAllBytes(path), models: true);
        }
    }

    [Fact]
    public void Ten_thousand_nested_sequences_are_refused_at_their_bound_and_read_and_written_beyond_it()
    {
        var bytes = Nested(10_000);
        Assert.Equal(DicomFault.TooDeep, Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes)).Fault);
        var file = DicomReader.Read(bytes, new DicomReaderOptions { MaximumDepth = 20_000 });
        var again = DicomReader.Read(DicomWriter.ToBytes(file), new DicomReaderOptions { MaximumDepth = 20_000 });
        Assert.True(file.Dataset.ContentEquals(again.Dataset));
    }

    [Fact]
    public void Lengths_of_four_gigabytes_are_refused_where_they_stand()
    {
        foreach (var vr in new[] { "OB", "UN", "UT", "SQ", "OW" })
        {
            byte[] bytes = [.. new byte[128], .. "DICM"u8, 0x08, 0, 0x40, 0x11, (byte)vr[0], (byte)vr[1], 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4];
            var fault = Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes));
            Assert.Equal((DicomFault.LengthBeyondEnd, 132L), (fault.Fault, fault.Offset));
        }
    }

    [Fact]
    public void Elements_in_falling_order_cost_no_more_than_in_rising_order()
    {
        // One after another they would shift half a million elements each.
        var bytes = new byte[8 * 500_000];
        for (var i = 0; i < 500_000; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8 * i), 0x0009);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8 * i + 2), (ushort)(0xFFFF - i % 0xFFFF));
        }

        byte[] start = [0x08, 0, 0x16, 0, 0, 0, 0, 0];
        var file = DicomReader.Read((byte[])[.. start, .. bytes]);
        Assert.Equal(0xFFFF + 1, file.Dataset.Count);
        Assert.Equal(100, file.Warnings.Count);
    }

    [Fact]
    public void More_elements_than_the_bound_are_refused()
    {
        var dataset = new DicomDataset().SetItems(DicomTags.ReferencedImageSequence, Enumerable.Range(0, 1000).Select(_ => new DicomDataset()));
        var bytes = DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian));
        Assert.Equal("too-many-elements", Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes, new DicomReaderOptions { MaximumElements = 500 })).Code);
    }

    [Fact]
    public void Runs_of_zeros_are_looked_through_once()
    {
        // Each empty element (0000,0000) begins a run that ends only at the last byte.
        var bytes = new byte[8_000_008];
        new byte[] { 0x08, 0, 0x16, 0 }.CopyTo(bytes, 0);
        bytes[^1] = 1;
        Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes));
    }

    [Fact]
    public void A_deflate_bomb_costs_no_more_than_its_bound()
    {
        var dataset = new DicomDataset().Set(DicomTags.PatientID, "7").Set(DicomTags.PixelData, DicomVr.OB, new byte[100_000_000]);
        var bytes = DicomWriter.ToBytes(DicomFile.Create(dataset, DicomUids.DeflatedExplicitVRLittleEndian));
        Assert.True(bytes.Length < 200_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes, new DicomReaderOptions { MaximumInflatedBytes = 4_000_000 }));
        Assert.Equal("inflated-too-large", fault.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);

        // Its header alone is inflated no further than it reaches.
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("7", DicomReader.Read(bytes, new DicomReaderOptions { StopBeforePixelData = true }).Dataset.GetString(DicomTags.PatientID));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void A_deflated_stream_cut_short_is_refused_even_where_it_ends_between_two_elements()
    {
        var bytes = DicomWriter.ToBytes(DicomFile.Create(SyntheticDatasets.EveryVr(), DicomUids.DeflatedExplicitVRLittleEndian));
        // The last byte may be the padding to an even length.
        for (var length = 400; length < bytes.Length - 1; length++)
        {
            Assert.Throws<DicomFormatException>(() => DicomReader.Read(bytes.AsMemory(0, length)));
        }
    }

    private static byte[] Nested(int depth)
    {
        byte[] open = [0x08, 0, 0x40, 0x11, (byte)'S', (byte)'Q', 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF];
        byte[] close = [0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0, 0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];
        return [.. new byte[128], .. "DICM"u8, .. Enumerable.Repeat(open, depth).SelectMany(b => b), .. Enumerable.Repeat(close, depth).SelectMany(b => b)];
    }
}
