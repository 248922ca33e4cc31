using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pirogov.Portal;

/// <summary>Structured logs on the console, metrics and traces to an OTLP collector when one is configured, health checks.</summary>
internal static class Observability
{
    public static void AddObservability(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(o => o.UseUtcTimestamp = true);
        // Standard output is for people: the address and the first accounts.
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(m => m.AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter("Pirogov.*").AddMeter("Quartz"))
            .WithTracing(t => t.AddAspNetCoreInstrumentation(o => o.RecordException = false).AddSource("Pirogov.*").AddSource("Quartz"));
        if (!string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry.WithMetrics(m => m.AddOtlpExporter());
            telemetry.WithTracing(t => t.AddOtlpExporter());
        }

        builder.Services.AddHealthChecks().AddCheck<DatabaseAnswers>("database", tags: ["ready"]);
    }
}
