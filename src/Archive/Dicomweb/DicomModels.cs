using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Answers in the DICOM JSON model (PS3.18 Annex F), or in the Native DICOM Model (PS3.19 A.1) for a caller that takes only that.</summary>
internal static class DicomModels
{
    public const string Json = "application/dicom+json";
    public const string Xml = "application/dicom+xml";

    public static bool IsTaken(Acceptance accept) => TakesJson(accept) || accept.Takes(Xml);

    public static IResult One(Acceptance accept, DicomDataset answer, int status) => TakesJson(accept)
        ? new WithStatus(Results.Bytes(DicomJson.ToUtf8Bytes(answer), Json), status) : new WithStatus(Results.Bytes(DicomXml.ToUtf8Bytes(answer), Xml), status);

    /// <summary>Address of the service, which clients put before its resources.</summary>
    public static string Root(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/dicomweb";

    /// <summary>A JSON array, or a part of XML each (PS3.18 10.6.3.2).</summary>
    public static IResult Many(Acceptance accept, IReadOnlyList<JsonObject> answers)
    {
        if (TakesJson(accept))
            return Results.Text(new JsonArray([.. answers]).ToJsonString(), Json);
        return new MultipartRelated(Xml, "pirogov-native-model", answers
            .Select(a => new MultipartPart(Xml, DicomXml.ToUtf8Bytes(DicomJson.Parse(Encoding.UTF8.GetBytes(a.ToJsonString()))))).ToAsyncEnumerable());
    }

    /// <summary>JSON, unless XML is preferred.</summary>
    public static bool TakesJson(Acceptance accept) =>
        Math.Max(accept.QualityOf(Json), accept.QualityOf("application/json")) is > 0 and var json && json >= accept.QualityOf(Xml);

    private sealed class WithStatus(IResult result, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return result.ExecuteAsync(httpContext);
        }
    }
}
