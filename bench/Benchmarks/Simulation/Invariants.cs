using Microsoft.Data.Sqlite;

namespace Pirogov.Benchmarks.Simulation;

/// <summary>What must hold of a project that has ended, asked of the rows themselves.</summary>
internal static class Invariants
{
    /// <returns>Each rule and how many rows break it.</returns>
    public static IReadOnlyList<(string Rule, long Broken)> Check(string database, string project, int readersPerCase, int mostReaders)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly }.ToString());
        connection.Open();
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

        long Count(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.Parameters.AddWithValue("$project", project.ToUpperInvariant());
            return (long)command.ExecuteScalar()!;
        }
    }
}
