using System.Security.Cryptography;
using System.Text;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Access;

public readonly record struct TokenId(Guid Value) : IEntityId<TokenId>
{
    public static TokenId From(Guid value) => new(value);
    public static bool TryParse(string? text, out TokenId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>
/// Stands for its owner in the API and the command line, within its scopes and until it expires. Only the hash of the
/// secret is kept: 256 random bits need no slow hash.
/// </summary>
public sealed class PersonalAccessToken
{
    public const int NameLimit = 100;
    public const string Prefix = "pgv_";
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(366);

    public TokenId Id { get; private set; } = EntityId.New<TokenId>();
    public Guid AccountId { get; private set; }
    public string Name { get; private set; } = "";
    public string SecretSha256 { get; private set; } = "";
    public List<string> Scopes { get; private set; } = [];
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset ExpiresAt { get; private set; }
    public DateTimeOffset? LastUsedAt { get; private set; }
    public DateTimeOffset? RevokedAt { get; private set; }

    private PersonalAccessToken()
    {
    }

    /// <param name="scopes">Names of rights ("archive.send"), whole rooms ("datasets.*") or "*".</param>
    public static (PersonalAccessToken Token, string Secret) Issue(
        Guid accountId, string name, IEnumerable<string> scopes, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        var secret = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var token = new PersonalAccessToken
        {
            AccountId = accountId,
            Name = name,
            SecretSha256 = HashOf(secret),
            Scopes = [.. scopes],
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        return (token, secret);
    }

    public bool IsUsableAt(DateTimeOffset now) => RevokedAt is null && now < ExpiresAt;

    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;

    internal static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
