using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Access;

/// <summary>
/// How often the door may be tried. One login from one address: <c>SignIn:PerLogin</c> times a minute, so that a guesser
/// is slowed and nobody beside him. One address altogether: <c>SignIn:PerAddress</c> times a minute, because a whole
/// hospital comes from one address and each attempt costs a password's hash. Pages are read without counting.
/// </summary>
internal sealed class SignInRate(IConfiguration configuration) : IDisposable
{
    public const string Policy = "sign-in";

    private readonly int perAddress = configuration.GetValue("SignIn:PerAddress", 300);
    private readonly PartitionedRateLimiter<(string Origin, string Login)> perLogin =
        Limiter(configuration.GetValue("SignIn:PerLogin", 20));

    /// <param name="login">As it was typed, or the account's id when the code is asked for.</param>
    /// <returns>Null when the attempt may be made.</returns>
    public TooManyRequests? Refuses(string origin, string login)
    {
        using var lease = perLogin.AttemptAcquire((origin, login.Trim().ToUpperInvariant()));
        return lease.IsAcquired ? null : new TooManyRequests(TooManyRequests.SecondsOf(lease));
    }

    public RateLimitPartition<string> OfAddress(HttpContext http) => HttpMethods.IsPost(http.Request.Method)
        ? RateLimitPartition.GetTokenBucketLimiter(http.Origin(), _ => Bucket(perAddress))
        : RateLimitPartition.GetNoLimiter("pages");

    public void Dispose() => perLogin.Dispose();

    private static PartitionedRateLimiter<(string Origin, string Login)> Limiter(int perMinute) =>
        PartitionedRateLimiter.Create<(string Origin, string Login), (string, string)>(who => RateLimitPartition.GetTokenBucketLimiter(who, _ => Bucket(perMinute)));

    private static TokenBucketRateLimiterOptions Bucket(int perMinute) => new()
    {
        TokenLimit = perMinute,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
    };
}
