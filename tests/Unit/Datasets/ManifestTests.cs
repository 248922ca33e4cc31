using System.Security.Cryptography;
using System.Text;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Documents;
using Pirogov.Datasets.Versions;
using Pirogov.Platform.Database;
using Xunit;

namespace Pirogov.Unit.Datasets;

public class ManifestTests
{
    private static readonly DatasetVersionId Version = EntityId.New<DatasetVersionId>();

    private static DatasetFile File(string path) => new(Version, path, new string('1', 32), new string('2', 64), 3, Audience.Data);

    [Fact]
    public void The_manifest_is_canonical_whatever_the_order_of_the_rows()
    {
        string Write(params DatasetFile[] files) => Manifest.Write("liver", 2, DateTimeOffset.UnixEpoch, "c", 4, files);
        var written = Write(File("train/b"), File("train/a"), File("test/Ж"));
        Assert.Equal(written, Write(File("test/Ж"), File("train/a"), File("train/b")));
        Assert.StartsWith("""{"dataset":"liver","files":[{"md5":"11111111111111111111111111111111","path":"test/Ж","sha256":""", written, StringComparison.Ordinal);
        Assert.EndsWith("""],"frozenAt":"1970-01-01T00:00:00.000Z","hidden":{"commitment":"c","files":4},"version":2}""", written, StringComparison.Ordinal);
    }

    [Fact]
    public void The_commitment_depends_on_the_salt_and_on_every_hidden_file_but_not_on_their_order()
    {
        var committed = Manifest.Commitment("salt", ["b", "a"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes("salt\na\nb\n"))), committed);
        Assert.Equal(committed, Manifest.Commitment("salt", ["a", "b"]));
        Assert.NotEqual(committed, Manifest.Commitment("other", ["a", "b"]));
        Assert.NotEqual(committed, Manifest.Commitment("salt", ["a", "c"]));
    }

    [Theory]
    [InlineData("045Y", 45.0)]
    [InlineData("006M", 0.5)]
    [InlineData("", null)]
    [InlineData("45", null)]
    public void Ages_are_read_as_dicom_writes_them(string age, double? years) => Assert.Equal(years, PassportCounts.Years(age));
}
