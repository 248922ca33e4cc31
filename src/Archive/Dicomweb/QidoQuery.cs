using System.Globalization;
using System.Linq.Expressions;
using Microsoft.AspNetCore.Http;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>A parameter of a search that cannot be what it says (PS3.18 8.3.4: 400).</summary>
internal sealed record SearchMalformed(string Key) : Refusal("archive.search-malformed", 400);

/// <summary>
/// A search (PS3.18 8.3.4 and 10.6.1.2): attributes by keyword, tag or path. What has a column is matched in the database,
/// everything else in the stored headers; a name that is no attribute is left out of the match and named by the answer's warning.
/// </summary>
internal sealed class QidoQuery
{
    private const int LargestLimit = 1000;
    private static readonly string[] NoKeys = ["limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "multiplevaluematching", "accept", "charset"];

    private static readonly DicomTag[] SeriesKeys =
    [
        DicomTags.SeriesInstanceUid, DicomTags.Modality, DicomTags.SeriesDescription, DicomTags.BodyPartExamined, DicomTags.Manufacturer, DicomTags.ManufacturerModelName,
        DicomTags.SeriesNumber, DicomTags.SeriesDate, DicomTags.SeriesTime, DicomTags.PerformedProcedureStepStartDate, DicomTags.PerformedProcedureStepStartTime,
    ];

    private static readonly DicomTag[] InstanceKeys = [DicomTags.SopInstanceUid, DicomTags.SopClassUid, DicomTags.InstanceNumber];

    /// <summary>Columns of the index; the rest is looked up in headers.</summary>
    private static readonly HashSet<DicomTag> Indexed =
    [
        .. SeriesKeys, .. InstanceKeys, DicomTags.StudyInstanceUid, DicomTags.PatientID, DicomTags.PatientName, DicomTags.PatientSex, DicomTags.PatientBirthDate,
        DicomTags.AccessionNumber, DicomTags.StudyDescription, DicomTags.StudyID, DicomTags.ReferringPhysicianName, DicomTags.ModalitiesInStudy, DicomTags.StudyDate,
        DicomTags.StudyTime,
    ];

    /// <summary>Worked out for each answer: nothing that could be matched.</summary>
    private static readonly HashSet<DicomTag> Made =
    [
        DicomTags.SpecificCharacterSet, DicomTags.RetrieveURL, DicomTags.RetrieveAETitle, DicomTags.InstanceAvailability, DicomTags.NumberOfStudyRelatedSeries,
        DicomTags.NumberOfStudyRelatedInstances, DicomTags.NumberOfSeriesRelatedInstances, DicomTags.NumberOfPatientRelatedStudies, DicomTags.SopClassesInStudy,
    ];

    /// <summary>Kept of each series beside its columns: keys of Table 10.6.1-5 that lie in a sequence.</summary>
    private static readonly DicomTag[] OfRequests = [DicomTags.ScheduledProcedureStepID, DicomTags.RequestedProcedureID];

    private readonly Dictionary<DicomTag, string> keys = [];
    private readonly bool isMultiple;

    public QidoQuery(IQueryCollection query)
    {
        isMultiple = IsTrue(query["multiplevaluematching"]);
        IsFuzzy = IsTrue(query["fuzzymatching"]);
        foreach (var (name, values) in query.Where(q => !NoKeys.Contains(q.Key.ToLowerInvariant())))
        {
            if (HeaderKey.Parse(name, string.Join(',', values.ToArray())) is not { } key || Made.Contains(key.Path[0]))
                Ignored.Add(name);
            else if (key.Path is [var tag] && Indexed.Contains(tag))
                keys[tag] = key.Value;
            else if (key.Value.Length == 0)
                continue;
            else if (key.Path is [var sequence, var id] && sequence == DicomTags.RequestAttributesSequence && OfRequests.Contains(id))
                Requests.Add(key);
            else
                Headers.Add(key with { IsFuzzy = IsFuzzy });
        }

        foreach (var name in query["includefield"].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            // A path into a sequence brings the whole of it.
            if (name.Equals("all", StringComparison.OrdinalIgnoreCase))
                IncludesAll = true;
            else if (HeaderKey.Parse(name, "") is { } field)
                Included.Add(field.Path[0]);
            else
                Ignored.Add(name);
        }

        Limit = Math.Min(Count(query, "limit", LargestLimit), LargestLimit);
        Offset = Count(query, "offset", 0);
        Check();
    }

    public int Limit { get; }

    public int Offset { get; }

    /// <summary>Attributes to be returned besides those of the level.</summary>
    public HashSet<DicomTag> Included { get; } = [];

    public bool IncludesAll { get; }

    /// <summary>Something is asked for that stands in the stored headers alone.</summary>
    public bool NeedsHeaders => IncludesAll || Included.Count > 0;

    /// <summary>Keys that have no column.</summary>
    public List<HeaderKey> Headers { get; } = [];

    /// <summary>Keys of the Request Attributes Sequence, which is kept whole with its series.</summary>
    public List<HeaderKey> Requests { get; } = [];

    /// <summary>What is asked for of the referring physician's name, one or several.</summary>
    public string[] Physicians => this[DicomTags.ReferringPhysicianName] is { } name && name != "*" ? Each(name) : [];

    /// <summary>Values of columns that match <see cref="Physicians"/> and <see cref="Requests"/>; null where nothing is asked for or not yet looked up.</summary>
    public IReadOnlyList<string>? PhysiciansFound { get; set; }

    /// <inheritdoc cref="PhysiciansFound"/>
    public IReadOnlyList<string>? RequestsFound { get; set; }

    /// <summary>Engine of the database, which decides how a wildcard is written.</summary>
    public bool IsSqlite { get; init; }

    /// <summary>A date and a time that go together are one range; over DIMSE only where that was negotiated (PS3.4 C.5.2.2).</summary>
    public bool CombinesDateTime { get; init; } = true;

    public bool IsFuzzy { get; }

    /// <summary>As many as a search gives at most were found: there may be more behind them.</summary>
    public static bool IsCutAt(int found) => found == LargestLimit;

    /// <summary>Names that were understood as nothing.</summary>
    public List<string> Ignored { get; } = [];

    /// <summary>Why there is nothing to search for.</summary>
    public Refusal? Fault { get; private set; }

    public string? this[DicomTag tag] => keys.GetValueOrDefault(tag) is { Length: > 0 } value ? value : null;

    public bool HasSeriesKeys => RequestsFound is not null || Array.Exists(SeriesKeys, t => this[t] is not null);

    public bool HasInstanceKeys => Array.Exists(InstanceKeys, t => this[t] is not null);

    public void Add(DicomTag tag, string? value)
    {
        if (value is not null)
            keys[tag] = value;
    }

    public IQueryable<Case> Cases(IQueryable<Case> cases)
    {
        cases = Uids(cases, DicomTags.StudyInstanceUid, c => c.StudyInstanceUid);
        cases = Text(cases, DicomTags.PatientID, c => c.PatientPseudonym);
        cases = Pseudonym(cases);
        cases = Text(cases, DicomTags.PatientSex, c => c.PatientSex);
        cases = Text(cases, DicomTags.AccessionNumber, c => c.AccessionNumber);
        cases = Text(cases, DicomTags.StudyDescription, c => c.Description);
        cases = Text(cases, DicomTags.StudyID, c => c.StudyId);
        cases = PhysiciansFound is { } names ? MatchKeys.AnyOf(cases, names, c => c.ReferringPhysician) : cases;
        cases = Moments(cases, DicomTags.PatientBirthDate, null, c => c.PatientBirthDate, null);
        cases = Moments(cases, DicomTags.StudyDate, DicomTags.StudyTime, c => c.StudyDate, c => c.StudyTime);
        if (this[DicomTags.ModalitiesInStudy] is not { } modalities || modalities == "*")
            return cases;
        var wanted = modalities.Split('\\', ',');
        return Array.Exists(wanted, w => w.AsSpan().ContainsAny('*', '?'))
            ? MatchKeys.Text(cases, [.. wanted.Select(w => $"*\\{w}\\*")], c => c.Modalities, IsSqlite) : cases.Where(c => c.Series.Any(s => wanted.Contains(s.Modality)));
    }

    /// <summary>Cases that also hold a series or an instance of which keys of lower levels speak.</summary>
    public IQueryable<Case> CasesWith(IQueryable<Case> cases, IQueryable<Series> series, IQueryable<Instance> instances)
    {
        cases = Cases(cases);
        if (HasSeriesKeys)
        {
            var matching = Series(series);
            cases = cases.Where(c => c.Series.Any(s => matching.Any(m => m.Id == s.Id)));
        }

        if (!HasInstanceKeys)
            return cases;
        var found = Instances(instances);
        return cases.Where(c => found.Any(i => i.CaseId == c.Id));
    }

    public IQueryable<Series> Series(IQueryable<Series> series)
    {
        series = Uids(series, DicomTags.SeriesInstanceUid, s => s.SeriesInstanceUid);
        series = Text(series, DicomTags.Modality, s => s.Modality);
        series = Text(series, DicomTags.SeriesDescription, s => s.Description);
        series = Text(series, DicomTags.BodyPartExamined, s => s.BodyPart);
        series = Text(series, DicomTags.Manufacturer, s => s.Manufacturer);
        series = Text(series, DicomTags.ManufacturerModelName, s => s.ManufacturerModel);
        series = RequestsFound is { } requests ? MatchKeys.AnyOf(series, requests, s => s.RequestAttributes) : series;
        series = Moments(series, DicomTags.SeriesDate, DicomTags.SeriesTime, s => s.SeriesDate, s => s.SeriesTime);
        series = Moments(series, DicomTags.PerformedProcedureStepStartDate, DicomTags.PerformedProcedureStepStartTime, s => s.StepStartDate, s => s.StepStartTime);
        return this[DicomTags.SeriesNumber] is { } number ? MatchKeys.Number(series, number, s => s.SeriesNumber) : series;
    }

    public IQueryable<Instance> Instances(IQueryable<Instance> instances)
    {
        instances = Uids(instances, DicomTags.SopInstanceUid, i => i.SopInstanceUid);
        instances = Uids(instances, DicomTags.SeriesInstanceUid, i => i.SeriesInstanceUid);
        instances = Uids(instances, DicomTags.SopClassUid, i => i.SopClassUid);
        return this[DicomTags.InstanceNumber] is { } number ? MatchKeys.Number(instances, number, i => i.InstanceNumber) : instances;
    }

    private IQueryable<T> Uids<T>(IQueryable<T> rows, DicomTag tag, Expression<Func<T, string>> column) =>
        this[tag] is { } list ? MatchKeys.Uids(rows, list, column) : rows;

    /// <summary>A pseudonym stands in capitals, and nothing else is like it: a name is matched in either case, fuzzily or not.</summary>
    private IQueryable<Case> Pseudonym(IQueryable<Case> cases) => this[DicomTags.PatientName] is { } name
        ? MatchKeys.Text(cases, Each(name.ToUpperInvariant()), c => c.PatientPseudonym, IsSqlite, common: 2) : cases;

    private IQueryable<T> Text<T>(IQueryable<T> rows, DicomTag tag, Expression<Func<T, string?>> column) =>
        this[tag] is { } value ? MatchKeys.Text(rows, Each(value), column, IsSqlite) : rows;

    private string[] Each(string value) => isMultiple ? value.Split('\\') : [value];

    private IQueryable<T> Moments<T>(
        IQueryable<T> rows, DicomTag date, DicomTag? time, Expression<Func<T, string?>> dateColumn, Expression<Func<T, string?>>? timeColumn)
    {
        if (this[date] == MatchKeys.EmptyValue)
            return MatchKeys.Text(rows, [MatchKeys.EmptyValue], dateColumn, IsSqlite);
        var dates = this[date] is { } d && d != "*" ? TextRange.OfDates(d) : null;
        var times = time is { } tag && this[tag] is { } t && t != "*" ? TextRange.OfTimes(t) : null;
        if (dates is { IsOneValue: false } && times is { IsOneValue: false } && CombinesDateTime)
            return MatchKeys.Moments(rows, dates, times, dateColumn, timeColumn!);
        rows = dates is null ? rows : MatchKeys.Range(rows, dates, dateColumn);
        return times is null ? rows : MatchKeys.Range(rows, times, timeColumn!);
    }

    private void Check()
    {
        // PostgreSQL takes no NUL in a text, and no value holds one.
        if (keys.FirstOrDefault(k => k.Value.Contains('\0', StringComparison.Ordinal)) is { Value: not null } nul)
            Fault = new SearchMalformed(nul.Key.Keyword);
        foreach (var (tag, value) in keys.Where(k => k.Value is not ("" or "*" or MatchKeys.EmptyValue)))
        {
            var isRead = DicomDictionary.VrsOf(tag).Vr switch
            {
                DicomVr.DA => TextRange.OfDates(value) is not null,
                DicomVr.TM => TextRange.OfTimes(value) is not null,
                _ => true,
            };
            if (!isRead)
                Fault = new SearchMalformed(tag.Keyword);
        }
    }

    private int Count(IQueryCollection query, string name, int absent)
    {
        if (!query.TryGetValue(name, out var text))
            return absent;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        Fault = new SearchMalformed(name);
        return absent;
    }

    private static bool IsTrue(string? text) => string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);
}
