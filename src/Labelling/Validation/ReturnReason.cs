using System.Text.Json;
using System.Text.RegularExpressions;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Platform;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Validation;

/// <summary>What can be wrong with a consensus.</summary>
/// <param name="Pinned">The remark has to say where.</param>
/// <param name="Retired">No longer given; remarks that gave it keep its name.</param>
internal sealed partial record ReturnReason(string Id, Bilingual Name, bool Pinned = false, bool Retired = false)
{
    public const string Other = "other";
    public const int IdLimit = 64;
    public const int NameLimit = 200;
    public const int Most = 50;

    public static readonly ReturnReason[] Defaults =
    [
        new("missed-object", new("Пропущен объект", "Missed object"), true),
        new("wrong-class", new("Не тот класс", "Wrong class"), true),
        new("boundary", new("Граница", "Boundary"), true),
        new("extra-object", new("Лишний объект", "Extra object"), true),
        new("answer", new("Ответ на вопрос", "Answer"), true),
        new("attribute", new("Признак объекта", "Attribute"), true),
        new("image-quality", new("Качество изображения", "Image quality")),
        new(Other, new("Другое", "Other")),
    ];

    internal bool IsFit => Id is { Length: > 0 and <= IdLimit } && Spelling().IsMatch(Id) && Name is { Ru.Length: > 0 and <= NameLimit, En.Length: > 0 and <= NameLimit };

    [GeneratedRegex("^[a-z][a-z0-9-]*$")]
    private static partial Regex Spelling();
}

/// <summary>From when on a reader sees what became of a case that they read.</summary>
internal enum ResultsShown
{
    AfterValidation,
    AfterRelease,
    Never,
}

internal sealed record ReasonsUnfit(int Most) : Refusal("labelling.reasons-unfit", 422);

/// <summary>A project's words for errors and its rule for showing results; until they are set, the defaults stand. They may change while it runs.</summary>
internal sealed class ValidationRules
{
    public ProjectId ProjectId { get; private set; }
    public string ReasonsJson { get; private set; } = JsonSerializer.Serialize(ReturnReason.Defaults, PlatformJson.Options);
    public ResultsShown ResultsShown { get; private set; }

    /// <summary>Of two who change them at once, one is told.</summary>
    public int Revision { get; private set; }

    private ValidationRules()
    {
    }

    public ValidationRules(ProjectId projectId) => ProjectId = projectId;

    public IReadOnlyList<ReturnReason> Reasons => JsonSerializer.Deserialize<ReturnReason[]>(ReasonsJson, PlatformJson.Options)!;

    /// <summary>A reason that is left out is retired: remarks that gave it keep its words. "Other" is always there.</summary>
    public Refusal? Set(IReadOnlyList<ReturnReason> reasons, ResultsShown shown)
    {
        if (reasons.Any(r => r is null || !r.IsFit) || reasons.DistinctBy(r => r.Id).Count() != reasons.Count)
            return new ReasonsUnfit(ReturnReason.Most);
        var other = reasons.FirstOrDefault(r => r.Id == ReturnReason.Other) ?? Reasons.First(r => r.Id == ReturnReason.Other);
        ReturnReason[] kept =
        [
            .. reasons.Where(r => r.Id != ReturnReason.Other), other with { Pinned = false, Retired = false },
            .. Reasons.Where(r => reasons.All(n => n.Id != r.Id) && r.Id != ReturnReason.Other).Select(r => r with { Retired = true }),
        ];
        if (kept.Length > ReturnReason.Most)
            return new ReasonsUnfit(ReturnReason.Most);
        (ReasonsJson, ResultsShown, Revision) = (JsonSerializer.Serialize(kept, PlatformJson.Options), shown, Revision + 1);
        return null;
    }
}
