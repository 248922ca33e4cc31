using Microsoft.Extensions.DependencyInjection;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom.Geometry;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Database;

namespace Pirogov.Integration.Labelling;

/// <summary>An archive of cases of four small frames each: labelling asks it only through its contract.</summary>
internal sealed class InventedCases : ICases
{
    public const int Side = 32;
    public const int Frames = 4;

    private readonly List<CaseSummary> cases = [.. Enumerable.Range(1, 40).Select(n => Invent(n))];

    public Task<CaseSummary?> Find(CaseId id, CancellationToken cancellation) => Task.FromResult(cases.Find(c => c.Id == id));

    public Task<IReadOnlyList<CaseSummary>> Find(IReadOnlyCollection<CaseId> ids, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<CaseSummary>>([.. cases.Where(c => ids.Contains(c.Id))]);

    public Task<Page<CaseSummary>> Search(CaseQuery query, int page, int size, CancellationToken cancellation)
    {
        var found = cases.Where(c => query.Text is null || c.Label.Contains(query.Text, StringComparison.OrdinalIgnoreCase)).ToArray();
        return Task.FromResult(new Page<CaseSummary>([.. found.Skip((page - 1) * size).Take(size)], page, size, found.Length));
    }

    public Task<IReadOnlyList<CaseFile>> Files(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseFile>>(
        cases.Find(c => c.Id == id) is { Series: [var series] }
            ? [.. Enumerable.Range(1, Frames).Select(n => new CaseFile(series.StudyInstanceUid, series.SeriesInstanceUid, $"{series.SeriesInstanceUid}.{n}", n, 1,
                Side, Side, new string('0', 32), new string('0', 64), 1))]
            : []);

    public Task<IReadOnlyList<CaseText>> Texts(CaseId id, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<CaseText>>([]);

    public Task<VolumeGeometry?> Geometry(CaseId id, string seriesInstanceUid, CancellationToken cancellation) => Task.FromResult<VolumeGeometry?>(null);

    private static CaseSummary Invent(int n) => new(new CaseId(Guid.Parse($"00000000-0000-7000-8000-{n:D12}")), $"TEST-{n:D6}", DataKind.Radiology,
        new ReferenceCentreId(Guid.Parse("00000000-0000-7000-8000-0000000000c0")), new BatchId(Guid.Parse("00000000-0000-7000-8000-0000000000b0")),
        $"P{n}", new string('c', 64), null, null, "CT", DateTimeOffset.UnixEpoch, [new($"2.25.{n}", $"2.25.{n}.1", "CT", "axial", Frames, null, Side, Side)]);
}

public abstract class LabellingApp : PirogovApp
{
    private protected LabellingApp(Engine engine) : base(engine)
    {
    }

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<ICases, InventedCases>();
}

public sealed class LabellingOnSqlite() : LabellingApp(Engine.Sqlite);

public sealed class LabellingOnPostgreSql() : LabellingApp(Engine.PostgreSql);
