using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;

namespace Pirogov.Archive.Dicomweb;

/// <summary>What a matching key becomes in a statement of the database (PS3.4 C.2.2.2).</summary>
internal static class MatchKeys
{
    /// <summary>Empty value matching (PS3.4 C.2.2.2.7).</summary>
    public const string EmptyValue = "\"\"";

    private static readonly MethodInfo Like =
        typeof(DbFunctionsExtensions).GetMethod(nameof(DbFunctionsExtensions.Like), [typeof(DbFunctions), typeof(string), typeof(string), typeof(string)])!;

    private static readonly MethodInfo Glob =
        typeof(SqliteDbFunctionsExtensions).GetMethod(nameof(SqliteDbFunctionsExtensions.Glob), [typeof(DbFunctions), typeof(string), typeof(string)])!;

    private static readonly MethodInfo Compare = typeof(string).GetMethod(nameof(string.Compare), [typeof(string), typeof(string)])!;

    /// <summary>List of UID matching (C.2.2.2.2): separated by commas or backslashes.</summary>
    public static IQueryable<T> Uids<T>(IQueryable<T> rows, string list, Expression<Func<T, string>> column)
    {
        if (list == "*")
            return rows;
        var uids = list.Split([',', '\\'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        return rows.Where(Expression.Lambda<Func<T, bool>>(Expression.Call(Held(uids), nameof(List<string>.Contains), null, column.Body), column.Parameters));
    }

    /// <summary>Single value and wildcard matching (C.2.2.2.1 and .4) of any of the values, letter by letter on both engines.</summary>
    /// <param name="isSqlite">Its LIKE takes a small letter of ASCII for a capital one; its GLOB does not.</param>
    /// <param name="common">So many characters begin every value of the column: a beginning that is no longer tells nothing apart.</param>
    public static IQueryable<T> Text<T>(IQueryable<T> rows, IReadOnlyList<string> values, Expression<Func<T, string?>> column, bool isSqlite, int common = 0)
    {
        if (values.Contains("*"))
            return rows;
        return rows.Where(Expression.Lambda<Func<T, bool>>(values.Select(v => Text(v, column.Body, isSqlite, common)).Aggregate(Expression.OrElse), column.Parameters));
    }

    /// <summary>One of these values, however many they are.</summary>
    public static IQueryable<T> AnyOf<T>(IQueryable<T> rows, IReadOnlyList<string> values, Expression<Func<T, string>> column)
    {
        // As one parameter: engines bind a limited number of them.
        var list = Expression.Call(typeof(EF), nameof(EF.Parameter), [typeof(string[])], Held(values.ToArray()));
        return rows.Where(Expression.Lambda<Func<T, bool>>(Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [typeof(string)], list, column.Body), column.Parameters));
    }

    public static IQueryable<T> Number<T>(IQueryable<T> rows, string value, Expression<Func<T, int?>> column)
    {
        int? number = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        return rows.Where(Expression.Lambda<Func<T, bool>>(Expression.Equal(column.Body, Held(number)), column.Parameters));
    }

    /// <summary>What stands behind a value in the order of the database, for the next page.</summary>
    public static IQueryable<T> After<T>(IQueryable<T> rows, string last, Expression<Func<T, string?>> column) =>
        rows.Where(Expression.Lambda<Func<T, bool>>(Compared(column.Body, last, Expression.GreaterThan), column.Parameters));

    /// <summary>Range matching (C.2.2.2.5). What has no date or no time is in no range.</summary>
    public static IQueryable<T> Range<T>(IQueryable<T> rows, TextRange range, Expression<Func<T, string?>> column)
    {
        if (range.First is { } first)
            rows = rows.Where(Expression.Lambda<Func<T, bool>>(Compared(column.Body, first, Expression.GreaterThanOrEqual), column.Parameters));
        return range.Last is { } last
            ? rows.Where(Expression.Lambda<Func<T, bool>>(Compared(column.Body, last, Expression.LessThanOrEqual), column.Parameters)) : rows;
    }

    /// <summary>Combined date-time matching (C.2.2.2.5.4): one range from the first moment to the last.</summary>
    public static IQueryable<T> Moments<T>(
        IQueryable<T> rows, TextRange dates, TextRange times, Expression<Func<T, string?>> date, Expression<Func<T, string?>> time)
    {
        var timeBody = new Renamed(time.Parameters[0], date.Parameters[0]).Visit(time.Body);
        if (dates.First is { } firstDate)
            rows = rows.Where(Bound(firstDate, times.First, Expression.GreaterThan, Expression.GreaterThanOrEqual));
        return dates.Last is { } lastDate ? rows.Where(Bound(lastDate, times.Last, Expression.LessThan, Expression.LessThanOrEqual)) : rows;

        Expression<Func<T, bool>> Bound(string day, string? at, Func<Expression, Expression, Expression> beyond, Func<Expression, Expression, Expression> from)
        {
            var onTheDay = (Expression)Expression.Equal(date.Body, Held(day));
            if (at is not null)
                onTheDay = Expression.AndAlso(onTheDay, Compared(timeBody, at, from));
            return Expression.Lambda<Func<T, bool>>(Expression.OrElse(Compared(date.Body, day, beyond), onTheDay), date.Parameters);
        }
    }

    private static Expression Text(string value, Expression column, bool isSqlite, int common)
    {
        if (value == EmptyValue)
            return Expression.OrElse(Expression.Equal(column, Expression.Constant(null, typeof(string))), Expression.Equal(column, Expression.Constant("")));
        if (!Wildcards.AreIn(value))
            return Expression.Equal(column, Held(value));
        if (isSqlite)
            return Expression.Call(Glob, Expression.Constant(EF.Functions), column, Held(GlobOf(value, common)));
        var pattern = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
            .Replace('*', '%').Replace('?', '_');
        return Expression.Call(Like, Expression.Constant(EF.Functions), column, Held(pattern), Expression.Constant("\\"));
    }

    /// <summary>SQLite walks an index by the letters before the first wildcard, however many rows begin so; a class of one letter keeps it from that.</summary>
    private static string GlobOf(string value, int common)
    {
        var pattern = value.Replace("[", "[[]", StringComparison.Ordinal);
        return pattern.AsSpan().IndexOfAny('*', '?', '[') is var first and > 0 && first <= common ? $"[{pattern[0]}]{pattern[1..]}" : pattern;
    }

    private static Expression Compared(Expression column, string bound, Func<Expression, Expression, Expression> how) =>
        how(Expression.Call(Compare, column, Held(bound)), Expression.Constant(0));

    /// <summary>What the provider turns into a parameter: a bare constant would make each search a statement of its own.</summary>
    private static MemberExpression Held<T>(T value) => Expression.Property(Expression.Constant(new Holder<T>(value)), nameof(Holder<T>.Value));

    private sealed record Holder<T>(T Value);

    private sealed class Renamed(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
