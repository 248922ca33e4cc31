using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom.Geometry;
using Pirogov.Dicom;
using Pirogov.Integration.Competitions;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Gold;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Integration.Labelling;

/// <summary>An archive of cases of four small frames each, and of one slide, one video and one text: labelling asks it only through its contract.</summary>
internal sealed class InventedCases : ICases
{
    public const int Side = 32;
    public const int Frames = 4;

    /// <summary>The only one whose series tells its millimetres: 0.8 × 0.8 × 2.</summary>
    public const int Volume = 30;
    public const int Slide = 101;
    public const int Video = 102;
    public const int Text = 103;
    public const int SlideSide = 4_096;
    public const int VideoFrames = 100;
    public const string TextName = "note.txt";

    /// <summary>Letters beyond the first plane count as one code point each.</summary>
    public const string Note = "Почки не увеличены. 🫘 В левой почке конкремент 4 мм, в правой киста 12 мм. Лечение продолжать.";

    /// <summary>From this number on radiology is MR, and of <see cref="SecondCentre"/>.</summary>
    public const int FirstOfSecondCentre = 31;

    private static readonly ReferenceCentreId FirstCentre = new(Guid.Parse("00000000-0000-7000-8000-0000000000c0"));

    private List<CaseSummary> cases = All(FirstCentre);

    /// <summary>A centre that the agenda knows, when a test has made one.</summary>
    public ReferenceCentreId SecondCentre
    {
        set => cases = All(value);
    }

    /// <summary>Real texts, each a case of its own behind the invented ones, from <see cref="FirstOfTexts"/> on.</summary>
    public IReadOnlyList<CaseText> RealTexts { get; private set; } = [];

    public const int FirstOfTexts = 1_000;

    public void Add(IReadOnlyList<CaseText> texts)
    {
        RealTexts = texts;
        cases = [.. cases, .. texts.Select((_, n) => Invent(FirstOfTexts + n, FirstCentre, DataKind.ClinicalText, ""))];
    }

    /// <summary>More slides, from this number on.</summary>
    public void AddSlides(int first, int count) => cases = [.. cases, .. Enumerable.Range(first, count).Select(n => Invent(n, FirstCentre, DataKind.Pathology, "SM"))];

    /// <summary>From now on the archive does not know it.</summary>
    public void Lose(int number) => cases = [.. cases.Where(c => c.Label != $"TEST-{number:D6}")];

    /// <summary>Where the images of a case lie, if not where those of all others do.</summary>
    /// <param name="X">mm, of the centre of the first voxel in the patient, like <paramref name="Y"/> and <paramref name="Z"/>.</param>
    internal sealed record Ct(int Columns, int Rows, int Slices, double SpacingMm, double X, double Y, double Z);

    private readonly Dictionary<string, Ct> scans = [];

    /// <summary>A CT of another size, axial, of cubic voxels.</summary>
    public void AddCt(int number, Ct scan)
    {
        if (scans.TryAdd($"2.25.{number}.1", scan))
            cases = [.. cases, Invent(number, FirstCentre)];
    }

    private int FramesOf(SeriesSummary series) => scans.TryGetValue(series.SeriesInstanceUid, out var scan) ? scan.Slices : Frames;

    public Task<CaseSummary?> Find(CaseId id, CancellationToken cancellation) => Task.FromResult(cases.Find(c => c.Id == id));

    public Task<IReadOnlyList<CaseSummary>> Find(IReadOnlyCollection<CaseId> ids, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<CaseSummary>>([.. cases.Where(c => ids.Contains(c.Id))]);

    public Task<Page<CaseSummary>> Search(CaseQuery query, int page, int size, CancellationToken cancellation)
    {
        var found = cases.Where(c => c.DataKind == (query.DataKind ?? DataKind.Radiology) && (query.Text is null || c.Label.Contains(query.Text, StringComparison.OrdinalIgnoreCase)))
            .Where(c => query.CentreId is null || c.CentreId == query.CentreId).Where(c => query.Modality is null || c.Series.Any(s => s.Modality == query.Modality)).ToArray();
        return Task.FromResult(new Page<CaseSummary>([.. found.Skip((page - 1) * size).Take(size)], page, size, found.Length));
    }

    public Task<IReadOnlyList<CaseFile>> Files(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseFile>>(
        cases.Find(c => c.Id == id) is not { Series: [var series] } one ? [] : one.DataKind switch
        {
            DataKind.Radiology => [.. Enumerable.Range(1, FramesOf(series)).Select(n => File(series, n))],
            DataKind.Pathology => [File(series, 1) with { Frames = 16, Rows = 1_024, Columns = 1_024, TotalPixelMatrix = (SlideSide, SlideSide) }],
            DataKind.Endoscopy => [File(series, 1) with { Frames = VideoFrames }],
            _ => [],
        });

    public Task<IReadOnlyList<CaseText>> Texts(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseText>>(
        cases.Find(c => c.Id == id) is not { DataKind: DataKind.ClinicalText } one ? []
            : RealTexts.Index().FirstOrDefault(t => one.Label == $"TEST-{FirstOfTexts + t.Index:D6}").Item is { } real ? [real] : [new CaseText(TextName, new string('0', 64), Note)]);

    public Task<VolumeGeometry?> Geometry(CaseId id, string seriesInstanceUid, CancellationToken cancellation) => Task.FromResult(
        cases.Find(c => c.Id == id) is { Series: [var series] } one && (one.Label == $"TEST-{Volume:D6}" || scans.ContainsKey(series.SeriesInstanceUid))
            ? VolumeGeometry.Assess(Enumerable.Range(1, FramesOf(series)).Select(n => Header(series, n))).Geometry : null);

    public Task<IReadOnlyList<DicomDataset>> Headers(CaseId id, string seriesInstanceUid, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<DicomDataset>>(
        cases.Find(c => c.Id == id) is { Series: [var series] } ? [.. Enumerable.Range(1, FramesOf(series)).Select(n => Header(series, n))] : []);

    public Task<IReadOnlyDictionary<string, CaseId>> CasesOf(IReadOnlyCollection<string> sopInstanceUids, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, CaseId>>(cases.Where(c => c.Series.Count > 0).SelectMany(c => Enumerable.Range(1, Frames).Select(n => (Uid: $"{c.Series[0].SeriesInstanceUid}.{n}", c.Id)))
            .Where(i => sopInstanceUids.Contains(i.Uid)).DistinctBy(i => i.Uid).ToDictionary(i => i.Uid, i => i.Id));

    private DicomDataset Header(SeriesSummary series, int n)
    {
        var header = Axial(series, n);
        return !scans.TryGetValue(series.SeriesInstanceUid, out var scan) ? header : header.Set(DicomTags.Rows, scan.Rows).Set(DicomTags.Columns, scan.Columns)
            .Set(DicomTags.PixelSpacing, scan.SpacingMm, scan.SpacingMm).Set(DicomTags.SliceThickness, scan.SpacingMm)
            .Set(DicomTags.ImagePositionPatient, scan.X, scan.Y, scan.Z + scan.SpacingMm * (n - 1));
    }

    private static DicomDataset Axial(SeriesSummary series, int n) => new DicomDataset().Set(DicomTags.SopClassUid, DicomUids.CTImageStorage)
        .Set(DicomTags.SopInstanceUid, $"{series.SeriesInstanceUid}.{n}").Set(DicomTags.SeriesInstanceUid, series.SeriesInstanceUid).Set(DicomTags.StudyInstanceUid, series.StudyInstanceUid)
        .Set(DicomTags.FrameOfReferenceUid, series.StudyInstanceUid + ".9").Set(DicomTags.InstanceNumber, n).Set(DicomTags.Rows, Side).Set(DicomTags.Columns, Side)
        .Set(DicomTags.PixelSpacing, 0.8, 0.8).Set(DicomTags.SliceThickness, 2).Set(DicomTags.ImageOrientationPatient, 1, 0, 0, 0, 1, 0).Set(DicomTags.ImagePositionPatient, -10, 20, 2.0 * n);

    private CaseFile File(SeriesSummary series, int number) => new(series.StudyInstanceUid, series.SeriesInstanceUid, $"{series.SeriesInstanceUid}.{number}",
        number, 1, scans.GetValueOrDefault(series.SeriesInstanceUid)?.Rows ?? Side, scans.GetValueOrDefault(series.SeriesInstanceUid)?.Columns ?? Side, new string('0', 32), new string('0', 64), 1);

    private static List<CaseSummary> All(ReferenceCentreId second) =>
    [
        .. Enumerable.Range(1, 40).Select(n => n < FirstOfSecondCentre ? Invent(n, FirstCentre) : Invent(n, second, modality: "MR")),
        Invent(Slide, FirstCentre, DataKind.Pathology, "SM"), Invent(Video, FirstCentre, DataKind.Endoscopy, "ES"), Invent(Text, FirstCentre, DataKind.ClinicalText, ""),
    ];

    private static CaseSummary Invent(int n, ReferenceCentreId centre, DataKind kind = DataKind.Radiology, string modality = "CT") => new(
        new CaseId(Guid.Parse($"00000000-0000-7000-8000-{n:D12}")), $"TEST-{n:D6}", kind, centre, new BatchId(Guid.Parse("00000000-0000-7000-8000-0000000000b0")),
        $"P{n}", new string('c', 64), null, null, modality, DateTimeOffset.UnixEpoch, [new($"2.25.{n}", $"2.25.{n}.1", modality, "axial", Frames, null, Side, Side)]);
}

/// <summary>True chance, or, where a test needs something of both kinds, the highest and the lowest number in turn, for each range by itself.</summary>
internal sealed class Draws
{
    private readonly ConcurrentDictionary<int, bool> wasHigh = new();

    public bool AreInTurn { get; set; }

    public int Next(int below) => !AreInTurn ? RandomNumberGenerator.GetInt32(below) : wasHigh.AddOrUpdate(below, true, (_, high) => !high) ? below - 1 : 0;
}

public abstract class LabellingApp : PirogovApp
{
    private readonly Engine engine;

    private protected LabellingApp(Engine engine) : base(engine) => this.engine = engine;

    internal Moments Moments { get; } = new();

    /// <summary>Where a writer waits for another: for the one place of a writer, or for a row.</summary>
    internal bool HasOneWriter => engine == Engine.Sqlite;

    internal InventedCases Cases { get; } = new();

    internal MovableClock Clock { get; } = new();

    internal Draws Draws { get; } = new();

    /// <summary>From the release down to what was read.</summary>
    internal async Task TheChainIsWhole(JsonObject release)
    {
        await Settle();
        var walked = await InScope(async s =>
        {
            var link = await s.GetRequiredService<EvidenceChain>().Find(LabellingEvidence.Release, Guid.Parse((string)release["id"]!), default);
            return await s.GetRequiredService<EvidenceVerifier>().Walk(link!, null, default);
        });
        Assert.All(walked.Links, l => Assert.Null(l.Fault));
    }

    /// <summary>Moves the clock by days: the tokens of people who are at work live on.</summary>
    public async Task LiveOn(TimeSpan by)
    {
        Clock.Ahead += by;
        var later = Clock.GetUtcNow().AddDays(1);
        await InDatabase(db => db.Set<PersonalAccessToken>().ExecuteUpdateAsync(s => s.SetProperty(t => t.ExpiresAt, later)));
    }

    /// <summary>Stops the clock at the next noon (UTC): what is counted by days is then not cut by the hour at which tests run.</summary>
    public async Task StopAtNoon()
    {
        Clock.Stop();
        var now = Clock.GetUtcNow();
        await LiveOn(now.Date.AddDays(now.Hour < 12 ? 0.5 : 1.5) - now.UtcDateTime);
    }

    protected override void ConfigureServices(IServiceCollection services)
    {
        if (engine == Engine.Sqlite)
            services.ConfigureDbContext<SqliteDb>(o => o.AddInterceptors(Moments), ServiceLifetime.Singleton);
        else
            services.ConfigureDbContext<PostgreSqlDb>(o => o.AddInterceptors(Moments), ServiceLifetime.Singleton);
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock)).Replace(ServiceDescriptor.Singleton<Chance>(Draws.Next)).AddSingleton<ICases>(Cases);
    }
}

public sealed class LabellingOnSqlite() : LabellingApp(Engine.Sqlite);

public sealed class LabellingOnPostgreSql() : LabellingApp(Engine.PostgreSql);
