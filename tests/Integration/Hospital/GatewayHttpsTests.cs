using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Cases;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Hospital;

/// <summary>A platform that speaks HTTPS with a certificate of its own, and HTTP to the test.</summary>
public sealed class HttpsApp : PirogovApp
{
    public HttpsApp() : base(Engine.Sqlite)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        Authority = made.ExportCertificatePem();
        // Reopened: a key of a moment is none that a server may use on every system.
        var own = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        UseKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(own));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
    }

    public string Authority { get; }

    public Uri Address(string scheme)
    {
        _ = Services;
        return new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(a => a.StartsWith(scheme + ":", StringComparison.Ordinal)));
    }
}

/// <summary>The gateway's way out of the hospital.</summary>
public sealed class GatewayHttpsTests(HttpsApp app) : IClassFixture<HttpsApp>, IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [SkippableFact]
    public async Task Twins_go_over_HTTPS_to_a_platform_whose_certificate_is_trusted_and_to_no_other()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere OpenSSL's list of authorities does not count.");
        app.ClientOptions.BaseAddress = app.Address("http");
        var (_, token) = await app.Person("GatewayHTTPS", [Role.DataEngineer]);
        await using var gateway = new GatewayProcess(scratch, app.Address("https"), token, await app.Centre("GS1"));
        await gateway.Configure();
        scratch.Write("in/1.dcm", SyntheticCt.File(SyntheticCt.Slice(961, 0, 0)));
        await gateway.Start();
        await gateway.Until(() => gateway.Count("queue") == 1 && gateway.Log.Contains("отправка стоит", StringComparison.Ordinal));
        Assert.Equal(0, await app.InDatabase(db => db.Set<Instance>().CountAsync()));
        Assert.Equal(0, gateway.Noted("sent"));
        await gateway.Stop();

        await File.WriteAllTextAsync(scratch["authority.pem"], app.Authority);
        await gateway.Start(new Dictionary<string, string> { ["SSL_CERT_FILE"] = scratch["authority.pem"] });
        await gateway.Until(() => gateway.Noted("sent") == 1 && gateway.Count("queue") == 0);
        Assert.Equal(0, await gateway.Stop());
        Assert.Equal(1, await app.InDatabase(db => db.Set<Instance>().CountAsync()));
    }
}
