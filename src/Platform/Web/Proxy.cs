using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;

namespace Pirogov.Platform.Web;

/// <summary>
/// What a reverse proxy says about the caller is believed only from the addresses and networks that <c>Proxy:Known</c>
/// names, separated by commas; without it from nobody: anybody can send the header.
/// </summary>
internal static class Proxy
{
    public static void UseKnownProxies(this WebApplication app)
    {
        if (Options(app.Configuration) is { } options)
            app.UseForwardedHeaders(options);
    }

    /// <exception cref="InvalidOperationException">An entry is neither an address nor a network.</exception>
    public static ForwardedHeadersOptions? Options(IConfiguration configuration)
    {
        var known = (configuration["Proxy:Known"] ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (known.Length == 0)
            return null;
        // Without a limit of its own the chain is followed as long as its next link is known.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in known)
        {
            if (IPAddress.TryParse(entry, out var address))
                options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(entry, out var network))
                options.KnownIPNetworks.Add(network);
            else
                throw new InvalidOperationException($"Proxy:Known has “{entry}”, which is neither an address (10.0.0.5) nor a network (10.0.0.0/24).");
        }

        return options;
    }

    /// <summary>From where a request comes, as the audit log and the rates at the door know it.</summary>
    public static string Origin(this HttpContext http) => http.Connection.RemoteIpAddress switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };
}
