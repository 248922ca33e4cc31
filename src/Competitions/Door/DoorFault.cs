namespace Pirogov.Competitions.Door;

/// <summary>One reason why a submission is turned away.</summary>
/// <param name="Code">A key below <c>competitions.door.</c> in the strings.</param>
/// <param name="Where">A file inside the zip, a case, or a line of the table ("line 3").</param>
/// <param name="Expected">Fills <c>{expected}</c>.</param>
/// <param name="Found">Fills <c>{found}</c>.</param>
public sealed record DoorFault(string Code, string Where = "", string Expected = "", string Found = "");

/// <summary>Every fault is counted, the first hundred are kept.</summary>
internal sealed class DoorReport
{
    public const int Kept = 100;

    private readonly List<DoorFault> faults = [];

    public IReadOnlyList<DoorFault> Faults => faults;

    public int Count { get; private set; }

    public bool IsClean => Count == 0;

    public void Add(string code, string where = "", string expected = "", string found = "")
    {
        Count++;
        if (faults.Count < Kept)
            faults.Add(new(code, Cut(where), Cut(expected), Cut(found)));
    }

    // What a stranger's file is called may be longer than anybody wants to read.
    private static string Cut(string text) => text.Length > 120 ? text[..119] + "…" : text;
}
