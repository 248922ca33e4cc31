using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pirogov.Platform.Problems;

namespace Pirogov.Platform.Web;

/// <param name="Allowed">The words it takes, separated by commas.</param>
public sealed record UnknownWord(string Parameter, string Word, string Allowed) : Refusal("platform.unknown-word", 400);

/// <summary>A word that may be of none of the values.</summary>
internal interface IEnumWord
{
    string? Unknown { get; }

    string Allowed { get; }
}

/// <summary>
/// An enumeration's value in a query string, spelled as JSON spells it: route binding itself insists on C#'s capitals and
/// says nothing about what it would take.
/// </summary>
public readonly record struct EnumWord<T> : IEnumWord where T : struct, Enum
{
    private readonly T value;
    private readonly string? unknown;

    private EnumWord(T value, string? unknown) => (this.value, this.unknown) = (value, unknown);

    /// <exception cref="InvalidOperationException">The word is unknown, and nobody has refused it: a bug.</exception>
    public T Value => unknown is null ? value : throw new InvalidOperationException($"“{unknown}” is no {typeof(T).Name}.");

    string? IEnumWord.Unknown => unknown;

    string IEnumWord.Allowed => string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName));

    /// <summary>Takes every text: what is no word is refused with the words, by <see cref="EnumWords.RefuseUnknownWords"/>.</summary>
    public static bool TryParse(string? text, out EnumWord<T> word)
    {
        // A number would pass as any value, named or not.
        var parsed = Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text![0]) && text[0] != '-';
        word = new(value, parsed ? null : text ?? "");
        return true;
    }
}

public static class EnumWords
{
    public static RouteGroupBuilder RefuseUnknownWords(this RouteGroupBuilder api) => api.AddEndpointFilterFactory((endpoint, next) =>
    {
        var parameters = endpoint.MethodInfo.GetParameters();
        if (!Array.Exists(parameters, p => (Nullable.GetUnderlyingType(p.ParameterType) ?? p.ParameterType).IsAssignableTo(typeof(IEnumWord))))
            return next;
        return call =>
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                if (call.Arguments[i] is IEnumWord { Unknown: { } text } word)
                    return ValueTask.FromResult<object?>(new UnknownWord(parameters[i].Name!, text, word.Allowed).ToHttp());
            }

            return next(call);
        };
    });
}
