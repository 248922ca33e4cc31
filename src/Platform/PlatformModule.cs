using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Outbox;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Secrets;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;
using Quartz;

namespace Pirogov.Platform;

/// <summary>The ground floor: access, audit, durable jobs, stored bytes, problems, words.</summary>
public static class PlatformModule
{
    public static IServiceCollection AddPlatform(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var dataFolder = Path.GetFullPath(configuration["Data"] ?? ".pirogov");
        Directory.CreateDirectory(dataFolder);
        services.AddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionMemory>();
        services.Configure<JsonOptions>(o => PlatformJson.Configure(o.SerializerOptions));
        // The answer tells which place of a body cannot be read.
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddSingleton(new StringSource(typeof(PlatformModule).Assembly)).AddSingleton<Localizer>();
        services.AddProblemDetails().AddCultures().AddProtection();
        services.AddStorage(configuration, dataFolder).AddAccess(configuration);
        services.AddScoped<EventOutbox>().AddScoped<AuditTrail>().AddScoped<AuditChain>().AddHandler<AuditNoted, AppendToAuditChain>();
        services.AddScoped<EvidenceChain>().AddScoped<EvidenceVerifier>();
        services.AddDurableJobs(configuration);
        services.AddScoped<UseCases>().AddScoped<Origin>();
        return services.AddRights(PlatformRights.Table).AddUseCases(typeof(PlatformModule).Assembly);
    }

    private static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration, string dataFolder)
    {
        services.AddDatabase(DatabaseOptions.From(configuration, dataFolder));
        foreach (var part in new ModelPart[] { new AccessModel(), new OutboxModel(), new AuditModel(), new JobsModel(), new StoreModel(), new EvidenceModel() })
            services.AddSingleton(part);
        services.AddStore(configuration, dataFolder);
        return services.AddSealedKeyRing(configuration, dataFolder);
    }

    private static void AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<CurrentActor>();
        services.AddScoped<IUserStore<Account>, SealedAccountStore>();
        services.AddIdentityCore<Account>(o =>
            {
                o.Password.RequiredLength = 10;
                o.Password.RequireNonAlphanumeric = false;
                o.Lockout.MaxFailedAccessAttempts = 5;
                o.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15);
                o.User.RequireUniqueEmail = true;
            })
            .AddEntityFrameworkStores<PirogovDb>().AddSignInManager<AccountSignIn>().AddDefaultTokenProviders()
            .AddTokenProvider<OneTimeCodes>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddScoped<SignIn>().AddSingleton<SignInRate>();
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = RevalidatedAccount.Interval);
        services.AddScoped<AuthenticationStateProvider, RevalidatedAccount>();
        services.AddScoped<IUserClaimsPrincipalFactory<Account>, AccountClaims>().AddSingleton<TokenHolders>();
        services.AddAuthentication(o => o.DefaultScheme = "session-or-token")
            .AddPolicyScheme("session-or-token", null, o => o.ForwardDefaultSelector = context =>
                TokenAuthentication.IsPresent(context.Request) ? TokenAuthentication.Scheme : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.Scheme, null)
            .AddOutsideSignIn(configuration)
            .AddIdentityCookies(b => b.ApplicationCookie!.Configure(Session));
        services.AddAuthorization(o => o.FallbackPolicy = o.DefaultPolicy);
        services.AddCascadingAuthenticationState();
    }

    private static void Session(Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions o)
    {
        o.Cookie.Name = "pirogov.session";
        o.Cookie.HttpOnly = true;
        o.Cookie.SameSite = SameSiteMode.Lax;
        o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        o.ExpireTimeSpan = TimeSpan.FromHours(12);
        o.SlidingExpiration = true;
        o.LoginPath = "/sign-in";
        o.AccessDeniedPath = "/forbidden";
        o.ReturnUrlParameter = "returnTo";
        o.Events.OnRedirectToLogin = context => RedirectOr(StatusCodes.Status401Unauthorized, context);
        o.Events.OnRedirectToAccessDenied = context => RedirectOr(StatusCodes.Status403Forbidden, context);

        static Task RedirectOr(int status, RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context)
        {
            if (!Protection.IsForPrograms(context.Request.Path))
            {
                context.Response.Redirect(context.RedirectUri);
                return Task.CompletedTask;
            }

            if (status == StatusCodes.Status401Unauthorized)
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"Pirogov\", Bearer";
            return (status == StatusCodes.Status401Unauthorized ? new Unauthenticated() : (Refusal)new Forbidden()).ToHttp().ExecuteAsync(context.HttpContext);
        }
    }

    private static void AddDurableJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new JobOptions(
            TimeSpan.FromSeconds(configuration.GetValue("Jobs:FirstRetrySeconds", 5.0)), TimeSpan.FromSeconds(configuration.GetValue("Jobs:WatchSeconds", 15.0))));
        services.AddScoped<JobQueue>().AddSingleton<JobSchedule>();
        services.AddSingleton<RunningJobs>().AddSingleton(p => new JobsHere(p.GetRequiredService<RunningJobs>()));
        services.AddHandler<JobEnqueued, ScheduleEnqueuedJob>();
        services.AddScoped<IStartCard, JobsStartCard>();
        var dataFolder = Path.GetFullPath(configuration["Data"] ?? ".pirogov");
        var database = DatabaseOptions.From(configuration, dataFolder);
        // A file of its own: SQLite has one writer, and jobs are scheduled while the event's transaction is open.
        var schedule = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = Path.Combine(dataFolder, "schedule.db"), DefaultTimeout = 60 }.ToString();
        services.AddQuartz(q =>
        {
            q.UseDefaultThreadPool(configuration.GetValue("Jobs:Parallel", 2));
            if (SweepOptions.From(configuration).Schedule is { } sweeps)
                q.ScheduleJob<SweepOnSchedule>(t => t.WithIdentity("sweep-store").WithCronSchedule(sweeps), j => j.WithIdentity("sweep-store"));
            q.UsePersistentStore(store =>
            {
                if (database.IsPostgreSql)
                    store.UsePostgres(Npgsql.NpgsqlFactory.Instance, database.Connection);
                else
                    store.UseSqlite(ScheduleFile.Instance, schedule);
                store.ProvisionSchema();
            });
        });
        PatientSchedulerTables.Use(services);
        services.AddHostedService<ResumeJobs>();
        services.AddQuartzHostedService(o => o.WaitForJobsToComplete = true);
        services.AddHostedService<OutboxDispatcher>();
        services.AddHostedService<WatchJobs>();
    }

    /// <summary>Headers, words, who is calling: everything that stands before the endpoints, in this order.</summary>
    public static WebApplication UsePlatform(this WebApplication app)
    {
        app.UseKnownProxies();
        // Words before the rest: what went wrong is told in the caller's language.
        app.UseRequestLocalization();
        app.UseSecurityHeaders();
        app.UseStatusAnswers();
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseApiAntiforgery();
        app.Use((context, next) =>
        {
            if (Actor.From(context.User, context.Origin()) is { } actor)
                context.RequestServices.GetRequiredService<CurrentActor>().Become(actor);
            return next(context);
        });
        return app;
    }

    /// <param name="api">The group of <c>/api/v1</c>.</param>
    public static void MapPlatform(this IEndpointRouteBuilder routes, IEndpointRouteBuilder api)
    {
        routes.MapCultureSwitch();
        OutsideSignInReturn.Map(routes);
        OwnAccount.Map(api);
        OwnTokens.Map(api);
        SeeAccounts.Map(api);
        CreateAccount.Map(api);
        ChangeAccount.Map(api);
        RestoreAccess.Map(api);
        ManageOrganisations.Map(api);
        SeeAudit.Map(api);
        SeeJobs.Map(api);
        SteerJob.Map(api);
        SweepNow.Map(api);
    }

    /// <summary>Proves that the store takes bytes and gives them back.</summary>
    /// <exception cref="StoreUnavailableException">It does not, and why.</exception>
    public static Task PrepareStore(this IServiceProvider services, CancellationToken cancellation = default) =>
        services.GetRequiredService<IBlobs>().Rehearse(cancellation);

    /// <summary>Brings the database to this version's shape.</summary>
    public static async Task PrepareDatabase(this IServiceProvider services, CancellationToken cancellation = default)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PirogovDb>();
        await db.Database.MigrateAsync(cancellation);
        await AppendOnly.Install(db, cancellation);
        await SealedKeyRing.Close(scope.ServiceProvider, cancellation);
    }
}

public sealed record Unauthenticated() : Refusal("platform.unauthenticated", 401);

internal sealed class AccountClaims(UserManager<Account> users, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<Account>(users, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        Add(identity, user.FullName, user.Culture, user.OrganisationId, user.Roles.Select(r => r.Role));
        return identity;
    }

    public static void Add(ClaimsIdentity identity, string fullName, string culture, OrganisationId? organisation, IEnumerable<Role> roles)
    {
        identity.AddClaim(new(Actor.FullNameClaim, fullName));
        identity.AddClaim(new(Actor.CultureClaim, culture));
        if (organisation is { } own)
            identity.AddClaim(new(Actor.OrganisationClaim, own.ToString()));
        foreach (var role in roles)
            identity.AddClaim(new(identity.RoleClaimType, role.ToString()));
    }
}
