using System.Collections.Immutable;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Pirogov.Integration.Harness;

/// <summary>Lets a test act right before a statement, or before a transaction begins: what happens between two steps of a request then happens each time.</summary>
internal sealed class Moments : DbCommandInterceptor, IDbTransactionInterceptor
{
    public const string Transaction = "transaction";
    private ImmutableList<(Predicate<string> Is, Func<Task> Act)> awaited = [];

    /// <summary>Once, before the first statement that holds the words.</summary>
    public void Before(string words, Func<Task> act) => Before(text => text.Contains(words, StringComparison.Ordinal), act);

    public void Before(Predicate<string> statement, Func<Task> act) => ImmutableInterlocked.Update(ref awaited, a => a.Add((statement, act)));

    /// <summary>Whether a statement of this kind is made while something is done.</summary>
    public async Task<bool> Meets(Predicate<string> statement, Func<Task> act)
    {
        var met = false;
        Task Meet()
        {
            met = true;
            return Task.CompletedTask;
        }

        (Predicate<string> Is, Func<Task> Act) one = (statement, Meet);
        ImmutableInterlocked.Update(ref awaited, a => a.Add(one));
        await act();
        ImmutableInterlocked.Update(ref awaited, a => a.Remove(one));
        return met;
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await Pass(command.CommandText);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await Pass(command.CommandText);
        return result;
    }

    public async ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
    {
        await Pass(Transaction);
        return result;
    }

    /// <summary>PostgreSQL's statements quote no names that need it not.</summary>
    private async Task Pass(string text)
    {
        if (awaited.IsEmpty)
            return;
        var bare = text.Replace("\"", "", StringComparison.Ordinal);
        foreach (var one in awaited.Where(a => a.Is(bare)))
        {
            if (ImmutableInterlocked.Update(ref awaited, a => a.Remove(one)))
                await one.Act();
        }
    }
}
