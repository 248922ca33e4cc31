using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Store;

namespace Pirogov.Integration.Store;

/// <summary>Walks the tables of every room for columns that hold an address of a stored object.</summary>
public sealed class ReferenceTests(SweptOnSqlite app) : IClassFixture<SweptOnSqlite>
{
    [Fact]
    public async Task What_any_column_of_any_room_names_is_never_swept_and_goes_when_the_row_does()
    {
        await YoungBytesWithoutARowStay();
        var columns = await app.InDatabase(db => Task.FromResult(AddressColumns(db.Model).ToArray()));
        Assert.Superset(
            new HashSet<string> { "archive_instance.Md5", "archive_series.ThumbnailMd5", "labelling_mask.Md5", "dataset_file.Md5", "competition_submission.Md5" },
            columns.Select(c => $"{c.Table.Name}.{c.Name}").ToHashSet());
        var named = new Dictionary<string, string>();
        foreach (var column in columns)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes($"{column.Table.Name}.{column.Name}");
            named[$"{column.Table.Name}.{column.Name}"] = (await app.InScope(s => s.GetRequiredService<ObjectStore>().Put(bytes, default))).Md5;
        }

        await WithoutForeignKeys(columns.Select(c => Insert(c, named[$"{c.Table.Name}.{c.Name}"])));
        await SweepPastGrace();
        Assert.Empty(named.Where(n => !Exists(n.Value)).Select(n => n.Key));

        await WithoutForeignKeys(columns.Select(c => $"DELETE FROM \"{c.Table.Name}\""));
        await SweepPastGrace();
        Assert.Empty(named.Where(n => Exists(n.Value)).Select(n => n.Key));
    }

    /// <summary>Here, where the clock still stands at the machine's own time.</summary>
    private async Task YoungBytesWithoutARowStay()
    {
        var stray = await app.InScope(s => s.GetRequiredService<ObjectStore>().Put(new byte[] { 1, 2, 3 }, default));
        await app.InDatabase(db => db.Set<StoredObject>().Where(o => o.Md5 == stray.Md5).ExecuteDeleteAsync());
        await Sweep();
        Assert.True(Exists(stray.Md5));
        app.Clock.Ahead += TimeSpan.FromDays(8);
        await Sweep();
        Assert.False(Exists(stray.Md5));
    }

    /// <summary>Every column whose name ends in Md5, save the store's own key: the house names addresses so.</summary>
    private static IEnumerable<IColumn> AddressColumns(IModel model) => model.GetRelationalModel().Tables.Where(t => t.Name != "stored_object")
        .SelectMany(t => t.Columns).Where(c => c.Name.EndsWith("Md5", StringComparison.Ordinal));

    /// <summary>A row with this address and something of the right kind in every column that must have a value.</summary>
    private static string Insert(IColumn column, string md5)
    {
        var filled = column.Table.Columns.Where(c => !c.IsNullable || c == column).ToArray();
        var number = (uint)column.Name.GetHashCode(StringComparison.Ordinal);
        var values = filled.Select(c => c == column ? $"'{md5}'" : c.Name.EndsWith("Md5", StringComparison.Ordinal) ? "''" : c.StoreType switch
        {
            "INTEGER" => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "REAL" => "0.5",
            "BLOB" => "x'00'",
            _ => $"'{Guid.CreateVersion7()}'",
        });
        return $"INSERT INTO \"{column.Table.Name}\" ({string.Join(", ", filled.Select(c => $"\"{c.Name}\""))}) VALUES ({string.Join(", ", values)})";
    }

    private Task<int> WithoutForeignKeys(IEnumerable<string> statements) => app.InDatabase(async db =>
    {
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync("PRAGMA foreign_keys=OFF");
        foreach (var statement in statements)
            await db.Database.ExecuteSqlRawAsync(statement);
        await db.Database.ExecuteSqlRawAsync("PRAGMA foreign_keys=ON");
        await db.Database.CloseConnectionAsync();
        return 0;
    });

    private async Task SweepPastGrace()
    {
        for (var i = 0; i < 2; i++)
        {
            await Sweep();
            app.Clock.Ahead += TimeSpan.FromDays(8);
        }
    }

    private Task<int> Sweep() => app.InScope(async s =>
    {
        await s.GetRequiredService<SweepStore>().Run(
            new(), new JobProgress(EntityId.New<JobId>(), app.Services.GetRequiredService<IServiceScopeFactory>(), app.Clock), default);
        return 0;
    });

    private bool Exists(string md5) => app.Services.GetRequiredService<IBlobs>().Exists(BlobKeys.Of(md5), default).GetAwaiter().GetResult();
}
