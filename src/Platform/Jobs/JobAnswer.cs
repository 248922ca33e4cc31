using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Jobs;

/// <summary>What came of an act that is done at once while it is small, and by a job when it is large.</summary>
public interface IDoneOrQueued
{
    /// <summary>The job that does it; none when it is done.</summary>
    JobId? JobId { get; }
}

/// <summary>200 when it is done, 202 with the job's address when a job does it.</summary>
public sealed class JobAnswer<T>(IResult result) : IResult, IEndpointMetadataProvider where T : IDoneOrQueued
{
    public Task ExecuteAsync(HttpContext httpContext) => result.ExecuteAsync(httpContext);

    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status202Accepted, typeof(T), ["application/json"]));
    }
}

public static class JobAnswers
{
    public static async Task<JobAnswer<T>> ToDoneOrQueued<T>(this Task<Outcome<T>> outcome) where T : IDoneOrQueued
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var result = await outcome;
        if (result.IsRefused(out var refusal))
            return new(refusal.ToHttp());
        return new(result.Value.JobId is { } job ? Results.Accepted($"/api/v1/jobs/{job}", result.Value) : Results.Ok(result.Value));
    }
}
