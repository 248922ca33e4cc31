using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Access;

/// <summary>
/// The authenticator's codes (RFC 6238: SHA-1, 30 s, six digits). A code opens the door once: whoever reads it over a
/// shoulder comes too late (§5.2). One step of drift either way is accepted, as §5.2 recommends.
/// </summary>
internal sealed class OneTimeCodes(PirogovDb db, TimeProvider time) : IUserTwoFactorTokenProvider<Account>
{
    private const int StepSeconds = 30;
    private const int Drift = 1;

    public async Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<Account> manager, Account user) =>
        !string.IsNullOrEmpty(await manager.GetAuthenticatorKeyAsync(user));

    /// <summary>The person's own device makes the codes.</summary>
    public Task<string> GenerateAsync(string purpose, UserManager<Account> manager, Account user) => Task.FromResult("");

    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<Account> manager, Account user)
    {
        if (!SecondFactor.LooksLikeAuthenticator(token) || await manager.GetAuthenticatorKeyAsync(user) is not { Length: > 0 } secret)
            return false;
        var key = FromBase32(secret);
        var now = time.GetUtcNow().ToUnixTimeSeconds() / StepSeconds;
        for (var step = now - Drift; step <= now + Drift; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(key, step)), Encoding.ASCII.GetBytes(token)) && user.UseCode(step))
                return await Keep(manager, user);
        }

        return false;
    }

    /// <summary>Two attempts with one code at the same moment: the account's concurrency stamp lets one of them through.</summary>
    private async Task<bool> Keep(UserManager<Account> manager, Account user)
    {
        if ((await manager.UpdateAsync(user)).Succeeded)
            return true;
        await db.Entry(user).ReloadAsync();
        return false;
    }

    internal static string Code(ReadOnlySpan<byte> key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        // The standard's algorithm; authenticator apps know no other.
#pragma warning disable CA5350
        HMACSHA1.HashData(key, counter, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>RFC 4648 base 32, as authenticator keys are written.</summary>
    internal static byte[] FromBase32(string text)
    {
        var bytes = new List<byte>(text.Length * 5 / 8);
        var (buffer, bits) = (0, 0);
        foreach (var c in text.TrimEnd('='))
        {
            var digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0)
                continue;
            (buffer, bits) = (((buffer << 5) | digit) & 0xfff, bits + 5);
            if (bits >= 8)
                bytes.Add((byte)(buffer >> (bits -= 8)));
        }

        return [.. bytes];
    }
}
