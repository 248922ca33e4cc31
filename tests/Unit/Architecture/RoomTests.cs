using System.Text.RegularExpressions;
using Xunit;

namespace Pirogov.Unit.Architecture;

public sealed partial class RoomTests
{
    public static TheoryData<string> Rooms => [.. House.Rooms];

    [Fact]
    public void Every_room_of_the_solution_has_its_place_in_the_walk() =>
        Assert.Empty(House.Rooms.Except([.. House.Walk, "Cli"]));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_only_rooms_above_it(string room)
    {
        var references = House.ReferencesOf(room).Where(r => House.Rooms.Contains(r)).ToArray();
        var place = Array.IndexOf(House.Walk, room);
        if (room == "Cli" || House.Libraries.Contains(room))
            Assert.Empty(references.Except(room switch
            {
                "Imaging" => ["Dicom"],
                "Deidentification" => ["Dicom", "Imaging", "ClinicalText"],
                "Cli" => ["Dicom", "Deidentification"],
                _ => [],
            }));
        else
            Assert.All(references, r => Assert.True(Array.IndexOf(House.Walk, r) < place, $"{room} stands above {r} and may not know it."));
    }

    /// <summary>
    /// Use cases are public because pages and dependency injection need them, so the compiler does not keep one room's
    /// hands out of another: their words are a room's own, and neighbours speak through Contracts alone.
    /// </summary>
    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_speaks_with_another_room_through_its_contracts_alone(string room)
    {
        if (room is "Portal")
            return;
        var found = House.SourcesOf(room).SelectMany(s => OtherRoom().Matches(s.Text).Select(m => (s.Path, Other: m.Groups["room"].Value, m.Value)))
            .Where(f => f.Other != room && f.Other is not "Platform" && !House.Libraries.Contains(f.Other) && House.Rooms.Contains(f.Other))
            .Where(f => !f.Value.EndsWith(".Contracts", StringComparison.Ordinal));
        Assert.Empty(found.Select(f => $"{f.Path}: {f.Value}"));
    }

    /// <summary>
    /// What a room shows beside its Contracts: the module, the rights, the use cases with the records, enumerations and
    /// refusals of their signatures, and its pages. Aggregates, tables, jobs and handlers stay inside: no other class is public.
    /// </summary>
    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_rooms_public_classes_are_its_module_its_rights_and_its_use_cases(string room)
    {
        if (room is "Platform" or "Portal" or "Cli" || House.Libraries.Contains(room))
            return;
        var odd = House.SourcesOf(room)
            .Where(s => s.Path.EndsWith(".cs", StringComparison.Ordinal) && !s.Path.Contains("/Contracts/", StringComparison.Ordinal))
            .SelectMany(s => PublicClass().Matches(s.Text).Select(m => (s.Path, Match: m, s.Text)))
            .Where(c => c.Match.Groups["name"].Value != room + "Module" && c.Match.Groups["name"].Value != room + "Rights")
            .Where(c => !c.Match.Groups["attributes"].Value.Contains("[Needs(", StringComparison.Ordinal))
            .Where(c => !(c.Match.Value.Contains("static ", StringComparison.Ordinal) && c.Text.Contains("(this ", StringComparison.Ordinal)));
        Assert.Empty(odd.Select(c => $"{c.Path}: {c.Match.Groups["name"].Value}"));
    }

    [Fact]
    public void No_type_is_named_for_what_it_is_not() =>
        Assert.Empty(House.Sources.SelectMany(s => EmptyName().Matches(s.Text).Select(m => $"{s.Path}: {m.Groups["name"].Value}")));

    [Fact]
    public void No_file_outgrows_three_hundred_lines() =>
        Assert.Empty(House.Sources.Where(s => !s.Path.Contains(".generated.", StringComparison.Ordinal) && !s.Path.Contains("/Migrations/", StringComparison.Ordinal))
            .Where(s => s.Text.Count(c => c == '\n') > 300).Select(s => s.Path));

    [GeneratedRegex(@"(?<!"")\bPirogov\.(?<room>[A-Z][A-Za-z]+)(\.[A-Z][A-Za-z]+)?")]
    private static partial Regex OtherRoom();

    [GeneratedRegex(@"(?<attributes>(^\[[^\n]*\]\r?\n)*)^public (?:(?:sealed|static|abstract|partial) )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PublicClass();

    [GeneratedRegex(@"\b(?:class|record|struct|interface|enum) (?<name>\w*(?:Manager|Helper|Helpers|Util|Utils|Impl|Dto))\b")]
    private static partial Regex EmptyName();
}
