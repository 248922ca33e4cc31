using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Formats;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Exchange;

/// <summary>What a request says about names in its files.</summary>
/// <param name="Classes">A name in the file → a class's or question's id.</param>
/// <param name="Images">A name of an image, or of a volume's file → SOP Instance UID (with <c>#frame</c>), or Series Instance UID.</param>
/// <param name="Threshold">From which share of the maximum a fractional voxel belongs to its mask.</param>
/// <param name="Model">Which model made the labels, by name and version; none where people or other tools did.</param>
internal sealed record ImportOptions(IReadOnlyDictionary<string, string> Classes, IReadOnlyDictionary<string, string> Images, double? Threshold, string? Model = null)
{
    public const int MostNames = 10_000;

    public static ImportOptions None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>(), null);

    /// <summary>Pairs as a query has them, <c>said=id</c>; an id holds no such sign, a name may.</summary>
    public static ImportOptions Of(IEnumerable<string>? classes, IEnumerable<string>? images, double? threshold, string? model = null) =>
        new(Pairs(classes), Pairs(images), threshold is > 0 and <= 1 ? threshold : null, string.IsNullOrWhiteSpace(model) ? null : model.Trim());

    private static Dictionary<string, string> Pairs(IEnumerable<string>? given) => (given ?? []).Take(MostNames).Where(p => p.LastIndexOf('=') > 0)
        .DistinctBy(p => p[..p.LastIndexOf('=')]).ToDictionary(p => p[..p.LastIndexOf('=')], p => p[(p.LastIndexOf('=') + 1)..]);
}

/// <summary>Describes cases to formats.</summary>
internal sealed class FormatCases(PirogovDb db, ICases cases)
{
    public async Task<(LabellingSchema Schema, SchemaVersion Version)> SchemaOf(ProjectId project, CancellationToken cancellation)
    {
        var version = await db.Set<LabellingProject>().Where(p => p.Id == project).Select(p => p.SchemaVersionId).SingleAsync(cancellation);
        return await SchemaOf(version, cancellation);
    }

    public async Task<(LabellingSchema Schema, SchemaVersion Version)> SchemaOf(SchemaVersionId version, CancellationToken cancellation)
    {
        var schema = await db.Set<LabellingSchema>().AsNoTracking().SingleAsync(s => s.Versions.Any(v => v.Id == version), cancellation);
        return (schema, schema.Versions.Single(v => v.Id == version));
    }

    public async Task<FormatCase> Of(CaseId id, string label, SchemaVersion version, ILabelFormat format, ImportOptions options, DateTimeOffset at, CancellationToken cancellation)
    {
        var series = new List<CaseSeries>();
        if (format.NeedsSeries && await cases.Find(id, cancellation) is { } summary)
        {
            foreach (var one in summary.Series)
            {
                if (await cases.Headers(id, one.SeriesInstanceUid, cancellation) is { Count: > 0 } headers)
                    series.Add(new(one.SeriesInstanceUid, headers));
            }
        }

        return new(label, version.Id, version.Content, await cases.Files(id, cancellation), await cases.Texts(id, cancellation))
        {
            Series = series,
            ClassNames = options.Classes,
            ImageNames = options.Images,
            FractionalThreshold = options.Threshold,
            At = at,
        };
    }
}
