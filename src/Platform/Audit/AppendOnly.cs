using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Audit;

/// <summary>Triggers that refuse to change or delete what must only grow.</summary>
internal static class AppendOnly
{
    private static readonly string[] Tables = ["audit_entry", "evidence_record"];

    public static async Task Install(PirogovDb db, CancellationToken cancellation)
    {
        foreach (var table in Tables)
        {
            foreach (var statement in db is SqliteDb ? Sqlite(table) : PostgreSql(table))
                await db.Database.ExecuteSqlRawAsync(statement, cancellation);
        }
    }

    private static IEnumerable<string> Sqlite(string table) => new[] { "UPDATE", "DELETE" }.Select(verb =>
        $"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END");

    private static IEnumerable<string> PostgreSql(string table) =>
    [
        $"CREATE OR REPLACE FUNCTION {table}_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        $"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_grows()",
    ];
}
