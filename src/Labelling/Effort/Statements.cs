using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Web;

namespace Pirogov.Labelling.Effort;

internal sealed record MonthUnfit() : Refusal("labelling.month-unfit", 422);

/// <summary>A calendar month in UTC, written 2026-11.</summary>
internal readonly partial record struct Month(DateTimeOffset From, DateTimeOffset To)
{
    public string Name => From.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public static Month Of(DateTimeOffset moment)
    {
        var from = new DateTimeOffset(moment.UtcDateTime.Year, moment.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return new(from, from.AddMonths(1));
    }

    public static Month? Read(string text) => Written().IsMatch(text)
        ? Of(new DateTimeOffset(int.Parse(text.AsSpan(0, 4), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(5), CultureInfo.InvariantCulture), 1, 0, 0, 0, TimeSpan.Zero))
        : null;

    [GeneratedRegex("^20[0-9]{2}-(0[1-9]|1[0-2])$")]
    private static partial Regex Written();
}

internal enum StatementFormat
{
    Csv,
    Xlsx,
}

/// <param name="Amount">In roubles.</param>
/// <param name="WithoutPrice">Finished work for which its project names no price.</param>
internal sealed record PaymentLine(
    Guid AccountId, string Name, ProjectId ProjectId, string ProjectName, ReadingMode Mode, int Readings, double ActiveMinutes, decimal Amount, int WithoutPrice);

/// <param name="Lines">For each expert, project and part; the sums are those of all pages.</param>
internal sealed record PaymentStatement(string Month, Page<PaymentLine> Lines, int Readings, double ActiveMinutes, decimal Amount);

/// <summary>Puts statements together.</summary>
internal sealed class StatementBook(PirogovDb db, Earnings earnings)
{
    public async Task<IReadOnlyList<PaidReading>> Readings(Month month, Guid? person, CancellationToken cancellation) => await earnings.Of(
        db.Set<Reading>().Where(r => r.FinishedAt >= month.From && r.FinishedAt < month.To && (person == null || r.AccountId == person)), cancellation);

    public async Task<PaymentStatement> Of(Month month, Guid? person, int page, int size, CancellationToken cancellation)
    {
        var paid = await Readings(month, person, cancellation);
        var names = await Names(paid, cancellation);
        PaymentLine[] lines = [.. paid.GroupBy(p => (p.AccountId, p.ProjectId, p.Mode)).Select(g => new PaymentLine(g.Key.AccountId, names.GetValueOrDefault(g.Key.AccountId, ""),
                g.Key.ProjectId, g.First().ProjectName, g.Key.Mode, g.Count(), g.Sum(p => p.ActiveMinutes), g.Sum(p => p.Amount ?? 0), g.Count(p => p.Amount is null)))
            .OrderBy(l => l.Name, StringComparer.CurrentCulture).ThenBy(l => l.ProjectName, StringComparer.CurrentCulture).ThenBy(l => l.Mode)];
        return new(month.Name, Page.Of(lines, page, size), paid.Count, paid.Sum(p => p.ActiveMinutes), paid.Sum(p => p.Amount ?? 0));
    }

    public async Task<Dictionary<Guid, string>> Names(IReadOnlyList<PaidReading> paid, CancellationToken cancellation)
    {
        var ids = paid.Select(p => p.AccountId).Distinct().ToArray();
        return await db.Set<Account>().Where(a => ids.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.FullName, cancellation);
    }
}

/// <summary>Payment statements of all experts, month by month.</summary>
[Needs(LabellingRights.ManageProjects)]
internal sealed class SeeStatements(StatementBook book, StatementFile files, AuditTrail audit, PirogovDb db)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/labelling-statements/{month}", (SeeStatements use, string month, Guid? accountId, CancellationToken cancellation, int page = 1, int size = Page.DefaultSize) =>
            use.One(month, accountId, page, size, cancellation).ToHttp())
            .Needs(typeof(SeeStatements)).WithName("getPaymentStatement").WithSummary("What experts did and earned in a month (UTC).");
        api.MapGet("/labelling-statements/{month}/file", (SeeStatements use, string month, EnumWord<StatementFormat> format, Guid? accountId, CancellationToken cancellation) =>
            use.File(month, format.Value, accountId, cancellation))
            .Needs(typeof(SeeStatements)).WithMetadata(new GivesBytes("application/octet-stream")).WithName("downloadPaymentStatement").WithSummary("The same as CSV or XLSX, a line for each reading.");
    }

    public async Task<Outcome<PaymentStatement>> One(string month, Guid? person, int page, int size, CancellationToken cancellation) =>
        Month.Read(month) is { } read ? await book.Of(read, person, page, size, cancellation) : new MonthUnfit();

    public async Task<IResult> File(string month, StatementFormat format, Guid? person, CancellationToken cancellation)
    {
        if (Month.Read(month) is not { } read)
            return new MonthUnfit().ToHttp();
        audit.Note("labelling.statement-downloaded", "labelling-statement", read.Name, new { person });
        await db.SaveChangesAsync(cancellation);
        return await files.Write(read, format, person, cancellation);
    }
}

/// <summary>An expert's own statement.</summary>
[Needs(LabellingRights.ReadCases)]
internal sealed class OwnStatement(StatementBook book, StatementFile files, CurrentActor actor)
{
    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/expert/statements/{month}", (OwnStatement use, string month, CancellationToken cancellation, int page = 1, int size = Page.DefaultSize) => use.One(month, page, size, cancellation).ToHttp())
            .Needs(typeof(OwnStatement)).WithName("getOwnStatement").WithSummary("What the signed-in expert did and earned in a month (UTC).");
        api.MapGet("/expert/statements/{month}/file", (OwnStatement use, string month, EnumWord<StatementFormat> format, CancellationToken cancellation) =>
            use.File(month, format.Value, cancellation))
            .Needs(typeof(OwnStatement)).WithMetadata(new GivesBytes("application/octet-stream")).WithName("downloadOwnStatement").WithSummary("The same as CSV or XLSX, a line for each reading.");
    }

    public async Task<Outcome<PaymentStatement>> One(string month, int page, int size, CancellationToken cancellation) =>
        Month.Read(month) is { } read ? await book.Of(read, actor.Actor.AccountId, page, size, cancellation) : new MonthUnfit();

    public async Task<IResult> File(string month, StatementFormat format, CancellationToken cancellation) =>
        Month.Read(month) is { } read ? await files.Write(read, format, actor.Actor.AccountId, cancellation) : new MonthUnfit().ToHttp();
}
