using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Access;

/// <summary>
/// Personal access tokens: <c>Authorization: Bearer pgv_…</c>, or as the password of Basic, which is how git and DVC send them.
/// </summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    PirogovDb db, IUserClaimsPrincipalFactory<Account> principals, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "token";
    private static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromMinutes(5);

    public static bool IsPresent(HttpRequest request) => request.Headers.Authorization.Count > 0;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SecretOf(Request) is not { } secret)
            return AuthenticateResult.NoResult();
        var hash = PersonalAccessToken.HashOf(secret);
        var found = await db.Set<PersonalAccessToken>().AsNoTracking().Where(t => t.SecretSha256 == hash)
            .Join(db.Users.AsNoTracking(), t => t.AccountId, a => a.Id, (token, account) => new { token, account }).SingleOrDefaultAsync(Context.RequestAborted);
        var now = time.Now();
        if (found is null || !found.token.IsUsableAt(now))
            return AuthenticateResult.Fail("The token is unknown, revoked or expired.");
        var (token, account) = (found.token, found.account);
        if (account.IsDisabled)
            return AuthenticateResult.Fail("The account of the token is disabled.");
        if (token.LastUsedAt is null || now - token.LastUsedAt > UseIsNotedEvery)
            await db.Set<PersonalAccessToken>().Where(t => t.Id == token.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, now), Context.RequestAborted);
        var own = await principals.CreateAsync(account);
        var claims = own.Claims.Concat(token.Scopes.Select(s => new Claim(Actor.ScopeClaim, s)));
        var identity = new ClaimsIdentity(claims, Scheme, ClaimTypes.Name, ClaimTypes.Role);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Basic realm=\"Pirogov\", Bearer";
        return Task.CompletedTask;
    }

    private static string? SecretOf(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || header.Parameter is not { Length: < 1024 } parameter)
            return null;
        if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            return parameter;
        if (!header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
