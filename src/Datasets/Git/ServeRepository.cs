using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Pirogov.Datasets.Catalogue;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Git;

public sealed record RepositoryIsReadOnly() : Refusal("datasets.repository-is-read-only", 403);

/// <summary>
/// Git's smart HTTP protocol, versions 0 and 2, by git's own <c>http-backend</c> (CGI, RFC 3875). Only fetching: the
/// two addresses of upload-pack are handed on, everything else is refused before a process starts.
/// </summary>
[Needs(DatasetsRights.Pull)]
internal sealed partial class ServeRepository(
    PirogovDb db, DatasetAccess access, RepositoryContents contents, DatasetRepository repository, DatasetsOptions options,
    AuditTrail audit, ILogger<ServeRepository> log)
{
    /// <summary>A fetch asks with a list of commits: thousands fit.</summary>
    private const long LargestRequest = 1 << 20;

    private const int LargestHeaders = 16 * 1024;
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(30);
    private static readonly SemaphoreSlim Slots = new(8, 8);

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/git/{slug}.git/{**service}", ["GET", "POST"],
        (ServeRepository use, HttpContext http, string slug, string? service) => use.Handle(http, slug, service ?? ""))
        .Needs(typeof(ServeRepository)).ExcludeFromDescription();

    public async Task Handle(HttpContext http, string slug, string service)
    {
        ArgumentNullException.ThrowIfNull(http);
        var cancellation = http.RequestAborted;
        if (await access.FindPullable(slug, cancellation) is not { } dataset)
        {
            await new NotFound("dataset").ToHttp().ExecuteAsync(http);
            return;
        }

        var fetching = (http.Request.Method, service) switch
        {
            ("GET", "info/refs") => http.Request.QueryString.Value == "?service=git-upload-pack",
            ("POST", "git-upload-pack") => true,
            _ => false,
        };
        if (!fetching)
        {
            await new RepositoryIsReadOnly().ToHttp().ExecuteAsync(http);
            return;
        }

        await contents.Show(dataset, cancellation);
        if (!Directory.Exists(repository.Folder(slug)))
        {
            await new NotFound("dataset").ToHttp().ExecuteAsync(http);
            return;
        }

        if (service == "git-upload-pack")
        {
            audit.Note("datasets.repository-fetched", "dataset", dataset.Slug);
            await db.SaveChangesAsync(cancellation);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LargestRequest;
        await Slots.WaitAsync(cancellation);
        try
        {
            await HandOn(http, slug, service);
        }
        finally
        {
            Slots.Release();
        }
    }

    private async Task HandOn(HttpContext http, string slug, string service)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        stop.CancelAfter(LongestRun);
        using var process = Process.Start(Describe(http.Request, slug, service)) ?? throw new InvalidOperationException("git did not start.");
        try
        {
            var errors = ReadSome(process.StandardError.BaseStream, stop.Token);
            var asking = Feed(http.Request.Body, process, stop.Token);
            var output = process.StandardOutput.BaseStream;
            var rest = await Headers(http.Response, output, stop.Token);
            await http.Response.Body.WriteAsync(rest, stop.Token);
            await output.CopyToAsync(http.Response.Body, stop.Token);
            await asking;
            await process.WaitForExitAsync(stop.Token);
            if (process.ExitCode != 0)
                log.LogWarning("git http-backend ended with {ExitCode}: {Words}", process.ExitCode, await errors);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone away, as DVC's clients do.
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private ProcessStartInfo Describe(HttpRequest request, string slug, string service)
    {
        var start = GitProcess.Start(options.GitFolder, "http-backend");
        var variables = start.Environment;
        variables["GIT_PROJECT_ROOT"] = options.GitFolder;
        variables["GIT_HTTP_EXPORT_ALL"] = "1";
        variables["GATEWAY_INTERFACE"] = "CGI/1.1";
        variables["SERVER_PROTOCOL"] = "HTTP/1.1";
        variables["PATH_INFO"] = $"/{slug}.git/{service}";
        variables["REQUEST_METHOD"] = request.Method;
        variables["QUERY_STRING"] = service == "info/refs" ? "service=git-upload-pack" : "";
        variables["CONTENT_TYPE"] = service == "git-upload-pack" ? "application/x-git-upload-pack-request" : "";
        if (request.ContentLength is { } length)
            variables["CONTENT_LENGTH"] = length.ToString(CultureInfo.InvariantCulture);
        // http-backend inflates a body that git has compressed.
        if (request.Headers.ContentEncoding == "gzip" || request.Headers.ContentEncoding == "x-gzip")
            variables["HTTP_CONTENT_ENCODING"] = "gzip";
        if (request.Headers["Git-Protocol"].ToString() is { Length: > 0 } protocol && Protocol().IsMatch(protocol))
            variables["GIT_PROTOCOL"] = protocol;
        return start;
    }

    private static async Task Feed(Stream body, Process process, CancellationToken cancellation)
    {
        try
        {
            await body.CopyToAsync(process.StandardInput.BaseStream, cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Git has all that it wanted, or has ended; its answer says which.
        }
    }

    /// <summary>Reads the CGI header block into the response.</summary>
    /// <returns>What of the body was read with it.</returns>
    private static async Task<ReadOnlyMemory<byte>> Headers(HttpResponse response, Stream output, CancellationToken cancellation)
    {
        var (buffer, length) = (new byte[LargestHeaders], 0);
        while (true)
        {
            var read = await output.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
                throw new InvalidOperationException("git http-backend gave no complete answer.");
            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;
            foreach (var line in Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n"))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var (name, value) = (line[..colon], line[(colon + 1)..].Trim());
                if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
                    response.StatusCode = int.Parse(value.AsSpan(0, 3), CultureInfo.InvariantCulture);
                else
                    response.Headers[name] = value;
            }

            return buffer.AsMemory(end + 4, length - end - 4);
        }
    }

    private static async Task<string> ReadSome(Stream errors, CancellationToken cancellation)
    {
        var (kept, buffer) = (new MemoryStream(), new byte[1024]);
        while (await errors.ReadAsync(buffer, cancellation) is var read and > 0)
        {
            if (kept.Length < 2000)
                kept.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(kept.ToArray());
    }

    [GeneratedRegex("^version=[0-2]$")]
    private static partial Regex Protocol();
}
