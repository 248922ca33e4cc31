using System.Security.Cryptography;

namespace Pirogov.EndToEnd.Harness;

/// <summary>Holds the store's folder against its rows, as they lie on the disk.</summary>
internal static class StoredBytes
{
    /// <summary>Every row has its whole bytes, every file its row; nothing half received is left.</summary>
    public static async Task AreWhole(string dataFolder)
    {
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(dataFolder, "store", "incoming")));
        var root = Path.Combine(dataFolder, "store", "files", "md5");
        var onDisk = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var address = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar.ToString(), "", StringComparison.Ordinal);
            await using var file = File.OpenRead(path);
            Assert.Equal(address.Replace(".dir", "", StringComparison.Ordinal), Convert.ToHexStringLower(await MD5.HashDataAsync(file)));
            onDisk.Add(address);
        }

        var rows = (await Query(dataFolder, "SELECT \"Md5\" FROM stored_object")).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(rows.Except(onDisk));
        Assert.Empty(onDisk.Except(rows));
    }

    /// <summary>The first column of a query on the embedded database.</summary>
    public static async Task<IReadOnlyList<string>> Query(string dataFolder, string sql) => [.. (await Rows(dataFolder, sql)).Select(r => r[0])];

    public static async Task<IReadOnlyList<string[]>> Rows(string dataFolder, string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(dataFolder, "pirogov.db")};Mode=ReadOnly");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i).ToString()!)]);
        return rows;
    }
}
