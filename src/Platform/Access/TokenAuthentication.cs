using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
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
    PirogovDb db, TokenHolders holders, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "token";
    private static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromMinutes(5);

    public static bool IsPresent(HttpRequest request) => request.Headers.Authorization.Count > 0;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SecretOf(Request) is not { } secret)
            return AuthenticateResult.NoResult();
        var found = await holders.Find(db, secret, Context.RequestAborted);
        var now = time.Now();
        if (found is null || !found.IsUsableAt(now))
            return AuthenticateResult.Fail("The token is unknown, revoked or expired.");
        if (found.IsDisabled)
            return AuthenticateResult.Fail("The account of the token is disabled.");
        if (found.LastUsedAt is null || now - found.LastUsedAt > UseIsNotedEvery)
            await db.Set<PersonalAccessToken>().Where(t => t.Id == found.Token)
                .ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, now), Context.RequestAborted);
        return AuthenticateResult.Success(new AuthenticationTicket(holders.PrincipalOf(found), Scheme));
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
