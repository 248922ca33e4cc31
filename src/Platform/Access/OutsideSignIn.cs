using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pirogov.Platform.Access;

/// <summary>An institution's own sign-in over OpenID Connect, when <c>Oidc:Authority</c> is configured.</summary>
internal static class OutsideSignIn
{
    public const string Scheme = "oidc";

    public static AuthenticationBuilder AddOutsideSignIn(this AuthenticationBuilder builder, IConfiguration configuration)
    {
        var section = configuration.GetSection("Oidc");
        if (string.IsNullOrEmpty(section["Authority"]))
            return builder;
        return builder.AddOpenIdConnect(Scheme, section["DisplayName"] ?? "OpenID Connect", o =>
        {
            section.Bind(o);
            o.SignInScheme = IdentityConstants.ExternalScheme;
            o.ResponseType = "code";
            o.UsePkce = true;
            o.SaveTokens = false;
            o.MapInboundClaims = true;
            o.Scope.Add("email");
        });
    }
}
