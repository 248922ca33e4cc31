using System.Diagnostics;
using System.IO.Compression;
using Pirogov.Unit.Architecture;
using Xunit;

namespace Pirogov.Unit.Dicom;

/// <summary>The committed tables of the standard are what their generator makes of the published extracts beside the repository.</summary>
public class GeneratedTables
{
    private static readonly string[] Made =
    [
        "src/Dicom/Dictionary/DicomDictionary.generated.cs", "src/Dicom/Dictionary/DicomTags.generated.cs", "src/Dicom/Dictionary/DicomUids.generated.cs",
        "src/Dicom/Dictionary/DicomPrivateDictionary.generated.cs", "src/Deidentification/confidentiality-profile.json", "src/Deidentification/attribute-types.json",
        "src/Deidentification/burned-in-filters.json", "src/Labelling/Schemas/codes.tsv.br",
    ];

    [SkippableFact]
    public void Every_committed_table_is_what_the_generator_makes()
    {
        var standards = Path.Combine(House.Root, "..", "shared", "standards");
        Skip.IfNot(Directory.Exists(standards), "shared/standards is absent");
        var target = Directory.CreateTempSubdirectory("tables").FullName;
        try
        {
            foreach (var folder in Made.Select(Path.GetDirectoryName).Distinct())
            {
                Directory.CreateDirectory(Path.Combine(target, folder!));
            }

            Generate(standards, target);
            Assert.Equal(Made.Order(StringComparer.Ordinal), Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(target, f)).Order(StringComparer.Ordinal));
            Assert.All(Made, table => Assert.True(Bytes(Path.Combine(target, table)).AsSpan().SequenceEqual(Bytes(Path.Combine(House.Root, table))), $"{table} is another"));
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    [Fact]
    public void Every_file_that_calls_itself_generated_is_made_by_the_generator() => Assert.Equal(
        Made.Where(f => f.EndsWith(".generated.cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        House.Rooms.SelectMany(room => Directory.EnumerateFiles(Path.Combine(House.Root, "src", room), "*.generated.cs", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(House.Root, f)).Order(StringComparer.Ordinal));

    private static void Generate(string standards, string target)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var tool = Path.Combine(House.Root, "tools", "StandardTables", "bin", here.Parent!.Name, here.Name, "Pirogov.StandardTables.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [tool, standards, target]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    /// <summary>Of a packed table what is in it: another edition of the compressor packs it otherwise.</summary>
    private static byte[] Bytes(string path)
    {
        if (!path.EndsWith(".br", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(path);
        }

        using var unpacked = new MemoryStream();
        using var brotli = new BrotliStream(File.OpenRead(path), CompressionMode.Decompress);
        brotli.CopyTo(unpacked);
        return unpacked.ToArray();
    }
}
