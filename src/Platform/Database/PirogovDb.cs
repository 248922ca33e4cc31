using System.Reflection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Pirogov.Platform.Access;

namespace Pirogov.Platform.Database;

/// <summary>What a module adds to the one model: its own tables, and nobody else's.</summary>
public abstract class ModelPart
{
    public abstract void Configure(ModelBuilder model);
}

/// <summary>
/// The one database. Modules contribute their tables as <see cref="ModelPart"/>s and read only their own.
/// </summary>
public abstract class PirogovDb(DbContextOptions options, IEnumerable<ModelPart> parts)
    : IdentityUserContext<Account, Guid>(options), IDataProtectionKeyContext
{
    private readonly ModelPart[] parts = [.. parts];

    /// <summary>Events were added that no commit has told yet.</summary>
    internal bool HasEvents { get; set; }

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        foreach (var part in parts)
            part.Configure(builder);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ArgumentNullException.ThrowIfNull(configurationBuilder);
        // A row may keep the id of another room's aggregate, whose own tables need not be part of this model.
        foreach (var id in parts.Select(p => p.GetType().Assembly).SelectMany(WithRoomsAbove).Distinct().SelectMany(IdsOf))
            configurationBuilder.Properties(id).HaveConversion(typeof(EntityIdConverter<>).MakeGenericType(id));
        // SQLite compares DateTimeOffset as text with its offset; ticks in UTC sort.
        if (this is SqliteDb)
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
    }

    private static IEnumerable<Assembly> WithRoomsAbove(Assembly room) => room.GetReferencedAssemblies()
        .Where(a => a.Name!.StartsWith("Pirogov.", StringComparison.Ordinal)).Select(Assembly.Load).Append(room);

    private static IEnumerable<Type> IdsOf(Assembly assembly) =>
        assembly.GetTypes().Where(t => t.IsValueType && Array.Exists(t.GetInterfaces(),
            i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>)));

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}

/// <summary>The embedded engine; its own type because each engine has its own migrations.</summary>
public sealed class SqliteDb(DbContextOptions<SqliteDb> options, IEnumerable<ModelPart> parts) : PirogovDb(options, parts);

/// <summary>The production engine.</summary>
public sealed class PostgreSqlDb(DbContextOptions<PostgreSqlDb> options, IEnumerable<ModelPart> parts) : PirogovDb(options, parts);
