using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Matching keys of a QIDO-RS search (PS3.18 8.3.4 and 10.6.1.2): attributes by keyword or tag. Lists of UIDs, single values and
/// wildcards are matched; what the archive does not index is left out of the match and named by the answer's warning.
/// </summary>
internal sealed class QidoQuery
{
    private const int LargestLimit = 1000;
    private static readonly string[] NoKeys = ["limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "multiplevaluematching", "accept"];

    /// <summary>Emptied or replaced by the profile: no instance here has a value that a caller could mean.</summary>
    private static readonly DicomTag[] Gone =
    [
        DicomTags.StudyDate, DicomTags.StudyTime, DicomTags.ReferringPhysicianName, DicomTags.PatientBirthDate, DicomTags.StudyID,
        DicomTags.PerformedProcedureStepStartDate, DicomTags.PerformedProcedureStepStartTime,
    ];

    private static readonly MethodInfo Like =
        typeof(DbFunctionsExtensions).GetMethod(nameof(DbFunctionsExtensions.Like), [typeof(DbFunctions), typeof(string), typeof(string), typeof(string)])!;

    private readonly Dictionary<DicomTag, string> keys = [];
    private readonly bool isFuzzy;

    public QidoQuery(IQueryCollection query)
    {
        foreach (var (name, values) in query.Where(q => !NoKeys.Contains(q.Key.ToLowerInvariant())))
        {
            if (DicomTag.TryParse(name, out var tag))
                keys[tag] = values.ToString();
            else
                Ignored.Add(name);
        }

        foreach (var name in query["includefield"].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            // A path into a sequence brings the whole of it.
            if (name.Equals("all", StringComparison.OrdinalIgnoreCase))
                IncludesAll = true;
            else if (DicomTag.TryParse(name.Split('.')[0], out var tag))
                Included.Add(tag);
            else
                Ignored.Add(name);
        }

        isFuzzy = string.Equals(query["fuzzymatching"], "true", StringComparison.OrdinalIgnoreCase);
        Limit = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? Math.Min(limit, LargestLimit) : LargestLimit;
        Offset = int.TryParse(query["offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : 0;
    }

    public int Limit { get; }

    public int Offset { get; }

    /// <summary>Attributes to be returned besides those of the level.</summary>
    public HashSet<DicomTag> Included { get; } = [];

    public bool IncludesAll { get; }

    /// <summary>As many as a search gives at most were found: there may be more behind them.</summary>
    public static bool IsCutAt(int found) => found == LargestLimit;

    /// <summary>Names that were understood as nothing or are not matched.</summary>
    public List<string> Ignored { get; } = [];

    public string? this[DicomTag tag] => keys.GetValueOrDefault(tag) is { Length: > 0 } value ? value : null;

    public void Add(DicomTag tag, string? value)
    {
        if (value is not null)
            keys[tag] = value;
    }

    public IQueryable<Case> Cases(IQueryable<Case> cases)
    {
        if (Array.Exists(Gone, t => this[t] is { } value && value.Trim('*') is not ""))
            cases = cases.Where(c => false);
        cases = Uids(cases, DicomTags.StudyInstanceUid, c => c.StudyInstanceUid);
        cases = Text(cases, DicomTags.PatientID, c => c.PatientPseudonym);
        cases = Name(cases, DicomTags.PatientName, c => c.PatientPseudonym);
        cases = Text(cases, DicomTags.PatientSex, c => c.PatientSex!);
        cases = Text(cases, DicomTags.AccessionNumber, c => c.AccessionNumber);
        cases = Text(cases, DicomTags.StudyDescription, c => c.Description);
        return this[DicomTags.ModalitiesInStudy] is { } modality ? cases.Where(c => c.Series.Any(s => s.Modality == modality)) : cases;
    }

    public IQueryable<Series> Series(IQueryable<Series> series)
    {
        series = Uids(series, DicomTags.SeriesInstanceUid, s => s.SeriesInstanceUid);
        series = Text(series, DicomTags.Modality, s => s.Modality);
        series = Text(series, DicomTags.SeriesDescription, s => s.Description);
        series = Text(series, DicomTags.BodyPartExamined, s => s.BodyPart);
        series = Text(series, DicomTags.Manufacturer, s => s.Manufacturer);
        series = Text(series, DicomTags.ManufacturerModelName, s => s.ManufacturerModel);
        return Number(series, DicomTags.SeriesNumber, s => s.SeriesNumber);
    }

    public IQueryable<Instance> Instances(IQueryable<Instance> instances)
    {
        instances = Uids(instances, DicomTags.SopInstanceUid, i => i.SopInstanceUid);
        instances = Uids(instances, DicomTags.SeriesInstanceUid, i => i.SeriesInstanceUid);
        instances = Uids(instances, DicomTags.SopClassUid, i => i.SopClassUid);
        return Number(instances, DicomTags.InstanceNumber, i => i.InstanceNumber);
    }

    public bool HasAny(params ReadOnlySpan<DicomTag> tags)
    {
        foreach (var tag in tags)
        {
            if (this[tag] is not null)
                return true;
        }

        return false;
    }

    /// <summary>List of UID matching (PS3.4 C.2.2.2.2): separated by commas or backslashes.</summary>
    private IQueryable<T> Uids<T>(IQueryable<T> rows, DicomTag tag, Expression<Func<T, string>> column)
    {
        if (this[tag] is not { } value || value == "*")
            return rows;
        var uids = value.Split(',', '\\').ToList();
        var contains = Expression.Call(Expression.Property(Expression.Constant(new Held<List<string>>(uids)), "Value"), nameof(List<string>.Contains), null, column.Body);
        return rows.Where(Expression.Lambda<Func<T, bool>>(contains, column.Parameters));
    }

    /// <summary>Names are pseudonyms in capitals: fuzzy is how a name begins, in letters of either case.</summary>
    private IQueryable<T> Name<T>(IQueryable<T> rows, DicomTag tag, Expression<Func<T, string>> column) => this[tag] is { } name && isFuzzy
        ? Match(rows, name.TrimEnd('*').ToUpperInvariant() + "*", column) : Text(rows, tag, column);

    private IQueryable<T> Text<T>(IQueryable<T> rows, DicomTag tag, Expression<Func<T, string>> column) =>
        this[tag] is { } value && value != "*" ? Match(rows, value, column) : rows;

    /// <summary>Single value and wildcard matching (PS3.4 C.2.2.2.1 and .4).</summary>
    private static IQueryable<T> Match<T>(IQueryable<T> rows, string value, Expression<Func<T, string>> column)
    {
        var isWild = value.AsSpan().ContainsAny('*', '?');
        var pattern = isWild ? value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
            .Replace('*', '%').Replace('?', '_') : value;
        var held = Expression.Property(Expression.Constant(new Held<string>(pattern)), "Value");
        Expression match = isWild
            ? Expression.Call(Like, Expression.Constant(EF.Functions), column.Body, held, Expression.Constant("\\")) : Expression.Equal(column.Body, held);
        return rows.Where(Expression.Lambda<Func<T, bool>>(match, column.Parameters));
    }

    private IQueryable<T> Number<T>(IQueryable<T> rows, DicomTag tag, Expression<Func<T, int?>> column)
    {
        if (this[tag] is not { } value)
            return rows;
        int? number = int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        var held = Expression.Property(Expression.Constant(new Held<int?>(number)), "Value");
        return rows.Where(Expression.Lambda<Func<T, bool>>(Expression.Equal(column.Body, held), column.Parameters));
    }

    /// <summary>What the provider turns into a parameter: a bare constant would make each search a statement of its own.</summary>
    private sealed record Held<T>(T Value);
}
