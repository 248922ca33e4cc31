using System.Security.Cryptography;
using System.Text;
using Pirogov.Datasets.Dvc;
using Pirogov.Datasets.Versions;
using Xunit;

namespace Pirogov.Unit.Datasets;

public class DvcBytesTests
{
    private static string? Captures => Find();

    [SkippableFact]
    public void A_directory_listing_is_written_as_dvc_wrote_it()
    {
        Skip.If(Captures is null, "No captures beside the repository.");
        var expected = File.ReadAllBytes(Path.Combine(Captures!, "sample.dir.json"));
        var written = DirectoryListing.Write(
        [
            ("Снимок КТ 1.dcm", "a0cda35da333c15ec6b355c1d1a1a0ae"), ("a.txt", "60b725f10c9c85c70d97880dfe8191b3"), ("Подпапка/b.txt", "2cd6ee2c70b0bde53fbe6cac3c8b8bb1"),
        ]);
        Assert.Equal(expected, written);
        Assert.Equal("1514ae02269b2c6b27a3f11bf4973dc4", Convert.ToHexStringLower(MD5.HashData(written)));
    }

    [SkippableFact]
    public void A_tracked_directory_is_written_as_dvc_wrote_it()
    {
        Skip.If(Captures is null, "No captures beside the repository.");
        Assert.Equal(File.ReadAllText(Path.Combine(Captures!, "data.dvc")), DvcFiles.Tracked(new("1514ae02269b2c6b27a3f11bf4973dc4.dir", 7, 3), "data"));
    }

    [SkippableFact]
    public void The_remote_is_configured_as_dvc_writes_a_remote()
    {
        Skip.If(Captures is null, "No captures beside the repository.");
        var theirs = File.ReadAllText(Path.Combine(Captures!, "config")).Replace("web", DvcFiles.RemoteName, StringComparison.Ordinal).Split('\n')[..4];
        Assert.Equal(theirs, DvcFiles.Config("http://127.0.0.1:18901/remote").Split('\n')[..4]);
    }

    [Fact]
    public void Paths_are_sorted_by_code_point_and_escaped_as_python_does()
    {
        var written = Encoding.ASCII.GetString(DirectoryListing.Write([("\U0001F600", "2"), ("\uFF5E\"\\\u007f\n", "1"), ("a", "0"), ("a/b", "0")]));
        Assert.Equal("""[{"md5": "0", "relpath": "a"}, {"md5": "0", "relpath": "a/b"}, {"md5": "1", "relpath": "\uff5e\"\\\u007f\n"}, {"md5": "2", "relpath": "\ud83d\ude00"}]""", written);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
                return Path.Combine(folder.Parent!.FullName, "shared", "captures", "dvc") is var path && Directory.Exists(path) ? path : null;
        }

        return null;
    }
}
