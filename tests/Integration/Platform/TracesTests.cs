using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;

namespace Pirogov.Integration.Platform;

/// <summary>The search of the leak tests finds what it is to find: one that finds nothing would hold for ever.</summary>
public sealed class TracesTests
{
    private const string Latin = "MRK100007Z";
    private const string Cyrillic = "МаркерИмени";
    private static readonly Traces Traces = new([Encoding.UTF8.GetBytes(Latin), Encoding.UTF8.GetBytes(Cyrillic)]);

    [Theory]
    [InlineData(Latin)]
    [InlineData(Cyrillic)]
    public void A_marker_is_found_in_every_form_wherever_it_stands(string marker)
    {
        var bytes = Encoding.UTF8.GetBytes(marker);
        Assert.Empty(Traces.In(Encoding.UTF8.GetBytes("MRK10000 МаркерИмен 7Z")));
        for (var before = 0; before < 4; before++)
        {
            byte[] shifted = [.. new byte[before], .. bytes, 1, 2, 3];
            foreach (var form in new[]
                     {
                         shifted, Encoding.Unicode.GetBytes("x" + marker), Text(Uri.EscapeDataString("=" + marker)), Text(string.Concat(shifted.Select(b => $"%{b:X2}"))),
                         Text(JsonSerializer.Serialize(marker)), Text(Convert.ToHexString(shifted)), Text(Convert.ToHexStringLower(shifted)), Text(Convert.ToBase64String(shifted)),
                         Compressed(s => new GZipStream(s, CompressionLevel.Optimal), shifted), Compressed(s => new ZLibStream(s, CompressionLevel.Fastest), shifted),
                         Compressed(s => new GZipStream(s, CompressionLevel.Optimal), Text(Convert.ToBase64String(shifted))), Zipped(shifted),
                     })
                Assert.NotEmpty(Traces.In((byte[])[9, 9, .. form, 9]));
        }
    }

    [Theory]
    [InlineData("windows-1251")]
    [InlineData("koi8-r")]
    [InlineData("cp866")]
    [InlineData("iso-8859-5")]
    public void A_russian_marker_is_found_in_every_code_page(string page)
    {
        byte[] bytes = [9, 9, 9, .. CodePagesEncodingProvider.Instance.GetEncoding(page)!.GetBytes(Cyrillic), 9];
        foreach (var form in new[] { bytes, Text(string.Concat(bytes.Select(b => $"%{b:X2}"))), Text(Convert.ToBase64String(bytes)), Compressed(s => new ZLibStream(s, CompressionLevel.Fastest), bytes) })
            Assert.NotEmpty(Traces.In(form));
    }

    [Fact]
    public void A_marker_is_found_in_a_deflated_file()
    {
        var file = DicomFile.Create(new DicomDataset().Set(DicomTags.SopInstanceUid, "2.25.1").Set(DicomTags.PatientName, Latin), DicomUids.DeflatedExplicitVRLittleEndian);
        Assert.NotEmpty(Traces.In(DicomWriter.ToBytes(file)));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Compressed(Func<Stream, Stream> make, byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var compressing = make(target))
            compressing.Write(bytes);
        return target.ToArray();
    }

    private static byte[] Zipped(byte[] bytes)
    {
        using var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("entry").Open();
            // Long enough that it is worth compressing.
            for (var i = 0; i < 100; i++)
                entry.Write(bytes);
        }

        return target.ToArray();
    }
}
