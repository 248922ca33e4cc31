using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Access;

public readonly record struct OrganisationId(Guid Value) : IEntityId<OrganisationId>
{
    public static OrganisationId From(Guid value) => new(value);
    public static bool TryParse(string? text, out OrganisationId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A hospital, an institute, a company or an authority to which accounts belong.</summary>
public sealed class Organisation
{
    public const int NameLimit = 200;

    public OrganisationId Id { get; private set; } = EntityId.New<OrganisationId>();
    public string Name { get; private set; } = "";

    /// <summary>For search and uniqueness: the engines do not fold Cyrillic alike.</summary>
    public string NormalizedName { get; private set; } = "";

    private Organisation()
    {
    }

    public Organisation(string name) => Rename(name);

    public void Rename(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name.Trim();
        NormalizedName = Name.ToUpperInvariant();
    }

    public static Refusal? Check(string? name) =>
        string.IsNullOrWhiteSpace(name) ? new Missing("name") : name.Trim().Length > NameLimit ? new TooLong("name", NameLimit) : null;
}

public sealed class Account : IdentityUser<Guid>
{
    public const int NameLimit = 200;

    private readonly List<AccountRole> roles = [];
    private string fullName = "";

    public Account()
    {
        Id = Guid.CreateVersion7();
        SecurityStamp = Guid.CreateVersion7().ToString("N");
    }

    public string FullName
    {
        get => fullName;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            fullName = value.Trim();
            NormalizedFullName = fullName.ToUpperInvariant();
        }
    }

    /// <summary>For search: the engines do not fold Cyrillic alike.</summary>
    public string NormalizedFullName { get; private set; } = "";

    public OrganisationId? OrganisationId { get; set; }
    public string Culture { get; set; } = "ru";
    public bool IsDisabled { get; set; }

    /// <summary>The time step of the newest second-factor code that opened the door; older codes and this one do not again.</summary>
    public long? UsedCodeStep { get; private set; }

    public IReadOnlyCollection<AccountRole> Roles => roles;

    public void Grant(Role role)
    {
        if (roles.All(r => r.Role != role))
            roles.Add(new AccountRole { AccountId = Id, Role = role });
    }

    public bool UseCode(long step)
    {
        if (step <= UsedCodeStep)
            return false;
        UsedCodeStep = step;
        return true;
    }

    /// <summary>Another key makes other codes.</summary>
    public void ForgetUsedCodes() => UsedCodeStep = null;

    public void Withdraw(Role role) => roles.RemoveAll(r => r.Role == role);

    /// <summary>Takes another name, or says why not.</summary>
    public Refusal? Present(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new Missing("fullName");
        if (name.Trim().Length > NameLimit)
            return new TooLong("fullName", NameLimit);
        FullName = name;
        return null;
    }

    /// <summary>Exactly these roles from now on; open sessions are asked to sign in again.</summary>
    public void HoldRoles(IReadOnlyCollection<Role> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        foreach (var lost in roles.Select(r => r.Role).Except(wanted).ToArray())
            Withdraw(lost);
        foreach (var role in wanted)
            Grant(role);
        CloseSessions();
    }

    /// <summary>Every open session ends at its next validation.</summary>
    public void CloseSessions() => SecurityStamp = Guid.CreateVersion7().ToString("N");
}

public sealed class AccountRole
{
    public Guid AccountId { get; init; }
    public Role Role { get; init; }
}

internal sealed class AccessModel : ModelPart
{
    public override void Configure(ModelBuilder model)
    {
        model.Entity<Organisation>(e =>
        {
            e.ToTable("organisation");
            e.Property(o => o.Name).HasMaxLength(Organisation.NameLimit);
            e.Property(o => o.NormalizedName).HasMaxLength(Organisation.NameLimit);
            e.HasIndex(o => o.NormalizedName).IsUnique();
        });
        model.Entity<Account>(e =>
        {
            e.ToTable("account");
            e.Property(a => a.FullName).HasMaxLength(Account.NameLimit);
            e.Property(a => a.NormalizedFullName).HasMaxLength(Account.NameLimit);
            e.Property(a => a.Culture).HasMaxLength(5);
            e.HasMany(a => a.Roles).WithOne().HasForeignKey(r => r.AccountId);
            e.Navigation(a => a.Roles).AutoInclude();
            e.HasOne<Organisation>().WithMany().HasForeignKey(a => a.OrganisationId);
        });
        model.Entity<AccountRole>(e =>
        {
            e.ToTable("account_role");
            e.HasKey(r => new { r.AccountId, r.Role });
            e.Property(r => r.Role).HasConversion<string>().HasMaxLength(40);
        });
        model.Entity<PersonalAccessToken>(e =>
        {
            e.ToTable("personal_access_token");
            e.Property(t => t.Name).HasMaxLength(PersonalAccessToken.NameLimit);
            e.Property(t => t.SecretSha256).HasMaxLength(64);
            e.HasIndex(t => t.SecretSha256).IsUnique();
            e.HasIndex(t => t.AccountId);
        });
    }
}
