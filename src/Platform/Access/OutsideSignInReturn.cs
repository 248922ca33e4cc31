using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Access;

/// <summary>
/// The way out to an institution's sign-in and back, and the end of a session. A stranger who comes back gets no
/// account and no right: only an account that stands already is linked, by an e-mail address that the institution has
/// verified. Roles are given here alone; what the institution says about them is not read.
/// </summary>
internal static class OutsideSignInReturn
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-out", SignOut).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/sign-in/outside", Leave).AddEndpointFilter(OnlyWhenConfigured).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet("/sign-in/outside/return", Return).AddEndpointFilter(OnlyWhenConfigured).AllowAnonymous().ExcludeFromDescription();
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
        var schemes = context.HttpContext.RequestServices.GetRequiredService<IAuthenticationSchemeProvider>();
        return await schemes.GetSchemeAsync(OutsideSignIn.Scheme) is null ? Results.NotFound() : await next(context);
    }

    private static async Task<IResult> Leave(HttpContext http, SignInManager<Account> session, ILoggerFactory log, string? returnTo)
    {
        var back = $"/sign-in/outside/return?returnTo={Uri.EscapeDataString(ReturnAddress.Local(returnTo))}";
        try
        {
            await http.ChallengeAsync(OutsideSignIn.Scheme, session.ConfigureExternalAuthenticationProperties(OutsideSignIn.Scheme, back));
            return Results.Empty;
        }
        catch (InvalidOperationException failure)
        {
            // The provider's description could not be read: the door here stays usable.
            log.CreateLogger(typeof(OutsideSignIn)).LogError(failure, "The OpenID provider does not answer");
            return Results.LocalRedirect(OutsideSignIn.SilentPage);
        }
    }

    private static async Task<IResult> Return(
        HttpContext http, SignInManager<Account> session, UserManager<Account> users, SignIn signIn, string? returnTo, CancellationToken cancellation)
    {
        if (await session.GetExternalLoginInfoAsync() is not { } outside)
            return Results.LocalRedirect(OutsideSignIn.RefusedPage);
        var account = await users.FindByLoginAsync(outside.LoginProvider, outside.ProviderKey) ?? await Link(users, outside);
        await http.SignOutAsync(IdentityConstants.ExternalScheme);
        // The institution proves who it is; a second factor that was set up here is still asked for.
        var result = account is null
            ? SignInResult.Failed
            : await session.ExternalLoginSignInAsync(outside.LoginProvider, outside.ProviderKey, isPersistent: false, bypassTwoFactor: false);
        if (result.RequiresTwoFactor)
            return Results.LocalRedirect($"/sign-in/two-factor?returnTo={Uri.EscapeDataString(ReturnAddress.Local(returnTo))}");
        if (!result.Succeeded)
        {
            await signIn.NoteOutsideRefusal(account, http.Origin(), cancellation);
            return Results.LocalRedirect(OutsideSignIn.RefusedPage);
        }

        await signIn.Welcome(account!, http.Origin(), OutsideSignIn.Scheme, cancellation);
        return Results.LocalRedirect(ReturnAddress.Local(returnTo));
    }

    private static async Task<Account?> Link(UserManager<Account> users, ExternalLoginInfo outside) =>
        VerifiedEmail(outside.Principal) is { } email
        && await users.FindByEmailAsync(email) is { IsDisabled: false } account
        && (await users.AddLoginAsync(account, outside)).Succeeded
            ? account
            : null;

    private static string? VerifiedEmail(ClaimsPrincipal principal) =>
        string.Equals(principal.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase)
            ? principal.FindFirstValue(ClaimTypes.Email) ?? principal.FindFirstValue("email")
            : null;
}
