using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Pirogov.Platform.Database;

/// <summary>
/// Many new rows of one kind in few statements, without the change tracker: for what comes by the thousand. Columns, names and conversions
/// are the model's; ids that the database gives are not told.
/// </summary>
public static class NewRows
{
    /// <summary>SQLite binds at most 32,766 values in a statement, PostgreSQL 65,535.</summary>
    private const int MostValues = 16_000;

    private static readonly ConcurrentDictionary<(IEntityType Type, int Rows, string Ending), string> Statements = new();

    /// <summary>In the transaction that is open.</summary>
    /// <exception cref="DbException">A row breaks a constraint: none of them is there.</exception>
    public static async Task Insert<T>(this PirogovDb db, IReadOnlyCollection<T> rows, CancellationToken cancellation) where T : class
    {
        ArgumentNullException.ThrowIfNull(db);
        foreach (var command in Commands(db, rows, ""))
        {
            await using (command)
                await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Rows whose key is taken are left out; waits for one that another transaction is writing or deleting.</summary>
    /// <param name="key">The only property of the primary key, a text.</param>
    /// <returns>Keys of the rows that were written.</returns>
    public static async Task<HashSet<string>> InsertMissing<T>(this PirogovDb db, IReadOnlyCollection<T> rows, string key, CancellationToken cancellation) where T : class
    {
        ArgumentNullException.ThrowIfNull(db);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var command in Commands(db, rows, $" ON CONFLICT (\"{key}\") DO NOTHING RETURNING \"{key}\""))
        {
            await using (command)
            await using (var reader = await command.ExecuteReaderAsync(cancellation))
            {
                while (await reader.ReadAsync(cancellation))
                    written.Add(reader.GetString(0));
            }
        }

        return written;
    }

    private static IEnumerable<DbCommand> Commands<T>(PirogovDb db, IReadOnlyCollection<T> rows, string ending) where T : class
    {
        var type = db.TypeOf<T>();
        var columns = ColumnsOf(type);
        foreach (var chunk in rows.Chunk(MostValues / columns.Length))
        {
            var command = db.Command(Statements.GetOrAdd((type, chunk.Length, ending), s => Statement(s.Type, s.Rows) + s.Ending));
            var value = 0;
            foreach (var row in chunk)
            {
                foreach (var (property, mapping) in columns)
                    command.Parameters.Add(mapping.CreateParameter(command, NameOf(value++), property.GetGetter().GetClrValue(row), property.IsNullable));
            }

            yield return command;
        }
    }

    private static (IProperty Property, RelationalTypeMapping Mapping)[] ColumnsOf(IEntityType type) =>
        [.. type.GetProperties().Where(p => p.ValueGenerated != ValueGenerated.OnAdd || p.ClrType != typeof(long)).Select(p => (p, p.GetRelationalTypeMapping()))];

    private static string Statement(IEntityType type, int rows)
    {
        var columns = ColumnsOf(type);
        var text = new StringBuilder($"INSERT INTO \"{type.GetTableName()}\" ({string.Join(", ", columns.Select(c => $"\"{c.Property.GetColumnName()}\""))}) VALUES ");
        for (var row = 0; row < rows; row++)
            text.Append(row > 0 ? ", (" : "(").AppendJoin(", ", Enumerable.Range(row * columns.Length, columns.Length).Select(NameOf)).Append(')');
        return text.ToString();
    }

    private static string NameOf(int value) => "@" + value.ToString(CultureInfo.InvariantCulture);
}
