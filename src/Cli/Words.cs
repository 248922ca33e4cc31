using Pirogov.Platform.Strings;

namespace Pirogov.Cli;

internal static class Words
{
    public static readonly Localizer Of = new([new StringSource(typeof(Words).Assembly)]);

    /// <summary>Russian unless the terminal's language is set and is another.</summary>
    public static string CultureOf(Func<string, string?> environment)
    {
        var language = environment("LC_ALL") ?? environment("LC_MESSAGES") ?? environment("LANG") ?? "";
        return language.Length == 0 || language.StartsWith("ru", StringComparison.OrdinalIgnoreCase) || language is "C" or "C.UTF-8" or "POSIX" ? "ru" : "en";
    }
}
