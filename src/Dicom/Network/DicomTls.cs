using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pirogov.Dicom.Network;

/// <summary>Certificates of one's own and of those who are let in, for doors and for their callers (PS3.15 B).</summary>
public static class DicomTls
{
    /// <param name="path">PEM with its key in <paramref name="key"/>, or PKCS #12.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file cannot be read as that.</exception>
    public static X509Certificate2 Load(string path, string? key, string? password) => string.IsNullOrEmpty(key)
        ? X509CertificateLoader.LoadPkcs12FromFile(path, password) : X509Certificate2.CreateFromPemFile(path, key);

    /// <returns>Null, which asks for no certificate, where there is no authority.</returns>
    public static RemoteCertificateValidationCallback? ClientsOf(X509Certificate2? authority) =>
        authority is null ? null : (_, shown, _, _) => IsOf(authority, shown);

    /// <summary>Whether the authority, and none that the machine trusts besides, has issued it.</summary>
    public static bool IsOf(X509Certificate2 authority, X509Certificate? shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return shown is X509Certificate2 certificate && chain.Build(certificate);
    }
}
