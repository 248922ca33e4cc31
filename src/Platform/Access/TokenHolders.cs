using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Access;

/// <summary>
/// Whose a token is. Every call of a program asks: one statement, worked out once for the life of the platform, and no more columns than the
/// answer needs. Nothing is remembered between calls: a token that was revoked and an account that was closed are refused at once.
/// </summary>
internal sealed class TokenHolders(IOptions<IdentityOptions> options)
{
    private readonly Func<PirogovDb, string, CancellationToken, Task<Holder?>> find = EF.CompileAsyncQuery((PirogovDb db, string hash, CancellationToken cancellation) =>
        db.Set<PersonalAccessToken>().Where(t => t.SecretSha256 == hash).Join(db.Set<Account>(), t => t.AccountId, a => a.Id, (token, account) => new Holder
        {
            Token = token.Id,
            Scopes = token.Scopes,
            ExpiresAt = token.ExpiresAt,
            LastUsedAt = token.LastUsedAt,
            RevokedAt = token.RevokedAt,
            Account = account.Id,
            UserName = account.UserName,
            SecurityStamp = account.SecurityStamp,
            FullName = account.FullName,
            Culture = account.Culture,
            Organisation = account.OrganisationId,
            IsDisabled = account.IsDisabled,
            Roles = account.Roles.Select(r => r.Role).ToList(),
        }).AsNoTracking().SingleOrDefault());

    public Task<Holder?> Find(PirogovDb db, string secret, CancellationToken cancellation) => find(db, PersonalAccessToken.HashOf(secret), cancellation);

    /// <summary>The claims of a session (<see cref="AccountClaims"/>), and the token's scopes.</summary>
    public ClaimsPrincipal PrincipalOf(Holder holder)
    {
        var names = options.Value.ClaimsIdentity;
        var identity = new ClaimsIdentity(TokenAuthentication.Scheme, names.UserNameClaimType, names.RoleClaimType);
        identity.AddClaim(new(names.UserIdClaimType, holder.Account.ToString()));
        identity.AddClaim(new(names.UserNameClaimType, holder.UserName ?? ""));
        identity.AddClaim(new(names.SecurityStampClaimType, holder.SecurityStamp ?? ""));
        AccountClaims.Add(identity, holder.FullName, holder.Culture, holder.Organisation, holder.Roles);
        foreach (var scope in holder.Scopes)
            identity.AddClaim(new(Actor.ScopeClaim, scope));
        return new(identity);
    }

    internal sealed class Holder
    {
        public required TokenId Token { get; init; }
        public required List<string> Scopes { get; init; }
        public required DateTimeOffset ExpiresAt { get; init; }
        public required DateTimeOffset? LastUsedAt { get; init; }
        public required DateTimeOffset? RevokedAt { get; init; }
        public required Guid Account { get; init; }
        public required string? UserName { get; init; }
        public required string? SecurityStamp { get; init; }
        public required string FullName { get; init; }
        public required string Culture { get; init; }
        public required OrganisationId? Organisation { get; init; }
        public required bool IsDisabled { get; init; }
        public required List<Role> Roles { get; init; }

        /// <inheritdoc cref="PersonalAccessToken.IsUsableAt"/>
        public bool IsUsableAt(DateTimeOffset now) => RevokedAt is null && now < ExpiresAt;
    }
}
