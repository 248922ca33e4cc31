using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Access;

/// <summary>A scope that no right of the person's roles answers to.</summary>
public sealed record UnknownScope(string Scope) : Refusal("platform.unknown-scope", 422);

/// <summary>A token makes no token that may more than itself.</summary>
public sealed record ScopeBeyondOwn(string Scope) : Refusal("platform.scope-beyond-own", 403);

public sealed record TokenLifeOutOfRange(int MostDays) : Refusal("platform.token-life-out-of-range", 422);

/// <summary>Personal access tokens of one's own: made, listed, revoked. The secret is told once.</summary>
[Needs(PlatformRights.OwnAccount)]
public sealed class OwnTokens(PirogovDb db, CurrentActor actor, AuditTrail audit, TimeProvider time, IEnumerable<Right> rights)
{
    private const int DefaultDays = 90;

    /// <param name="Scopes">Names of rights, whole rooms (<c>datasets.*</c>) or <c>*</c>.</param>
    public sealed record Request(string Name, IReadOnlyList<string> Scopes, int Days);

    public sealed record Issued(TokenId Id, string Token, DateTimeOffset ExpiresAt);

    public sealed record View(
        TokenId Id, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

    public sealed record IssueRequest(string Login, string Password, string? Code, string? Name, IReadOnlyList<string>? Scopes, int? Days);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tokens", (OwnTokens use, int? page, int? size, CancellationToken cancellation) =>
            use.List(page ?? 1, size ?? Page.DefaultSize, cancellation))
            .Needs(typeof(OwnTokens)).WithName("listOwnTokens").WithSummary("One's own tokens, newest first.");
        api.MapPost("/tokens", (OwnTokens use, Request request, ClaimsPrincipal caller, CancellationToken cancellation) =>
            use.Create(request, ScopesOf(caller), cancellation).ToCreated(t => $"/api/v1/tokens/{t.Id}"))
            .Needs(typeof(OwnTokens)).WithName("createOwnToken").WithSummary("Makes a token; the secret is in this answer only.");
        api.MapDelete("/tokens/{id}", (OwnTokens use, TokenId id, CancellationToken cancellation) => use.Revoke(id, cancellation).ToHttp())
            .Needs(typeof(OwnTokens)).WithName("revokeOwnToken").WithSummary("Revokes a token at once.");
        api.MapPost("/tokens/issue", Issue).AllowAnonymous().RequireRateLimiting(SignInRate.Policy)
            .WithName("issueToken")
            .WithSummary("Trades login, password and second-factor code for a token: how the command line signs in.").Produces<Issued>(StatusCodes.Status201Created);
    }

    private static async Task<IResult> Issue(SignIn signIn, OwnTokens use, CurrentActor actor, IssueRequest request, HttpContext http, CancellationToken cancellation)
    {
        var origin = http.Origin();
        var checkedAccount = await signIn.Check(request.Login ?? "", request.Password ?? "", request.Code, origin, cancellation);
        if (checkedAccount.IsRefused(out var refusal))
            return refusal.ToHttp();
        var account = checkedAccount.Value;
        actor.Become(new Actor(account.Id, account.FullName, account.OrganisationId, account.Roles.Select(r => r.Role).ToHashSet(), origin));
        var wanted = new Request(request.Name ?? "pirogov login", request.Scopes ?? ["*"], request.Days ?? DefaultDays);
        return await use.Create(wanted, null, cancellation).ToCreated(t => $"/api/v1/tokens/{t.Id}");
    }

    /// <param name="callersScopes">Those of the token that asks, or null when a session does.</param>
    public async Task<Outcome<Issued>> Create(Request request, IReadOnlyList<string>? callersScopes, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrWhiteSpace(request.Name))
            return new Missing("name");
        if (request.Name.Length > PersonalAccessToken.NameLimit)
            return new TooLong("name", PersonalAccessToken.NameLimit);
        if (request.Scopes is not { Count: > 0 })
            return new Missing("scopes");
        if (request.Days < 1 || request.Days > PersonalAccessToken.LongestLife.Days)
            return new TokenLifeOutOfRange(PersonalAccessToken.LongestLife.Days);
        var mine = MyRights();
        foreach (var scope in request.Scopes)
        {
            if (!mine.Any(r => WithinTokenScope.Covers(scope, r)))
                return new UnknownScope(scope);
            if (callersScopes is not null && !callersScopes.Any(own => WithinTokenScope.Covers(own, scope)))
                return new ScopeBeyondOwn(scope);
        }

        var now = time.Now();
        var (token, secret) = PersonalAccessToken.Issue(actor.Actor.AccountId, request.Name.Trim(), request.Scopes.Distinct(), now, now.AddDays(request.Days));
        db.Add(token);
        audit.Note("platform.token-made", "token", token.Id, new { token.Scopes, token.ExpiresAt });
        await db.SaveChangesAsync(cancellation);
        return new Issued(token.Id, secret, token.ExpiresAt);
    }

    public async Task<Page<View>> List(int page, int size, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        return await db.Set<PersonalAccessToken>().AsNoTracking().Where(t => t.AccountId == me).OrderByDescending(t => t.CreatedAt)
            .Select(t => new View(t.Id, t.Name, t.Scopes, t.CreatedAt, t.ExpiresAt, t.LastUsedAt, t.RevokedAt)).ToPage(page, size, cancellation);
    }

    public async Task<Outcome<Done>> Revoke(TokenId id, CancellationToken cancellation)
    {
        var me = actor.Actor.AccountId;
        if (await db.Set<PersonalAccessToken>().SingleOrDefaultAsync(t => t.Id == id && t.AccountId == me, cancellation) is not { } token)
            return new NotFound("token");
        token.Revoke(time.Now());
        audit.Note("platform.token-revoked", "token", id);
        await db.SaveChangesAsync(cancellation);
        return Done.Value;
    }

    /// <summary>The rights of the person's roles, in order: what a token's scopes are chosen from.</summary>
    public IReadOnlyList<string> MyRights() => [.. rights.Where(r => actor.Actor.IsAny(r.Roles)).Select(r => r.Name).Distinct().Order(StringComparer.Ordinal)];

    private static string[]? ScopesOf(ClaimsPrincipal caller) => caller.Identity?.AuthenticationType == TokenAuthentication.Scheme
        ? [.. caller.FindAll(Actor.ScopeClaim).Select(c => c.Value)]
        : null;
}
