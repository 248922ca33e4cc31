namespace Pirogov.Integration.Harness;

/// <summary>
/// Write a room's tests once in an abstract class that takes a <see cref="PirogovApp"/>, and derive from it
/// <c>sealed class XOnSqlite(SqliteApp app) : X(app), IClassFixture&lt;SqliteApp&gt;</c> and,
/// with the other fixture, its twin on PostgreSQL.
/// </summary>
public abstract class OnBothEngines
{
    protected OnBothEngines(PirogovApp app)
    {
        App = app;
        Skip.If(app is PostgreSqlApp && !PirogovApp.HasPostgreSql, "No PostgreSQL cluster is configured (PIROGOV_TEST_POSTGRESQL).");
    }

    protected PirogovApp App { get; }
}
