using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Web;

public sealed record BadRequest() : Refusal("platform.bad-request", 400);

public sealed record MethodNotAllowed() : Refusal("platform.method-not-allowed", 405);

public sealed record TooLarge() : Refusal("platform.too-large", 413);

public sealed record WrongMediaType() : Refusal("platform.wrong-media-type", 415);

public sealed record Fault() : Refusal("platform.fault", 500);

public sealed record DatabaseIsAway() : Refusal("platform.database-away", 503);

/// <summary>The body is not the JSON that the request takes: a number that is none, a word in place of a list, an end that is missing.</summary>
/// <param name="At">JSON path of the first place that cannot be read, from <c>$</c>.</param>
public sealed record BodyUnreadable(string At) : Refusal("platform.bad-request", 400)
{
    public override string WordsKey => "reason.platform.bad-request.body";
}

/// <summary>
/// Answers without a body get one: a problem in the caller's language for programs, a page for people. An exception is
/// logged and becomes the plain 500 of both.
/// </summary>
internal static class StatusAnswers
{
    private const int LongestPath = 200;

    public static IApplicationBuilder UseStatusAnswers(this IApplicationBuilder app)
    {
        app.UseWhen(IsForPrograms, b => b.UseStatusCodePages(answer => Problem(answer.HttpContext).ToHttp().ExecuteAsync(answer.HttpContext)));
        app.UseWhen(c => !IsForPrograms(c), b => b.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true));
        // Leaves the body to the answers above; the headers set so far have been cleared.
        return app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // A body that is too large, or comes too slowly, is the sender's doing, and so is a text with a NUL in it.
            StatusCodeSelector = thrown => thrown is BadHttpRequestException bad ? bad.StatusCode
                : DatabaseOutage.IsOfText(thrown) ? StatusCodes.Status400BadRequest
                : DatabaseOutage.IsBehind(thrown) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
            ExceptionHandler = context =>
            {
                Protection.SetHeaders(context);
                return Task.CompletedTask;
            },
            SuppressDiagnosticsCallback = thrown => thrown.Exception is BadHttpRequestException || DatabaseOutage.IsOfText(thrown.Exception),
        });
    }

    private static bool IsForPrograms(HttpContext context) => Protection.IsForPrograms(context.Request.Path);

    private static Refusal Problem(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status401Unauthorized => new Unauthenticated(),
        StatusCodes.Status403Forbidden => new Forbidden(),
        StatusCodes.Status404NotFound => new NotFound("address"),
        StatusCodes.Status405MethodNotAllowed => new MethodNotAllowed(),
        StatusCodes.Status413PayloadTooLarge => new TooLarge(),
        StatusCodes.Status415UnsupportedMediaType => new WrongMediaType(),
        StatusCodes.Status503ServiceUnavailable when context.Features.Get<IExceptionHandlerFeature>() is not null => new DatabaseIsAway(),
        >= 500 => new Fault(),
        _ => context.Features.Get<IExceptionHandlerFeature>()?.Error.InnerException is JsonException { Path: { } path } ? new BodyUnreadable(path[..Math.Min(path.Length, LongestPath)]) : new BadRequest(),
    };
}
