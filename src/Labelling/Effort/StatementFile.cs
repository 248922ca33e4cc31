using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Strings;

namespace Pirogov.Labelling.Effort;

/// <summary>A statement as a file, in the language of whoever asks.</summary>
internal sealed class StatementFile(StatementBook book, Localizer words)
{
    private const string Spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public async Task<IResult> Write(Month month, StatementFormat format, Guid? person, CancellationToken cancellation)
    {
        var paid = await book.Readings(month, person, cancellation);
        var names = await book.Names(paid, cancellation);
        string[] heads = [.. new[] { "expert", "project", "case", "mode", "level", "finished", "minutes", "amount" }.Select(h => words[$"labelling.statement.{h}"])];
        object?[][] rows = [.. paid.Select(p => new object?[]
        {
            names.GetValueOrDefault(p.AccountId, ""), p.ProjectName, p.CaseLabel, words[Pages.Wording.Mode(p.Mode)], p.Level is { } level ? words[Pages.Wording.Level(level)] : null,
            p.FinishedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), Math.Round((decimal)p.ActiveMinutes, 1), p.Amount,
        })];
        return format == StatementFormat.Csv
            ? Results.File(Csv.Write(heads, rows), "text/csv; charset=utf-8", $"statement-{month.Name}.csv")
            : Results.File(Xlsx.Write(month.Name, heads, rows), Spreadsheet, $"statement-{month.Name}.xlsx");
    }
}

/// <summary>RFC 4180, in UTF-8 with the mark that spreadsheets need to see Cyrillic.</summary>
internal static class Csv
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\",;\r\n\t");

    public static byte[] Write(IReadOnlyList<string> heads, IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend([.. heads]))
            text.Append(string.Join(',', row.Select(Cell))).Append("\r\n");
        return [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    /// <summary>
    /// A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection); figures of ours
    /// stay figures.
    /// </summary>
    private static string Cell(object? value)
    {
        if (value is decimal number)
            return number.ToString(CultureInfo.InvariantCulture);
        var text = value as string ?? "";
        if (text.TrimStart(' ', '"', ',', ';') is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '|' or '%' or '＝' or '＋' or '－' or '＠', ..])
            text = "'" + text;
        return text.AsSpan().IndexOfAny(Special) < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
