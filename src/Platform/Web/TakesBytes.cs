namespace Pirogov.Platform.Web;

/// <summary>Endpoint metadata: the body is a file in one of these media types, which the endpoint tells apart itself.</summary>
public sealed record TakesBytes(params string[] MediaTypes);

/// <summary>Endpoint metadata: the answer is a file.</summary>
public sealed record GivesBytes(string MediaType);
