using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;
using Pirogov.Platform.Strings;

namespace Pirogov.Platform.Jobs;

/// <summary>
/// Why a job did not go on, as its record keeps it: a key of the strings and, where the log tells more, the mark under
/// which it does (<c>key#mark</c>), or what a refusal names (<c>key?json</c>). The names of exceptions are for the log alone.
/// </summary>
internal static class JobFailure
{
    private const char MarkSign = '#';
    private const char ValuesSign = '?';
    private const string Title = ".title";

    /// <summary>The process ended on it as often as it may be tried.</summary>
    public const string Interrupted = "platform.job-failure.interrupted";

    /// <summary>A job that an earlier version has asked for and this one does not know.</summary>
    public const string UnknownKind = "platform.job-failure.unknown-kind";

    public static string Of(Exception failure, string mark) => $"platform.job-failure.{Kind(failure)}{MarkSign}{mark}";

    /// <returns>Without what it names where that is more than the row holds.</returns>
    public static string Of(JobRefusedException refused)
    {
        if (refused.Refusal is null)
            return refused.ReasonKey;
        var kept = refused.ReasonKey + ValuesSign + JsonSerializer.Serialize(refused.Refusal.Values().ToDictionary(v => v.Key, v => Convert.ToString(v.Value, CultureInfo.InvariantCulture)), PlatformJson.Options);
        return kept.Length <= JobRecord.FailureLimit ? kept : refused.ReasonKey;
    }

    /// <returns>The key alone, for programs.</returns>
    public static string Key(string kept) => kept.Split(MarkSign, ValuesSign)[0];

    public static string Say(string kept, Localizer words)
    {
        if (kept.Split(ValuesSign, 2) is [var key, var json])
            return Say(key, JsonSerializer.Deserialize<Dictionary<string, string>>(json, PlatformJson.Options)!.ToDictionary(v => v.Key, v => (object?)v.Value), words);
        return words[Key(kept), new { trace = kept.Split(MarkSign) is [_, var mark] ? mark : "" }];
    }

    private static string Say(string key, Dictionary<string, object?> values, Localizer words) =>
        $"{words.Fill(key, values)}. {words.Fill(key[..^Title.Length] + ".detail", values)}";

    private static string Kind(Exception failure) => failure switch
    {
        _ when failure.IsDiskFull() => "disk-full",
        FileNotFoundException or DirectoryNotFoundException => "file-gone",
        OutOfMemoryException => "memory",
        DbUpdateException or DbException => "database",
        // PostgreSQL's provider wraps what may pass once more.
        _ when DatabaseOutage.IsBehind(failure) => "database",
        HttpRequestException or SocketException => "network",
        TimeoutException or OperationCanceledException => "timeout",
        InvalidDataException or EndOfStreamException or FormatException => "unreadable",
        _ => "unexpected",
    };
}
