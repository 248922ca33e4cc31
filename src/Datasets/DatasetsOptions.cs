using Microsoft.Extensions.Configuration;

namespace Pirogov.Datasets;

/// <param name="PublicUrl">Where people reach the platform (<c>PublicUrl</c>): it is written into the repositories, so it is not taken from a request.</param>
/// <param name="GitFolder">Bare repositories, <c>&lt;slug&gt;.git</c>; each can be made again from the rows.</param>
internal sealed record DatasetsOptions(string PublicUrl, string GitFolder)
{
    public static DatasetsOptions From(IConfiguration configuration) => new(
        (configuration["PublicUrl"] ?? "http://127.0.0.1:8080").TrimEnd('/'),
        Path.Combine(Path.GetFullPath(configuration["Data"] ?? ".pirogov"), "git"));
}
