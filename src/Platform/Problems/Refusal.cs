namespace Pirogov.Platform.Problems;

/// <summary>
/// An expected "no". Declared as a named record beside its aggregate; its code is stable and becomes the problem's
/// type, its title and detail stand in the strings as <c>problem.&lt;code&gt;.title</c> and <c>.detail</c>, and its
/// public properties fill the placeholders of the same name (lower camel case).
/// </summary>
/// <param name="Code">Stable: room and reason, such as <c>archive.not-dicom</c>.</param>
/// <param name="Status">HTTP status: 400, 403, 404, 409, 413, 422 or 429.</param>
public abstract record Refusal(string Code, int Status)
{
    /// <summary>
    /// Where the words stand: <c>problem.&lt;code&gt;</c>, or <c>reason.…</c> when one problem type has several reasons.
    /// What begins with <c>problem.</c> is a type, and <c>/problems</c> lists it.
    /// </summary>
    public virtual string WordsKey => "problem." + Code;
}

/// <summary>Nothing is there that this actor may see; the same answer for "absent" and "not yours".</summary>
public sealed record NotFound(string What) : Refusal("platform.not-found", 404);

public sealed record Forbidden() : Refusal("platform.forbidden", 403);

public sealed record TooLong(string Field, int Limit) : Refusal("platform.too-long", 422);

public sealed record Missing(string Field) : Refusal("platform.missing", 422);

/// <summary>Somebody else changed it in between.</summary>
public sealed record Conflict() : Refusal("platform.conflict", 409);
