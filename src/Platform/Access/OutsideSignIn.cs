using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Access;

/// <summary>An institution's own sign-in over OpenID Connect, when <c>Oidc:Authority</c> is configured.</summary>
internal static class OutsideSignIn
{
    public const string Scheme = "oidc";
    public const string RefusedPage = "/sign-in?refused=outside";
    public const string SilentPage = "/sign-in?refused=silent";

    public static AuthenticationBuilder AddOutsideSignIn(this AuthenticationBuilder builder, IConfiguration configuration)
    {
        var section = configuration.GetSection("Oidc");
        if (string.IsNullOrEmpty(section["Authority"]))
            return builder;
        return builder.AddOpenIdConnect(Scheme, section["DisplayName"] ?? "OpenID Connect", o =>
        {
            o.Scope.Add("email");
            section.Bind(o);
            o.SignInScheme = IdentityConstants.ExternalScheme;
            o.ResponseType = OpenIdConnectResponseType.Code;
            // An answer in the query comes by an ordinary link: its cookies need neither SameSite=None nor, inside a hospital, TLS.
            o.ResponseMode = OpenIdConnectResponseMode.Query;
            foreach (var cookie in new[] { o.CorrelationCookie, o.NonceCookie })
                (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
            o.UsePkce = true;
            o.SaveTokens = false;
            o.MapInboundClaims = true;
            o.ClaimActions.MapUniqueJsonKey("email_verified", "email_verified");
            o.Events.OnRemoteFailure = Refuse;
        });
    }

    /// <summary>An answer that is not to be trusted: forged, for another client, too old, or the person has said no there.</summary>
    private static async Task Refuse(RemoteFailureContext context)
    {
        var http = context.HttpContext;
        await http.RequestServices.GetRequiredService<SignIn>().NoteOutsideRefusal(null, http.Origin(), http.RequestAborted);
        context.Response.Redirect(RefusedPage);
        context.HandleResponse();
    }
}
