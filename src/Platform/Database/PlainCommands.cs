using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Pirogov.Platform.Database;

/// <summary>Statements written by hand, for what is asked a thousand times a second: a query of the model costs ten times as much before it reaches the database.</summary>
public static class PlainCommands
{
    /// <summary>In the transaction that is open.</summary>
    public static DbCommand Command(this PirogovDb db, string sql)
    {
        ArgumentNullException.ThrowIfNull(db);
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("There is no transaction.");
#pragma warning disable CA2100 // Names are the model's; values are bound.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    /// <summary>Binds values as the model converts them for a column.</summary>
    /// <returns>The list of their names, for <c>IN (…)</c>; of none the list holds NULL, which nothing equals.</returns>
    public static string Bind<T>(this DbCommand command, PirogovDb db, string property, IEnumerable<object> values) where T : class
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(values);
        var mapping = db.TypeOf<T>().GetProperty(property).GetRelationalTypeMapping();
        var names = new List<string>();
        foreach (var value in values)
        {
            names.Add("@" + command.Parameters.Count.ToString(CultureInfo.InvariantCulture));
            command.Parameters.Add(mapping.CreateParameter(command, names[^1], value, nullable: false));
        }

        return names.Count == 0 ? "NULL" : string.Join(", ", names);
    }

    internal static IEntityType TypeOf<T>(this PirogovDb db) => db.Model.FindEntityType(typeof(T)) ?? throw new ArgumentException($"{typeof(T)} is not in the model.");
}
