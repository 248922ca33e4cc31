using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.FileProviders;
using Pirogov.Platform.Web;

namespace Pirogov.Portal;

/// <summary>The built workbenches beside the host, found through Vite's manifest.</summary>
internal sealed class WebAssets : IWebAssets
{
    private const string RequestPath = "/web";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "wwwroot", "web");
    private readonly Lazy<FrozenDictionary<string, Chunk>> chunks = new(ReadManifest);

    public string Script(string entry) => $"{RequestPath}/{Find(entry).File}";

    public IEnumerable<string> Styles(string entry) => Find(entry).Css.Select(css => $"{RequestPath}/{css}");

    /// <summary>Serves the files; their names carry a hash of the content, so a browser never asks twice.</summary>
    public static void Use(WebApplication app)
    {
        if (!Directory.Exists(Folder))
            return;
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Folder),
            RequestPath = RequestPath,
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "public, max-age=31536000, immutable",
        });
    }

    private Chunk Find(string entry) => chunks.Value.TryGetValue($"{entry}/main.ts", out var chunk)
        ? chunk
        : throw new InvalidOperationException($"The workbench '{entry}' is not built: build the host without SkipWeb.");

    private static FrozenDictionary<string, Chunk> ReadManifest()
    {
        var manifest = new FileInfo(Path.Combine(Folder, ".vite", "manifest.json"));
        if (!manifest.Exists)
            return FrozenDictionary<string, Chunk>.Empty;
        using var stream = manifest.OpenRead();
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateObject().ToFrozenDictionary(p => p.Name, p => new Chunk(p.Value));
    }

    private sealed class Chunk(JsonElement entry)
    {
        public string File { get; } = entry.GetProperty("file").GetString()!;

        public string[] Css { get; } = entry.TryGetProperty("css", out var css) ? [.. css.EnumerateArray().Select(c => c.GetString()!)] : [];
    }
}
