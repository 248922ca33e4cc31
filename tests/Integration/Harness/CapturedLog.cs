using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pirogov.Integration.Harness;

public sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();

    public string All => string.Join('\n', lines.Select(l => l.Text));

    public string Errors => string.Join('\n', lines.Where(l => l.Level >= LogLevel.Error).Select(l => l.Text));

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(CapturedLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.lines.Enqueue((logLevel, $"{logLevel} {name}: {formatter(state, exception)} {exception}"));
    }
}
