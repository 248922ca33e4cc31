using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Pirogov.Platform.Web;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace Pirogov.Platform.Access;

/// <summary>
/// The way out to an institution's sign-in and back, and the end of a session. A stranger who comes back gets no
/// account and no right: only an account that stands already is linked, by an e-mail address that the institution has verified.
/// </summary>
internal static class OutsideSignInReturn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-out", SignOut).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/sign-in/outside", (SignInManager<Account> session, string? returnTo) =>
            {
                var back = $"/sign-in/outside/return?returnTo={Uri.EscapeDataString(ReturnAddress.Local(returnTo))}";
                return Results.Challenge(session.ConfigureExternalAuthenticationProperties(OutsideSignIn.Scheme, back), [OutsideSignIn.Scheme]);
            })
            .AddEndpointFilter(OnlyWhenConfigured).AllowAnonymous().ExcludeFromDescription().RequireRateLimiting(Protection.SignInRate);
        routes.MapGet("/sign-in/outside/return", Return)
            .AddEndpointFilter(OnlyWhenConfigured).AllowAnonymous().ExcludeFromDescription().RequireRateLimiting(Protection.SignInRate);
    }

    private static async Task<IResult> SignOut(HttpContext http, IAntiforgery antiforgery, SignInManager<Account> session)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Results.BadRequest();
        await session.SignOutAsync();
        return Results.LocalRedirect("/");
    }

    private static async ValueTask<object?> OnlyWhenConfigured(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var schemes = (IAuthenticationSchemeProvider)context.HttpContext.RequestServices.GetService(typeof(IAuthenticationSchemeProvider))!;
        return await schemes.GetSchemeAsync(OutsideSignIn.Scheme) is null ? Results.NotFound() : await next(context);
    }

    private static async Task<IResult> Return(
        HttpContext http, SignInManager<Account> session, UserManager<Account> users, SignIn signIn, string? returnTo, CancellationToken cancellation)
    {
        if (await session.GetExternalLoginInfoAsync() is not { } outside)
            return Results.LocalRedirect("/sign-in?refused=outside");
        var account = await users.FindByLoginAsync(outside.LoginProvider, outside.ProviderKey);
        if (account is null && VerifiedEmail(outside.Principal) is { } email)
        {
            account = await users.FindByEmailAsync(email);
            if (account is not null && !(await users.AddLoginAsync(account, outside)).Succeeded)
                account = null;
        }

        await http.SignOutAsync(IdentityConstants.ExternalScheme);
        // The institution proves who it is; a second factor that was set up here is still asked for.
        var result = account is null
            ? SignInResult.Failed
            : await session.ExternalLoginSignInAsync(outside.LoginProvider, outside.ProviderKey, isPersistent: false, bypassTwoFactor: false);
        if (result.RequiresTwoFactor)
            return Results.LocalRedirect($"/sign-in/two-factor?returnTo={Uri.EscapeDataString(ReturnAddress.Local(returnTo))}");
        if (!result.Succeeded)
            return Results.LocalRedirect("/sign-in?refused=outside");
        await signIn.Welcome(account!, http.Connection.RemoteIpAddress?.ToString() ?? "unknown", OutsideSignIn.Scheme, cancellation);
        return Results.LocalRedirect(ReturnAddress.Local(returnTo));
    }

    private static string? VerifiedEmail(ClaimsPrincipal principal) =>
        string.Equals(principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase)
            ? principal.FindFirstValue(ClaimTypes.Email) ?? principal.FindFirstValue("email")
            : null;
}
