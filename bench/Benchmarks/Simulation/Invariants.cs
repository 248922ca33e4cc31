using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>What must hold of a project that has ended, asked of the rows themselves.</summary>
internal static class Invariants
{
    /// <returns>Each rule and how many rows break it.</returns>
    public static IReadOnlyList<(string Rule, long Broken)> Check(string database, string project, int readersPerCase, int mostReaders)
    {
        using var connection = Open(database);
        const string Cases = "labelling_case c WHERE c.ProjectId = $project";
        return
        [
            ("every case is released", Count($"SELECT COUNT(*) FROM {Cases} AND c.State <> 'Released'")),
            ("nobody has two parts in one case", Count("""
                SELECT COUNT(*) FROM (SELECT 1 FROM labelling_reading r WHERE r.ProjectId = $project GROUP BY r.ProjectCaseId, r.AccountId HAVING COUNT(*) > 1)
                """)),
            ($"a case has from {readersPerCase} to {mostReaders} blind readings", Count($"""
                SELECT COUNT(*) FROM {Cases} AND (SELECT COUNT(*) FROM labelling_reading r WHERE r.ProjectCaseId = c.Id AND r.Mode = 'Read' AND r.State = 'Locked')
                NOT BETWEEN {readersPerCase} AND {mostReaders}
                """)),
            ("no work is left open", Count("SELECT COUNT(*) FROM labelling_reading r WHERE r.ProjectId = $project AND r.State <> 'Locked'")),
            ("revisions are numbered without gaps", Count("""
                SELECT COUNT(*) FROM labelling_reading r WHERE r.ProjectId = $project AND r.Mode <> 'Validate'
                AND (SELECT COUNT(*) FROM labelling_revision v WHERE v.ReadingId = r.Id AND v.Number BETWEEN 1 AND r.Revision) <> r.Revision
                """)),
            ("every consensus names at least two sources", Count($"""
                SELECT COUNT(*) FROM labelling_consensus s JOIN {Cases.Replace(" WHERE", " ON c.Id = s.ProjectCaseId WHERE", StringComparison.Ordinal)} AND instr(s.Sources, ',') = 0
                """)),
            ("a case has one comparison in force", Count($"""
                SELECT COUNT(*) FROM {Cases} AND (SELECT COUNT(*) FROM labelling_comparison m WHERE m.ProjectCaseId = c.Id AND m.IsCurrent) <> 1
                """)),
            ("the newest consensus was returned by nobody", Count($"""
                SELECT COUNT(*) FROM {Cases} AND EXISTS (SELECT 1 FROM labelling_verdict v JOIN labelling_consensus s ON s.Id = v.JudgedId
                WHERE s.ProjectCaseId = c.Id AND v.Kind = 'Returned' AND s.Number = (SELECT MAX(n.Number) FROM labelling_consensus n WHERE n.ProjectCaseId = c.Id))
                """)),
        ];

        long Count(string sql) => (long)Rows(connection, project, sql).Single()[0];
    }

    /// <param name="shares">Of each level, from the first, what it draws by a hash; none where lots draw.</param>
    public static IReadOnlyList<(string Rule, long Broken)> Levels(string database, string project, IReadOnlyList<double?> shares)
    {
        using var connection = Open(database);
        var cases = Rows(connection, project, "SELECT c.Id FROM labelling_case c WHERE c.ProjectId = $project").Select(r => (string)r[0]).ToArray();
        var ofLots = Rows(connection, project, """
            SELECT l.ProjectCaseId, l.Level FROM labelling_lot_case l JOIN labelling_case c ON c.Id = l.ProjectCaseId WHERE c.ProjectId = $project AND (l.IsSampled OR l.IsWidened)
            """).Select(r => (Case: (string)r[0], Level: (long)r[1]));
        var drawn = shares.Index().SelectMany(s => cases.Where(c => s.Item is { } share && IsDrawn(c, s.Index + 1, share)).Select(c => (Case: c, Level: s.Index + 1L))).Concat(ofLots).ToHashSet();
        // Ids ascend in time (UUID version 7).
        var last = new Dictionary<(string Case, long Level), string>();
        foreach (var row in Rows(connection, project, "SELECT v.ProjectCaseId, v.Level, v.Kind FROM labelling_verdict v JOIN labelling_case c ON c.Id = v.ProjectCaseId WHERE c.ProjectId = $project ORDER BY v.Id"))
            last[((string)row[0], (long)row[1])] = (string)row[2];
        return
        [
            ("every level that drew a case accepted it", drawn.Count(d => last.GetValueOrDefault(d) is null or "Returned")),
            ("no level judged a case that it did not draw", last.Keys.Count(k => !drawn.Contains(k))),
        ];
    }

    /// <summary>Readings and decisions that left a revision, verdicts that were given; each against the person's line of the statements.</summary>
    /// <param name="paid">Person and part (read, adjudicate, validate) → pieces of work and their amount.</param>
    public static (string Rule, long Broken) Payments(
        string database, string project, IReadOnlyDictionary<string, decimal> prices, IReadOnlyDictionary<(string Person, string Part), (int Pieces, decimal Amount)> paid)
    {
        using var connection = Open(database);
        var done = Rows(connection, project, """
            SELECT lower(r.AccountId), lower(r.Mode), COUNT(*) FROM labelling_reading r WHERE r.ProjectId = $project
            AND (EXISTS (SELECT 1 FROM labelling_revision v WHERE v.ReadingId = r.Id AND r.State = 'Locked') OR EXISTS (SELECT 1 FROM labelling_verdict v WHERE v.ReadingId = r.Id))
            GROUP BY r.AccountId, r.Mode
            """).ToDictionary(r => (Person: (string)r[0], Part: (string)r[1]), r => (Pieces: (int)(long)r[2], Amount: (long)r[2] * prices[(string)r[1]]));
        return ("what is paid is what was done", done.Keys.Union(paid.Keys).Count(k => !done.TryGetValue(k, out var work) || !paid.TryGetValue(k, out var pay) || work != pay));
    }

    /// <summary>As the platform says that it draws: by a hash of case and level.</summary>
    private static bool IsDrawn(string one, int level, double share) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData([.. Guid.Parse(one).ToByteArray(), (byte)level])) < share * (1L << 32);

    private static SqliteConnection Open(string database)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly }.ToString());
        connection.Open();
        return connection;
    }

    private static List<object[]> Rows(SqliteConnection connection, string project, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$project", project.ToUpperInvariant());
        using var reader = command.ExecuteReader();
        var rows = new List<object[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }
}
