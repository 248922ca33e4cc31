using System.Text.RegularExpressions;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Datasets.Versions;

internal readonly record struct DatasetId(Guid Value) : IEntityId<DatasetId>
{
    public static DatasetId From(Guid value) => new(value);
}

public sealed record SlugIsInvalid(string Slug) : Refusal("datasets.slug-is-invalid", 422);

public sealed record SlugIsTaken(string Slug) : Refusal("datasets.slug-is-taken", 409);

/// <summary>What a dataset is, through all of its versions.</summary>
public sealed record DatasetDescription(Bilingual Name, Bilingual Description, ClinicalTaskId? ClinicalTaskId, string Licence, Bilingual Terms);

/// <summary>A named line of versions.</summary>
internal sealed partial class Dataset
{
    public const int SlugLimit = 63;
    public const int NameLimit = 200;
    public const int LicenceLimit = 200;
    public const int TextLimit = 8000;

    /// <summary>Stand in the place of a slug in the portal's own addresses.</summary>
    private static readonly string[] Reserved = ["new", "releases", "split-preview"];

    public DatasetId Id { get; private set; } = EntityId.New<DatasetId>();
    public string Slug { get; private set; } = "";
    public string NameRu { get; private set; } = "";
    public string NameEn { get; private set; } = "";
    public string DescriptionRu { get; private set; } = "";
    public string DescriptionEn { get; private set; } = "";
    public ClinicalTaskId? ClinicalTaskId { get; private set; }
    public string Licence { get; private set; } = "";
    public string TermsRu { get; private set; } = "";
    public string TermsEn { get; private set; } = "";
    public string SearchText { get; private set; } = "";
    public DateTimeOffset CreatedAt { get; private set; }

    private Dataset()
    {
    }

    public Bilingual Name => new(NameRu, NameEn);
    public Bilingual Description => new(DescriptionRu, DescriptionEn);
    public Bilingual Terms => new(TermsRu, TermsEn);

    public static Outcome<Dataset> Found(string slug, DatasetDescription what, DateTimeOffset now)
    {
        if (!SlugShape().IsMatch(slug) || Reserved.Contains(slug))
            return new SlugIsInvalid(slug);
        if (Wrong(what) is { } refusal)
            return refusal;
        return new Dataset
        {
            Slug = slug,
            NameRu = what.Name.Ru.Trim(),
            NameEn = what.Name.En.Trim(),
            DescriptionRu = what.Description.Ru.Trim(),
            DescriptionEn = what.Description.En.Trim(),
            ClinicalTaskId = what.ClinicalTaskId,
            Licence = what.Licence.Trim(),
            TermsRu = what.Terms.Ru.Trim(),
            TermsEn = what.Terms.En.Trim(),
            SearchText = $"{slug} {what.Name.Ru} {what.Name.En}".ToUpperInvariant(),
            CreatedAt = now,
        };
    }

    private static Refusal? Wrong(DatasetDescription what)
    {
        (string Field, string? Value, int Limit, bool Needed)[] fields =
        [
            ("name.ru", what.Name?.Ru, NameLimit, true), ("name.en", what.Name?.En, NameLimit, true),
            ("description.ru", what.Description?.Ru, TextLimit, true), ("description.en", what.Description?.En, TextLimit, true),
            ("licence", what.Licence, LicenceLimit, true),
            ("terms.ru", what.Terms?.Ru, TextLimit, false), ("terms.en", what.Terms?.En, TextLimit, false),
        ];
        foreach (var (field, value, limit, needed) in fields)
        {
            if (value is null || (needed && string.IsNullOrWhiteSpace(value)))
                return new Missing(field);
            if (value.Length > limit)
                return new TooLong(field, limit);
        }

        return null;
    }

    // A host name's label: it stands in addresses, in folder names and in git remotes.
    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$")]
    private static partial Regex SlugShape();
}
