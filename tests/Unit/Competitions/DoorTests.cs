using System.IO.Compression;
using System.Text;
using Pirogov.Competitions;
using Pirogov.Competitions.Door;
using Pirogov.Datasets.Contracts;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Competitions;

public class DoorTests
{
    private static readonly VolumeGrid Grid = new(8, 8, 4);
    private static readonly VoxelAffine Affine = new([1, 0, 0, -4, 0, 1, 0, -4, 0, 0, 2, 10]);

    private static CompetitionCase Case(string name) => new()
    {
        Name = name,
        Split = Split.PublicTest,
        Shape = [8, 8, 4],
        Affine = [1, 0, 0, -4, 0, 1, 0, -4, 0, 0, 2, 10],
    };

    private static byte[] Nifti(byte label = 1, VolumeGrid? grid = null, VoxelAffine? affine = null)
    {
        var mask = new MaskVolume(grid ?? Grid);
        mask[2, 2, 1] = label;
        using var bytes = new MemoryStream();
        NiftiWriter.Write(bytes, NiftiImage.FromMask(mask, affine ?? Affine), gzip: true);
        return bytes.ToArray();
    }

    private static MemoryStream Zip(params (string Name, byte[] Bytes)[] entries)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        zip.Position = 0;
        return zip;
    }

    private static DoorReport Check(params (string Name, byte[] Bytes)[] entries) =>
        MaskArchive.Check(Zip(entries), [Case("case-001"), Case("case-002")], 2, default);

    [Fact]
    public void A_zip_with_every_case_passes_also_from_a_folder()
    {
        Assert.True(Check(("case-001.nii.gz", Nifti()), ("out/case-002.nii.gz", Nifti(2))).IsClean);
    }

    [Theory]
    [InlineData("../case-001.nii.gz")]
    [InlineData("/etc/case-001.nii.gz")]
    [InlineData("..\\case-001.nii.gz")]
    [InlineData("a/../../case-001.nii.gz")]
    public void A_path_that_leaves_the_archive_is_named(string path)
    {
        var report = Check((path, Nifti()), ("case-001.nii.gz", Nifti()), ("case-002.nii.gz", Nifti()));
        Assert.Equal(new DoorFault("unsafe-path", path), Assert.Single(report.Faults));
    }

    [Fact]
    public void Missing_unknown_and_duplicate_cases_are_all_named_at_once()
    {
        var report = Check(("case-001.nii.gz", Nifti()), ("x/case-001.nii.gz", Nifti()), ("case-009.nii.gz", Nifti()), ("readme.txt", [1]));
        Assert.Equal(["duplicate-case", "unknown-case", "not-nifti-name", "missing-case"], report.Faults.Select(f => f.Code));
    }

    [Fact]
    public void A_wrong_shape_a_shifted_grid_and_an_unknown_label_are_told_with_what_was_expected()
    {
        var shifted = new VoxelAffine([1, 0, 0, -4, 0, 1, 0, -4, 0, 0, 2, 10.5]);
        Assert.Equal(new DoorFault("wrong-shape", "case-001.nii.gz", "8 × 8 × 4", "8 × 8 × 5"),
            Assert.Single(Check(("case-001.nii.gz", Nifti(grid: new(8, 8, 5))), ("case-002.nii.gz", Nifti())).Faults));
        Assert.Equal("wrong-affine", Assert.Single(Check(("case-001.nii.gz", Nifti(affine: shifted)), ("case-002.nii.gz", Nifti())).Faults).Code);
        Assert.Equal(new DoorFault("unknown-labels", "case-002.nii.gz", "0–2", "7"),
            Assert.Single(Check(("case-001.nii.gz", Nifti()), ("case-002.nii.gz", Nifti(7))).Faults));
    }

    [Fact]
    public void Values_that_are_no_labels_are_refused()
    {
        var values = Enumerable.Repeat(0.5f, 8 * 8 * 4).ToArray();
        using var bytes = new MemoryStream();
        NiftiWriter.Write(bytes, NiftiImage.FromFloat32(values, Grid, Affine), gzip: true);
        Assert.Equal("not-labels", Assert.Single(Check(("case-001.nii.gz", bytes.ToArray()), ("case-002.nii.gz", Nifti())).Faults).Code);
    }

    [Fact]
    public void Text_and_cut_files_under_a_nifti_name_are_told_apart()
    {
        var whole = Nifti();
        var text = Encoding.UTF8.GetBytes(new string('a', 1000));
        Assert.Equal(["not-nifti", "truncated"],
            Check(("case-001.nii.gz", text), ("case-002.nii.gz", whole[..(whole.Length / 2)])).Faults.Select(f => f.Code));
    }

    [Fact]
    public void What_unpacks_to_far_more_than_the_case_can_be_is_not_unpacked()
    {
        using var bomb = new MemoryStream();
        NiftiWriter.Write(bomb, NiftiImage.FromMask(new(new VolumeGrid(1000, 1000, 8)), Affine), gzip: true);
        Assert.Equal("too-large", Assert.Single(Check(("case-001.nii.gz", bomb.ToArray()), ("case-002.nii.gz", Nifti())).Faults).Code);
        Assert.Equal("too-large", Assert.Single(Check(("case-001.nii", new byte[8 << 20]), ("case-002.nii.gz", Nifti())).Faults).Code);
    }

    [Fact]
    public void An_archive_with_too_many_entries_and_what_is_no_archive_are_refused()
    {
        var many = Enumerable.Range(0, 100).Select(i => ($"f{i}.nii.gz", new byte[] { 1 })).ToArray();
        Assert.Equal("too-many-entries", Assert.Single(Check(many).Faults).Code);
        Assert.Equal("not-a-zip", Assert.Single(MaskArchive.Check(new MemoryStream([1, 2, 3]), [Case("a")], 1, default).Faults).Code);
    }

    [Fact]
    public void A_hundred_faults_are_kept_and_all_are_counted()
    {
        var report = new DoorReport();
        for (var i = 0; i < 150; i++)
            report.Add("missing-case", $"case-{i}");
        Assert.Equal((100, 150), (report.Faults.Count, report.Count));
    }

    private static async Task<IEnumerable<(string Code, string Where)>> CheckTable(string csv)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return (await ProbabilityTable.Read(bytes, ["a", "b", "c"], default)).Report.Faults.Select(f => (f.Code, f.Where));
    }

    [Fact]
    public async Task A_whole_table_passes_in_any_order_with_a_byte_order_mark()
    {
        Assert.Empty(await CheckTable("\uFEFFcase,probability\r\nc,1\r\na,0.25\r\nb,1e-3\r\n"));
    }

    [Fact]
    public async Task Every_bad_row_of_a_table_is_named_by_its_line()
    {
        Assert.Equal([("wrong-header", "1")], await CheckTable("id;p\na;1\n"));
        Assert.Equal([("not-a-number", "2"), ("outside-range", "3"), ("unknown-row", "4"), ("missing-row", "c")],
            await CheckTable("case,probability\na,x\nb,1.5\nz,0.1\n"));
        Assert.Equal([("duplicate-row", "3"), ("wrong-columns", "4"), ("missing-row", "b"), ("missing-row", "c")],
            await CheckTable("case,probability\na,0.1\na,0.2\nb,0,1\n"));
        Assert.Equal([("not-a-number", "2")], await CheckTable("case,probability\na,NaN\nb,0\nc,0\n"));
    }
}
