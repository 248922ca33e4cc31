using System.Globalization;
using System.Net;
using System.Net.Security;
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
internal sealed record DimseOptions(DicomListenerOptions Listener, string Title, IReadOnlyList<AllowedPeer> Peers)
{
    /// <summary>The certificate that must have issued those of the devices; null where the machine's own list decides.</summary>
    public X509Certificate2? Authority { get; init; }

    public bool IsOn => Listener.Port > 0;

    public AllowedPeer? Find(string title) => Peers.FirstOrDefault(p => p.Title == title);

    /// <summary>Towards a destination of C-MOVE the platform shows its own certificate and trusts whom it trusts as a caller, under the name of the host.</summary>
    public SslClientAuthenticationOptions TlsTo(string host) => new()
    {
        TargetHost = host,
        ClientCertificates = Listener.Certificate is { } own ? [own] : null,
        RemoteCertificateValidationCallback = Authority is null ? null
            : (_, shown, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && DicomTls.IsOf(Authority, shown),
    };

    public static DimseOptions From(IConfiguration configuration)
    {
        var dimse = configuration.GetSection("Dimse");
        var most = Number(dimse["MaximumAssociations"], 32);
        var listener = new DicomListenerOptions
        {
            Port = Number(dimse["Port"], 0),
            Address = dimse["Address"] is { Length: > 0 } address ? IPAddress.Parse(address) : IPAddress.Any,
            MaximumAssociations = most,
            MaximumConnections = 4 * most,
            MaximumConnectionsOfOne = most + (most / 2),
            Idle = TimeSpan.FromSeconds(Number(dimse["IdleSeconds"], 300)),
        };
        var authority = dimse["Tls:ClientAuthority"] is { Length: > 0 } issuer ? X509CertificateLoader.LoadCertificateFromFile(issuer) : null;
        if (dimse["Tls:Certificate"] is { Length: > 0 } certificate)
            listener = WithTls(listener, certificate, authority, dimse);
        else if (authority is not null)
            throw new InvalidOperationException("Dimse:Tls:ClientAuthority needs Dimse:Tls:Certificate: without it the door would be open to everybody.");
        return new(listener, dimse["Title"] ?? "PIROGOV", [.. dimse.GetSection("Peers").GetChildren().Select(Peer)]) { Authority = authority };
    }

    private static AllowedPeer Peer(IConfigurationSection peer) => new(
        peer["Title"] ?? throw new InvalidOperationException($"{peer.Path}:Title is missing."),
        peer["Centre"] ?? throw new InvalidOperationException($"{peer.Path}:Centre is missing."),
        Flag(peer["MaySend"], true), Flag(peer["MayQuery"], false),
        [.. (peer["From"] ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(Network)],
        peer["Host"], Number(peer["Port"], 104), Flag(peer["Tls"], false));

    private static IPNetwork Network(string text) => text.Contains('/', StringComparison.Ordinal)
        ? IPNetwork.Parse(text) : IPAddress.Parse(text) is var one ? new(one, one.GetAddressBytes().Length * 8) : default;

    private static DicomListenerOptions WithTls(DicomListenerOptions listener, string certificate, X509Certificate2? authority, IConfigurationSection dimse) => listener with
    {
        Certificate = DicomTls.Load(certificate, dimse["Tls:Key"], dimse["Tls:Password"]),
        ClientCertificate = DicomTls.ClientsOf(authority),
    };

    private static int Number(string? text, int otherwise) =>
        string.IsNullOrWhiteSpace(text) ? otherwise : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool Flag(string? text, bool otherwise) => string.IsNullOrWhiteSpace(text) ? otherwise : bool.Parse(text);
}
