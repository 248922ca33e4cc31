using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Integration.Harness;
using Pirogov.Platform;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Platform;

public abstract partial class SealedKeysTests(PirogovApp app) : OnBothEngines(app)
{
    private string KeyFile => Path.Combine(App.DataFolder, "host.key");

    [SkippableFact]
    public async Task The_database_alone_holds_no_readable_key()
    {
        var secret = await Authenticator.SetUp(App, "sealed");
        var ring = await App.InDatabase(db => db.DataProtectionKeys.AsNoTracking().Select(k => k.Xml!).ToArrayAsync());
        Assert.NotEmpty(ring);
        Assert.All(ring, xml => Assert.Contains("sealedByHostKey", xml, StringComparison.Ordinal));
        Assert.All(ring, xml => Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal));
        var second = await App.InDatabase(db => db.UserTokens.AsNoTracking().Select(t => t.Value!).ToArrayAsync());
        Assert.All(second, value => Assert.DoesNotContain(secret, value, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [SkippableFact]
    public async Task A_centres_key_opens_with_the_host_key_and_not_without_it()
    {
        var centre = EntityId.New<ReferenceCentreId>();
        Task<string> Mark() => App.InScope(async s => (await s.GetRequiredService<CentreKeys>().Of(centre, default)).Person("one"));
        var made = await Mark();
        Assert.Equal(made, await Mark());
        var aside = KeyFile + ".aside";
        File.Move(KeyFile, aside);
        try
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => App.Services.PrepareDatabase());
            Assert.Contains("host.key", refused.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(KeyFile));
            await File.WriteAllTextAsync(KeyFile, Convert.ToBase64String(new byte[32]));
            await Assert.ThrowsAsync<InvalidOperationException>(() => App.Services.PrepareDatabase());
        }
        finally
        {
            File.Move(aside, KeyFile, overwrite: true);
        }

        await App.Services.PrepareDatabase();
        Assert.Equal(made, await Mark());
    }

    [SkippableFact]
    public async Task What_an_earlier_version_left_readable_is_sealed_at_the_start_and_goes_on_working()
    {
        var (id, secret) = await PlainKey();
        var (account, _) = await App.Person("early", [Role.Expert]);
        await App.InDatabase(async db =>
        {
            db.UserTokens.Add(new IdentityUserToken<Guid> { UserId = account, LoginProvider = "[AspNetUserStore]", Name = "AuthenticatorKey", Value = "PLAINKEY" });
            return await db.SaveChangesAsync();
        });
        await App.Services.PrepareDatabase();
        var stored = await App.InDatabase(db => db.DataProtectionKeys.AsNoTracking().SingleAsync(k => k.FriendlyName == "early"));
        Assert.DoesNotContain(secret, stored.Xml, StringComparison.Ordinal);
        var opened = App.Services.GetRequiredService<IKeyManager>().GetAllKeys().Single(k => k.KeyId == id);
        Assert.Contains(secret, opened.Descriptor.ExportToXml().SerializedDescriptorElement.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await App.InDatabase(db => db.UserTokens.CountAsync(t => t.Value == "PLAINKEY")));
        Assert.Equal("PLAINKEY", await App.InScope(async s =>
        {
            var users = s.GetRequiredService<UserManager<Account>>();
            return await users.GetAuthenticatorKeyAsync((await users.FindByIdAsync(account.ToString()))!);
        }));
    }

    /// <summary>A key as data protection writes it when it has nothing to encrypt it with.</summary>
    private async Task<(Guid Id, string Secret)> PlainKey()
    {
        var folder = Directory.CreateTempSubdirectory("pirogov-keys-");
        try
        {
            DataProtectionProvider.Create(folder, b => b.SetApplicationName("pirogov")).CreateProtector("any").Protect([1]);
            var xml = XElement.Load(Assert.Single(folder.GetFiles("key-*.xml")).FullName);
            await App.InDatabase(async db =>
            {
                db.DataProtectionKeys.Add(new DataProtectionKey { FriendlyName = "early", Xml = xml.ToString(SaveOptions.DisableFormatting) });
                return await db.SaveChangesAsync();
            });
            return (Guid.Parse(xml.Attribute("id")!.Value), Secret().Match(xml.ToString()).Groups["secret"].Value);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex("<value>(?<secret>[^<]{20,})</value>")]
    private static partial Regex Secret();
}

public sealed class AppWithCertificate() : PirogovApp(Engine.Sqlite)
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=Pirogov", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(now, now.AddDays(1));
        var file = Path.Combine(DataFolder, "host.pfx");
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pkcs12, Password));
        builder.UseSetting("Protection:Certificate", file);
        builder.UseSetting("Protection:CertificatePassword", Password);
    }
}

public sealed class CertificateTests(AppWithCertificate app) : IClassFixture<AppWithCertificate>
{
    [Fact]
    public async Task A_certificate_takes_the_key_files_place()
    {
        var secret = await Authenticator.SetUp(app, "certified");
        await app.Services.PrepareDatabase();
        var ring = await app.InDatabase(db => db.DataProtectionKeys.AsNoTracking().Select(k => k.Xml!).ToArrayAsync());
        Assert.NotEmpty(ring);
        Assert.All(ring, xml => Assert.Contains("EncryptedData", xml, StringComparison.Ordinal));
        Assert.All(ring, xml => Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(app.DataFolder, "host.key")));
        Assert.Equal(32, secret.Length);
    }
}

public sealed class SealedKeysOnSqlite(SqliteApp app) : SealedKeysTests(app), IClassFixture<SqliteApp>;

public sealed class SealedKeysOnPostgreSql(PostgreSqlApp app) : SealedKeysTests(app), IClassFixture<PostgreSqlApp>;
