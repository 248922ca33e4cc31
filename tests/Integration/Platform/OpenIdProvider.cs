using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Pirogov.Integration.Platform;

/// <summary>
/// An institution's OpenID provider on a socket of its own: discovery, keys, authorization code with PKCE (RFC 7636) and
/// an RS256 identity token. Whoever <see cref="Person"/> is has signed in there already; <see cref="Forge"/> spoils the
/// token before it is signed, <see cref="SignWithAnotherKey"/> after.
/// </summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "pirogov";
    public const string ClientSecret = "a secret between two test hosts";
    private const string KeyId = "one";

    private readonly RSA key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, Asked> codes = new();
    private readonly WebApplication app;

    public OpenIdProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.MapGet("/.well-known/openid-configuration", () => Results.Text(Discovery().ToJsonString(), "application/json"));
        app.MapGet("/jwks", () => Results.Text(Keys().ToJsonString(), "application/json"));
        app.MapGet("/authorize", (Delegate)Authorize);
        app.MapPost("/token", (Delegate)Exchange);
    }

    public string Address { get; private set; } = "";
    public JsonObject Person { get; set; } = [];
    public Action<JsonObject>? Forge { get; set; }
    public bool SignWithAnotherKey { get; set; }

    /// <summary>What the last authorization request asked for.</summary>
    public IReadOnlyDictionary<string, string> LastRequest { get; private set; } = new Dictionary<string, string>();

    public async Task Start()
    {
        await app.StartAsync();
        Address = app.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }

    private JsonObject Discovery() => new()
    {
        ["issuer"] = Address,
        ["authorization_endpoint"] = Address + "/authorize",
        ["token_endpoint"] = Address + "/token",
        ["jwks_uri"] = Address + "/jwks",
        ["response_types_supported"] = new JsonArray("code"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    };

    private JsonObject Keys()
    {
        var open = key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "RSA",
                ["use"] = "sig",
                ["alg"] = "RS256",
                ["kid"] = KeyId,
                ["n"] = WebEncoders.Base64UrlEncode(open.Modulus!),
                ["e"] = WebEncoders.Base64UrlEncode(open.Exponent!),
            }),
        };
    }

    private IResult Authorize(HttpContext http)
    {
        var asked = LastRequest = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        if (asked["client_id"] != ClientId || asked["response_type"] != "code" || asked["code_challenge_method"] != "S256")
            return Results.BadRequest();
        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        codes[code] = new(asked["redirect_uri"], asked["code_challenge"], asked["nonce"]);
        return Results.Redirect(QueryHelpers.AddQueryString(asked["redirect_uri"], new Dictionary<string, string?> { ["code"] = code, ["state"] = asked["state"] }));
    }

    private async Task<IResult> Exchange(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var proof = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret || !codes.TryRemove(form["code"].ToString(), out var asked)
            || asked.RedirectUri != form["redirect_uri"] || asked.Challenge != proof)
            return Results.BadRequest();
        return Results.Text(new JsonObject { ["access_token"] = "unused", ["token_type"] = "Bearer", ["id_token"] = IdentityToken(asked.Nonce) }.ToJsonString(), "application/json");
    }

    private string IdentityToken(string nonce)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = (JsonObject)Person.DeepClone();
        (claims["iss"], claims["aud"], claims["nonce"], claims["iat"], claims["exp"]) = (Address, ClientId, nonce, now, now + 300);
        Forge?.Invoke(claims);
        var text = Part(new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = KeyId }) + "." + Part(claims);
        using var another = RSA.Create(2048);
        var signature = (SignWithAnotherKey ? another : key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return text + "." + WebEncoders.Base64UrlEncode(signature);
    }

    private static string Part(JsonObject json) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(json.ToJsonString()));

    private sealed record Asked(string RedirectUri, string Challenge, string Nonce);
}
