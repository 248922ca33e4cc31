using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Configuration;
using Pirogov.Dicom.Network;

namespace Pirogov.Archive.Dimse;

/// <summary>An application entity that is let in, and the one centre for which it speaks.</summary>
/// <param name="Centre">Code of the reference centre.</param>
/// <param name="From">Addresses or networks from which it may come; empty for any.</param>
/// <param name="Host">With <paramref name="Port"/>: where C-MOVE sends to; null when it is no destination.</param>
internal sealed record AllowedPeer(
    string Title, string Centre, bool MaySend, bool MayQuery, IReadOnlyList<IPNetwork> From, string? Host, int Port, bool UsesTls)
{
    /// <summary>In the place of a person's account: the same for a title for ever.</summary>
    public Guid AccountId { get; } = new(SHA256.HashData(Encoding.UTF8.GetBytes("dimse:" + Title)).AsSpan(0, 16));

    public bool MayComeFrom(IPAddress address) => From.Count == 0 || From.Any(n => n.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}

/// <summary>The section <c>Dimse</c> of the configuration; without a port the door is shut.</summary>
internal sealed record DimseOptions(DicomListenerOptions Listener, string Title, TimeSpan Quiet, IReadOnlyList<AllowedPeer> Peers)
{
    public bool IsOn => Listener.Port > 0;

    public AllowedPeer? Find(string title) => Peers.FirstOrDefault(p => p.Title == title);

    public static DimseOptions From(IConfiguration configuration)
    {
        var dimse = configuration.GetSection("Dimse");
        var listener = new DicomListenerOptions
        {
            Port = Number(dimse["Port"], 0),
            Address = dimse["Address"] is { Length: > 0 } address ? IPAddress.Parse(address) : IPAddress.Any,
            MaximumAssociations = Number(dimse["MaximumAssociations"], 32),
        };
        if (dimse["Tls:Certificate"] is { Length: > 0 } certificate)
            listener = WithTls(listener, certificate, dimse);
        return new(listener, dimse["Title"] ?? "PIROGOV", TimeSpan.FromMinutes(Number(dimse["QuietMinutes"], 60)),
            [.. dimse.GetSection("Peers").GetChildren().Select(Peer)]);
    }

    private static AllowedPeer Peer(IConfigurationSection peer) => new(
        peer["Title"] ?? throw new InvalidOperationException($"{peer.Path}:Title is missing."),
        peer["Centre"] ?? throw new InvalidOperationException($"{peer.Path}:Centre is missing."),
        Flag(peer["MaySend"], true), Flag(peer["MayQuery"], false),
        [.. (peer["From"] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(Network)],
        peer["Host"], Number(peer["Port"], 104), Flag(peer["Tls"], false));

    private static IPNetwork Network(string text) => text.Contains('/', StringComparison.Ordinal)
        ? IPNetwork.Parse(text) : IPAddress.Parse(text) is var one ? new(one, one.GetAddressBytes().Length * 8) : default;

    private static DicomListenerOptions WithTls(DicomListenerOptions listener, string certificate, IConfigurationSection dimse)
    {
        var own = dimse["Tls:Key"] is { Length: > 0 } key
            ? X509Certificate2.CreateFromPemFile(certificate, key) : X509CertificateLoader.LoadPkcs12FromFile(certificate, dimse["Tls:Password"]);
        listener = listener with { Certificate = own };
        if (dimse["Tls:ClientAuthority"] is not { Length: > 0 } authority)
            return listener;
        var root = X509CertificateLoader.LoadCertificateFromFile(authority);
        return listener with
        {
            ClientCertificate = (_, client, _, _) =>
            {
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(root);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return client is X509Certificate2 shown && chain.Build(shown);
            },
        };
    }

    private static int Number(string? text, int otherwise) =>
        string.IsNullOrWhiteSpace(text) ? otherwise : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool Flag(string? text, bool otherwise) => string.IsNullOrWhiteSpace(text) ? otherwise : bool.Parse(text);
}
