using Pirogov.Datasets.Versions;

namespace Pirogov.Datasets.Dvc;

/// <summary>The text files by which DVC knows a repository, byte for byte as DVC 3 writes them.</summary>
internal static class DvcFiles
{
    public const string RemoteName = "pirogov";

    public const string Ignore =
        """
        # Add patterns of files dvc should ignore, which could improve
        # the performance. Learn more at
        # https://dvc.org/doc/user-guide/dvcignore

        """;

    public const string FolderGitIgnore = "/config.local\n/tmp\n/cache\n";

    public static string Tracked(DirectoryOut directory, string path) =>
        $"outs:\n- md5: {directory.Md5}\n  size: {directory.Size}\n  nfiles: {directory.Files}\n  hash: md5\n  path: {path}\n";

    /// <summary>The password, a personal access token, is each person's own and belongs into <c>.dvc/config.local</c>.</summary>
    public static string Config(string remoteUrl) =>
        $"[core]\n    remote = {RemoteName}\n['remote \"{RemoteName}\"']\n    url = {remoteUrl}\n    auth = basic\n    user = token\n";
}
