using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Access;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Web;

/// <summary>
/// How a page calls a use case: in a scope of its own (a circuit lives for hours, a DbContext must not), as the signed-in
/// person, and only with the right that the use case names — the same check that its endpoint makes.
/// </summary>
public sealed class UseCases(
    IServiceScopeFactory scopes, AuthenticationStateProvider authentication, IAuthorizationService authorization, Origin origin)
{
    public async Task<Outcome<TResult>> Run<TUseCase, TResult>(Func<TUseCase, Task<Outcome<TResult>>> call) where TUseCase : class
    {
        ArgumentNullException.ThrowIfNull(call);
        await using var scope = scopes.CreateAsyncScope();
        return await Enter<TUseCase>(scope) ? await call(scope.ServiceProvider.GetRequiredService<TUseCase>()) : new Forbidden();
    }

    /// <exception cref="UnauthorizedAccessException">The page's own right should have kept this person out: a bug.</exception>
    public async Task<TResult> Read<TUseCase, TResult>(Func<TUseCase, Task<TResult>> call) where TUseCase : class
    {
        ArgumentNullException.ThrowIfNull(call);
        await using var scope = scopes.CreateAsyncScope();
        if (!await Enter<TUseCase>(scope))
            throw new UnauthorizedAccessException(typeof(TUseCase).Name);
        return await call(scope.ServiceProvider.GetRequiredService<TUseCase>());
    }

    /// <summary>Whether the signed-in person has the right: for showing or hiding a button.</summary>
    public async Task<bool> May(string right)
    {
        var state = await authentication.GetAuthenticationStateAsync();
        return (await authorization.AuthorizeAsync(state.User, right)).Succeeded;
    }

    public async Task<Actor?> WhoAmI() => Actor.From((await authentication.GetAuthenticationStateAsync()).User, origin.Address);

    private async Task<bool> Enter<TUseCase>(AsyncServiceScope scope)
    {
        var right = typeof(TUseCase).GetCustomAttribute<NeedsAttribute>()?.Right
            ?? throw new InvalidOperationException($"{typeof(TUseCase).Name} names no right.");
        if (!await May(right) || await WhoAmI() is not { } actor)
            return false;
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(actor);
        return true;
    }
}

/// <summary>From where the circuit was opened; remembered because a circuit has no request.</summary>
public sealed class Origin(IHttpContextAccessor http)
{
    public string Address { get; } = http.HttpContext?.Origin() ?? "unknown";
}
