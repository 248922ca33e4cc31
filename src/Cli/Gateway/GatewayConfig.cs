using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pirogov.Cli;

/// <summary>The gateway's configuration: a JSON file in which an unknown name is an error.</summary>
internal sealed record GatewayConfig
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>Where the queue, the quarantine and the journal lie.</summary>
    public required string Folder { get; init; }

    /// <summary>File with the hospital's key.</summary>
    public required string Key { get; init; }

    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Blacken where devices of the kind are known to write, without asking.</summary>
    public bool MaskSuggested { get; init; }

    public required PlatformPart Platform { get; init; }

    public IReadOnlyList<WatchPart> Watch { get; init; } = [];

    public ListenPart? Listen { get; init; }

    /// <summary>Files worked on at once; each takes up to twice 64 MB of memory, also a larger one.</summary>
    public int Parallel { get; init; } = 4;

    /// <summary>With less free space nothing is taken in.</summary>
    public long MinimumFreeMegabytes { get; init; } = 512;

    internal sealed record PlatformPart
    {
        /// <summary>With <see cref="TokenFile"/>; else as `pirogov login` kept them.</summary>
        public Uri? Url { get; init; }

        public string? TokenFile { get; init; }

        public required string Centre { get; init; }

        /// <summary>The day is added to it.</summary>
        public string Batch { get; init; } = "Шлюз";

        public int Parallel { get; init; } = 4;

        /// <summary>For one file; a large one has a second more for each 128 KB.</summary>
        public int TimeoutSeconds { get; init; } = 600;

        /// <summary>Longest pause between attempts.</summary>
        public int MostBackOffSeconds { get; init; } = 300;
    }

    internal sealed record WatchPart
    {
        public required string Folder { get; init; }

        /// <summary>A file is taken when it has not changed for so long.</summary>
        public double SettleSeconds { get; init; } = 10;

        public double RescanSeconds { get; init; } = 60;

        /// <summary>Where originals go that are safely queued; without it and <see cref="Delete"/> they stay.</summary>
        public string? MoveTo { get; init; }

        public bool Delete { get; init; }
    }

    internal sealed record ListenPart
    {
        public int Port { get; init; } = 11112;

        public string? Address { get; init; }

        public string Title { get; init; } = "PIROGOV";

        public required IReadOnlyList<PeerPart> Peers { get; init; }

        public int MaximumAssociations { get; init; } = 16;

        /// <summary>PEM with <see cref="CertificateKey"/>, or PKCS #12.</summary>
        public string? Certificate { get; init; }

        public string? CertificateKey { get; init; }

        public string? CertificatePassword { get; init; }

        /// <summary>Certificate of the authority that clients must show one of.</summary>
        public string? ClientAuthority { get; init; }
    }

    /// <param name="From">Addresses or networks; any when there are none.</param>
    internal sealed record PeerPart(string Title, IReadOnlyList<string>? From = null)
    {
        public bool MayComeFrom(IPAddress address) => From is null or [] || From.Any(f => Network(f).Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

        public static IPNetwork Network(string text) => text.Contains('/', StringComparison.Ordinal)
            ? IPNetwork.Parse(text) : IPAddress.Parse(text) is var one ? new(one, one.GetAddressBytes().Length * 8) : default;
    }

    /// <exception cref="CannotFollow">No such file, or something in it is wrong.</exception>
    public static GatewayConfig Load(string path)
    {
        GatewayConfig config;
        try
        {
            config = JsonSerializer.Deserialize<GatewayConfig>(File.ReadAllText(path), Strict) ?? throw new JsonException("null");
        }
        catch (Exception wrong) when (wrong is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CannotFollow(Words.Of["cli.gateway.config-wrong", new { file = path, reason = wrong.Message }]);
        }

        if (config.Fault() is { } fault)
            throw new CannotFollow(Words.Of["cli.gateway.config-wrong", new { file = path, reason = Words.Of["cli.gateway.config." + fault] }]);
        return config;
    }

    /// <summary>Where and as whom to send.</summary>
    /// <exception cref="CannotFollow">No token, or an address that would carry it in the open.</exception>
    public Session Session()
    {
        var kept = Cli.Session.Load();
        var session = new Session(Platform.Url ?? kept.Address, Platform.TokenFile is { } file ? Token(file) : kept.Token);
        if (session.Token is null)
            throw new CannotFollow(Words.Of["cli.gateway.no-token"]);
        return session.IsSafe ? session : throw new CannotFollow(Words.Of["cli.no-https"]);
    }

    private static string Token(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CannotFollow(refused.Message);
        }
    }

    private string? Fault()
    {
        if (Watch.Count == 0 && Listen is null)
            return "nothing-to-do";
        if (Watch.Any(w => w.Delete && w.MoveTo is not null))
            return "move-and-delete";
        // A gateway that met its own files would send them for ever.
        var own = Watch.Select(w => w.MoveTo).OfType<string>().Append(Folder);
        if (Watch.Any(w => own.Any(o => Slashed(o).StartsWith(Slashed(w.Folder), StringComparison.Ordinal))))
            return "inside";
        if (Listen is { } listen && (listen.Peers.Count == 0 || listen.Port is < 0 or > 65535))
            return "listen";
        // Without TLS no client shows a certificate: the door would be open to everybody who was to be kept out.
        if (Listen is { ClientAuthority: not null, Certificate: null })
            return "authority";
        return Parallel < 1 || Platform.Parallel < 1 || Platform.TimeoutSeconds < 1 || Platform.MostBackOffSeconds < 1
            || Watch.Any(w => w.SettleSeconds < 0 || w.RescanSeconds <= 0) ? "number" : null;

        static string Slashed(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) + Path.DirectorySeparatorChar;
    }
}
