using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Pirogov.Platform.Database;

namespace Pirogov.Portal;

/// <summary>Lets <c>dotnet ef migrations add</c> build the model of each engine without a running one.</summary>
internal sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteDb>
{
    public SqliteDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<SqliteDb>().UseSqlite("Data Source=:memory:", o => o.MigrationsAssembly(typeof(SqliteDesign).Assembly)).Options,
        DesignTime.Parts());
}

internal sealed class PostgreSqlDesign : IDesignTimeDbContextFactory<PostgreSqlDb>
{
    public PostgreSqlDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<PostgreSqlDb>().UseNpgsql("Host=localhost", o => o.MigrationsAssembly(typeof(PostgreSqlDesign).Assembly)).Options,
        DesignTime.Parts());
}

internal static class DesignTime
{
    public static IEnumerable<ModelPart> Parts() => PortalModule.Rooms.SelectMany(a => a.GetTypes())
        .Where(t => t.IsSubclassOf(typeof(ModelPart)) && !t.IsAbstract)
        .OrderBy(t => t.FullName, StringComparer.Ordinal)
        .Select(t => (ModelPart)Activator.CreateInstance(t, nonPublic: true)!);
}
