using Pirogov.Platform.Strings;

namespace Pirogov.Competitions.Door;

/// <param name="Code">Stable; the text is for people.</param>
public sealed record DoorMessage(string Code, string Where, string Text);

/// <summary>Says a fault in the reader's language.</summary>
internal sealed class DoorWords(Localizer words)
{
    public DoorMessage Say(DoorFault fault) => new(fault.Code, fault.Where,
        words[$"competitions.door.{fault.Code}", new { where = fault.Where, expected = fault.Expected, found = fault.Found }]);
}
