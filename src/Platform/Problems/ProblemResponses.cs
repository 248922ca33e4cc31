using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Platform.Strings;
using Pirogov.Platform.Web;

namespace Pirogov.Platform.Problems;

/// <summary>The one place where refusals become RFC 9457 problems.</summary>
public static class ProblemResponses
{
    public const string TypePrefix = "/problems/";
    private const string FieldProperty = "field";

    /// <summary>200 with the value, 204 for <see cref="Done"/>, or the problem.</summary>
    public static async Task<Answer<T>> ToHttp<T>(this Task<Outcome<T>> outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var result = await outcome;
        if (result.IsRefused(out var refusal))
            return new(new ProblemResult(refusal));
        return new(result.Value is Done ? Results.NoContent() : Results.Ok(result.Value));
    }

    /// <summary>201 with the place of what was made.</summary>
    public static async Task<CreatedAnswer<T>> ToCreated<T>(this Task<Outcome<T>> outcome, Func<T, string> location)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(location);
        var result = await outcome;
        return new(result.IsRefused(out var refusal) ? new ProblemResult(refusal) : Results.Created(location(result.Value), result.Value));
    }

    /// <summary>The status, and when to come again where that is known: for pages that tell the refusal themselves.</summary>
    internal static void ShowOn(this Refusal refusal, HttpResponse response)
    {
        response.StatusCode = refusal.Status;
        if (refusal is TooManyRequests { RetryAfterSeconds: var seconds })
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    public static IResult ToHttp(this Refusal refusal) => new ProblemResult(refusal);

    /// <returns>What it names, as its words' placeholders and its problem's extensions spell it.</returns>
    internal static IReadOnlyDictionary<string, object?> Values(this Refusal refusal) =>
        refusal.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.Name is not (nameof(Refusal.Code) or nameof(Refusal.Status) or nameof(Refusal.WordsKey) or "EqualityContract"))
            .ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), p => p.GetValue(refusal));

    public static ProblemDetails Describe(this Refusal refusal, Localizer words)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        ArgumentNullException.ThrowIfNull(words);
        var values = refusal.Values();
        // Programs get the field's name as the request spells it; people its name in their language.
        var told = values.ToDictionary(v => v.Key, v => v is { Key: FieldProperty, Value: string field } ? words.FieldName(field) : v.Value);
        var problem = new ProblemDetails
        {
            Type = TypePrefix + refusal.Code,
            Status = refusal.Status,
            Title = words.Fill(refusal.WordsKey + ".title", told),
            Detail = words.Fill(refusal.WordsKey + ".detail", told),
        };
        foreach (var (name, value) in values)
            problem.Extensions[name] = value;
        return problem;
    }

    private sealed class ProblemResult(Refusal refusal) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var words = httpContext.RequestServices.GetRequiredService<Localizer>();
            refusal.ShowOn(httpContext.Response);
            return httpContext.Response.WriteAsJsonAsync(
                refusal.Describe(words), options: null, "application/problem+json", httpContext.RequestAborted);
        }
    }
}
