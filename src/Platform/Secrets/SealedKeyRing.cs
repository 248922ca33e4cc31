using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Platform.Secrets;

/// <summary>
/// The keys of data protection lie in the database, sealed under <see cref="HostKey"/> or, with
/// <c>Protection:Certificate</c>, under a certificate. Under them in turn: cookies, the centres' pseudonym keys, second factors.
/// </summary>
internal static class SealedKeyRing
{
    /// <summary>How data protection marks what must be encrypted and what is.</summary>
    private static readonly XNamespace DataProtection = "http://schemas.asp.net/2015/03/dataProtection";

    public static IServiceCollection AddSealedKeyRing(this IServiceCollection services, IConfiguration configuration, string dataFolder)
    {
        var path = configuration["Protection:KeyFile"] is { Length: > 0 } elsewhere ? Path.GetFullPath(elsewhere) : Path.Combine(dataFolder, "host.key");
        services.AddSingleton(new HostKey(path));
        var ring = services.AddDataProtection().SetApplicationName("pirogov").PersistKeysToDbContext<PirogovDb>();
        if (configuration["Protection:Certificate"] is { Length: > 0 } file)
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, configuration["Protection:CertificatePassword"]);
            ring.ProtectKeysWithCertificate(certificate).UnprotectKeysWithAnyCertificate(certificate);
        }
        else
        {
            services.AddOptions<KeyManagementOptions>().Configure<HostKey>((o, key) => o.XmlEncryptor = new SealXml(key));
        }

        return services;
    }

    /// <summary>Seals what earlier versions left readable.</summary>
    /// <exception cref="InvalidOperationException">
    /// A key cannot be opened. Going on would make a new one in its place, and no centre's patients would get their pseudonyms again.
    /// </exception>
    public static async Task Close(IServiceProvider services, CancellationToken cancellation)
    {
        var db = services.GetRequiredService<PirogovDb>();
        CheckThatKeysOpen(services);
        var encryptor = services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlEncryptor!;
        foreach (var row in await db.DataProtectionKeys.Where(k => k.Xml != null).ToArrayAsync(cancellation))
            row.Xml = Sealed(XElement.Parse(row.Xml!), encryptor);
        await db.SaveChangesAsync(cancellation);
        var seal = new SecondFactorSeal(services.GetRequiredService<IDataProtectionProvider>());
        foreach (var token in await db.UserTokens.Where(t => t.Value != null && !t.Value.StartsWith(SecondFactorSeal.Mark)).ToArrayAsync(cancellation))
            token.Value = seal.Close(token.Value);
        await db.SaveChangesAsync(cancellation);
    }

    private static void CheckThatKeysOpen(IServiceProvider services)
    {
        try
        {
            // One of its own: the host's remembers what it has opened before.
            foreach (var key in ActivatorUtilities.CreateInstance<XmlKeyManager>(services).GetAllKeys())
                _ = key.Descriptor;
        }
        catch (Exception closed) when (closed is CryptographicException or IOException or FormatException)
        {
            throw new InvalidOperationException("A key in the database cannot be opened. Put back the key file "
                + $"{services.GetRequiredService<HostKey>().Path} (or the certificate of Protection:Certificate) from its backup: {closed.Message}", closed);
        }
    }

    private static string Sealed(XElement key, IXmlEncryptor encryptor)
    {
        foreach (var open in key.Descendants().Where(e => (bool?)e.Attribute(DataProtection + "requiresEncryption") == true).ToArray())
        {
            var closed = encryptor.Encrypt(new XElement(open));
            open.ReplaceWith(new XElement(DataProtection + "encryptedSecret",
                new XAttribute("decryptorType", closed.DecryptorType.AssemblyQualifiedName!), closed.EncryptedElement));
        }

        return key.ToString(SaveOptions.DisableFormatting);
    }
}

internal sealed class SealXml(HostKey key) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        return new(new XElement("sealedByHostKey", Convert.ToBase64String(key.Seal(plain))), typeof(OpenXml));
    }
}

/// <summary>Its name stands in the database beside what it opens: renaming it shuts every earlier key.</summary>
internal sealed class OpenXml(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(Encoding.UTF8.GetString(services.GetRequiredService<HostKey>().Open(Convert.FromBase64String(encryptedElement.Value))));
}
