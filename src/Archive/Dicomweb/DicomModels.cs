using Microsoft.AspNetCore.Http;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Answers in the DICOM JSON model (PS3.18 Annex F).</summary>
internal static class DicomModels
{
    public const string Json = "application/dicom+json";

    public static bool IsTaken(Acceptance accept) => accept.Takes(Json) || accept.Takes("application/json");

    public static IResult One(Acceptance accept, DicomDataset answer, int status) => Results.Bytes(DicomJson.ToUtf8Bytes(answer), Json) is var body && status == StatusCodes.Status200OK
        ? body : new WithStatus(body, status);

    private sealed class WithStatus(IResult result, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return result.ExecuteAsync(httpContext);
        }
    }
}
