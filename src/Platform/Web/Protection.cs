using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Web;

public sealed record AntiforgeryFailed() : Refusal("platform.antiforgery", 400);

public sealed record TooManyRequests(int RetryAfterSeconds) : Refusal("platform.too-many-requests", 429)
{
    internal static int SecondsOf(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;
}

/// <summary>What stands between the network and the use cases: headers, antiforgery, rates.</summary>
public static class Protection
{
    public const string AntiforgeryHeader = "X-CSRF-TOKEN";

    /// <summary>Paths that programs call: they get problems and status codes, never a redirect to a page.</summary>
    public static readonly string[] ProgramPaths = ["/api", "/dicomweb", "/git", "/dvc", "/openapi", "/health"];

    public static bool IsForPrograms(PathString path) => Array.Exists(ProgramPaths, p => path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// MudBlazor sets styles on elements, hence 'unsafe-inline' for styles; scripts come from this origin alone. The
    /// workbenches decode compressed pixels in WebAssembly.
    /// </summary>
    public static string ContentSecurityPolicy(PathString path)
    {
        var workbench = path.StartsWithSegments("/workbench", StringComparison.OrdinalIgnoreCase);
        var (script, images) = workbench ? ("'self' 'wasm-unsafe-eval'", "'self' data: blob:") : ("'self'", "'self' data:");
        return $"default-src 'self'; script-src {script}; worker-src 'self' blob:; img-src {images}; style-src 'self' 'unsafe-inline'; "
            + "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
    }

    internal static IServiceCollection AddProtection(this IServiceCollection services)
    {
        services.AddAntiforgery(o =>
        {
            o.HeaderName = AntiforgeryHeader;
            o.Cookie.Name = "pirogov.csrf";
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        return services.AddRateLimiter(o =>
        {
            o.AddPolicy(SignInRate.Policy, context => context.RequestServices.GetRequiredService<SignInRate>().OfAddress(context));
            o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => IsForPrograms(context.Request.Path)
                ? RateLimitPartition.GetTokenBucketLimiter(Caller(context), _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = 4000,
                    TokensPerPeriod = 2000,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 1000,
                })
                : RateLimitPartition.GetNoLimiter("pages"));
            o.OnRejected = async (context, _) =>
            {
                var refusal = new TooManyRequests(TooManyRequests.SecondsOf(context.Lease));
                if (IsForPrograms(context.HttpContext.Request.Path))
                    await refusal.ToHttp().ExecuteAsync(context.HttpContext);
                else
                    refusal.ShowOn(context.HttpContext.Response);
            };
        });
    }

    internal static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        SetHeaders(context);
        return next(context);
    });

    internal static void SetHeaders(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy(context.Request.Path);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
    }

    /// <summary>A state-changing call that a cookie authenticates must carry the antiforgery header; a token needs none.</summary>
    internal static IApplicationBuilder UseApiAntiforgery(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var safe = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
        var byCookie = context.User.Identity is { IsAuthenticated: true } identity && identity.AuthenticationType != TokenAuthentication.Scheme;
        if (!safe && byCookie && IsForPrograms(context.Request.Path)
            && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await new AntiforgeryFailed().ToHttp().ExecuteAsync(context);
            return;
        }

        await next(context);
    });

    private static string Caller(HttpContext context) =>
        context.User.Identity?.Name ?? context.Origin();
}
