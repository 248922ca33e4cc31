using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Pirogov.Archive.Intake;

/// <summary>
/// Who sends a file sends it: the pace of the DIMSE door (<c>DimseChannel</c>), for HTTP. Kestrel counts only while the body is waited for, so a
/// sender is not blamed for a platform that is busy.
/// </summary>
internal static class SteadySender
{
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 8 * 1024, gracePeriod: TimeSpan.FromSeconds(30));

    /// <summary>HTTP/2 has one pace for all streams of a connection, which the host sets.</summary>
    public static void Expect(HttpContext http)
    {
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate && HttpProtocol.IsHttp11(http.Request.Protocol))
            rate.MinDataRate = Slowest;
    }
}
