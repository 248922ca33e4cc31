using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Strings;

namespace Pirogov.Platform.Access;

public sealed record LoginTaken(string Login) : Refusal("platform.login-taken", 409);

public sealed record EmailTaken(string Email) : Refusal("platform.email-taken", 409);

/// <summary>Latin letters, digits and <c>-._@+</c> only: a login is typed on any keyboard.</summary>
public sealed record InvalidLogin(string Login) : Refusal("platform.invalid-login", 422);

public sealed record InvalidEmail() : Refusal("platform.invalid-email", 422);

public sealed record UnknownOrganisation() : Refusal("platform.unknown-organisation", 422);

/// <summary>An account with its first password, its roles and its organisation.</summary>
[Needs(PlatformRights.ManageAccounts)]
public sealed class CreateAccount(PirogovDb db, UserManager<Account> users, AuditTrail audit)
{
    public sealed record Request(
        string Login, string Email, string FullName, IReadOnlyList<Role> Roles, OrganisationId? OrganisationId, string Password, string? Culture = null);

    public sealed record Response(Guid Id);

    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/accounts", (CreateAccount use, Request request, CancellationToken cancellation) =>
        use.Handle(request, cancellation).ToCreated(a => $"/api/v1/accounts/{a.Id}")).Needs(typeof(CreateAccount)).WithSummary("Creates an account.");

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (string.IsNullOrWhiteSpace(request.Login))
            return new Missing("login");
        if (string.IsNullOrWhiteSpace(request.Email))
            return new Missing("email");
        var account = new Account { UserName = request.Login.Trim(), Email = request.Email.Trim(), EmailConfirmed = true };
        if (account.Present(request.FullName) is { } refusal)
            return refusal;
        if (request.OrganisationId is { } organisation && !await db.Set<Organisation>().AnyAsync(o => o.Id == organisation, cancellation))
            return new UnknownOrganisation();
        account.OrganisationId = request.OrganisationId;
        account.Culture = Localizer.Cultures.Contains(request.Culture) ? request.Culture! : Localizer.Cultures[0];
        foreach (var role in request.Roles ?? [])
            account.Grant(role);
        audit.Note("platform.account-created", "account", account.Id, new { roles = request.Roles });
        try
        {
            var result = await users.CreateAsync(account, request.Password ?? "");
            return result.Succeeded ? new Response(account.Id) : Why(result, account);
        }
        catch (DbUpdateException lost) when (lost.IsOvertaken())
        {
            // Two administrators at once: the unique index has decided.
            return new LoginTaken(account.UserName);
        }
    }

    private Refusal Why(IdentityResult result, Account account) => result.Errors.First().Code switch
    {
        nameof(IdentityErrorDescriber.DuplicateUserName) => new LoginTaken(account.UserName!),
        nameof(IdentityErrorDescriber.DuplicateEmail) => new EmailTaken(account.Email!),
        nameof(IdentityErrorDescriber.InvalidUserName) => new InvalidLogin(account.UserName!),
        nameof(IdentityErrorDescriber.InvalidEmail) => new InvalidEmail(),
        _ => new WeakPassword(users.Options.Password.RequiredLength),
    };
}
