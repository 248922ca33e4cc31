using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Pirogov.Platform.Access;

/// <summary>A right and the roles that have it. The whole table is committed and tested by exact equality.</summary>
public sealed record Right(string Name, params Role[] Roles)
{
    /// <summary>Everybody who is signed in.</summary>
    public static readonly Role[] Everyone = Enum.GetValues<Role>();
}

/// <summary>Names the right that a use case needs; its endpoint and its page are both held to it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(string right) : Attribute
{
    public string Right { get; } = right;
}

/// <summary>Endpoint metadata: whose door this is.</summary>
public sealed record OfUseCase(Type UseCase);

public static class RightsRegistration
{
    public static IServiceCollection AddRights(this IServiceCollection services, params Right[] rights)
    {
        ArgumentNullException.ThrowIfNull(rights);
        foreach (var right in rights)
            services.AddSingleton(right);
        return services.Configure<AuthorizationOptions>(options =>
        {
            foreach (var right in rights)
                options.AddPolicy(right.Name, policy => policy
                    .RequireAuthenticatedUser()
                    .RequireRole(right.Roles.Select(r => r.ToString()))
                    .AddRequirements(new WithinTokenScope(right.Name)));
        });
    }

    /// <summary>Registers every use case of a module, found by its <see cref="NeedsAttribute"/>.</summary>
    public static IServiceCollection AddUseCases(this IServiceCollection services, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        foreach (var type in assembly.GetTypes().Where(t => t.IsDefined(typeof(NeedsAttribute), false)))
            services.AddScoped(type);
        return services;
    }

    /// <summary>Holds the endpoint to the right of its use case.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Type useCase) where TBuilder : IEndpointConventionBuilder
    {
        var needs = useCase.GetCustomAttribute<NeedsAttribute>() ?? throw new InvalidOperationException($"{useCase.Name} names no right.");
        return endpoint.RequireAuthorization(needs.Right).WithMetadata(new OfUseCase(useCase));
    }
}

/// <summary>A session may all that its roles may; a token only what its scopes name.</summary>
internal sealed class WithinTokenScope(string right) : AuthorizationHandler<WithinTokenScope>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, WithinTokenScope requirement)
    {
        var scopes = context.User.FindAll(Actor.ScopeClaim).Select(c => c.Value).ToArray();
        var byToken = context.User.Identity?.AuthenticationType == TokenAuthentication.Scheme;
        if (!byToken || Array.Exists(scopes, s => Covers(s, right)))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    internal static bool Covers(string scope, string right) =>
        scope == "*" || scope == right || (scope.EndsWith(".*", StringComparison.Ordinal) && right.StartsWith(scope[..^1], StringComparison.Ordinal));
}
