using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Strings;

namespace Pirogov.Platform.Web;

/// <summary>Russian unless the cookie or the browser asks for English.</summary>
internal static class Culture
{
    public static IServiceCollection AddCultures(this IServiceCollection services) => services.Configure<RequestLocalizationOptions>(o =>
    {
        o.SetDefaultCulture("ru").AddSupportedCultures(Localizer.Cultures).AddSupportedUICultures(Localizer.Cultures);
        o.RequestCultureProviders = [new CookieRequestCultureProvider(), new AcceptLanguageHeaderRequestCultureProvider()];
    });

    public static void MapCultureSwitch(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/culture/{culture}", (HttpContext http, string culture, string? returnTo) =>
        {
            if (Localizer.Cultures.Contains(culture))
                Remember(http, culture);
            return Results.LocalRedirect(ReturnAddress.Local(returnTo));
        }).AllowAnonymous().ExcludeFromDescription();

    public static bool IsChosen(HttpContext http) => http.Request.Cookies.ContainsKey(CookieRequestCultureProvider.DefaultCookieName);

    public static void Remember(HttpContext http, string culture) => http.Response.Cookies.Append(
        CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture)),
        new CookieOptions { MaxAge = TimeSpan.FromDays(365), IsEssential = true, SameSite = SameSiteMode.Lax, HttpOnly = true });
}
