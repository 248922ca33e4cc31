using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Pirogov.Integration.Harness;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Exchange;
using Pirogov.Labelling.Releases;
using static Pirogov.Integration.Labelling.ReadingRoom;

namespace Pirogov.Integration.Labelling;

/// <summary>How much comes in with one file, and goes out while somebody waits.</summary>
public abstract class ExchangeLimitTests(LabellingApp app) : OnBothEngines(app)
{
    private readonly LabellingApp app = app;

    /// <summary>Bytes that come as they are asked for: nobody holds them all.</summary>
    private sealed class Noughts(long bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[1 << 20];
            for (var left = bytes; left > 0; left -= chunk.Length)
                await stream.WriteAsync(chunk.AsMemory(0, (int)Math.Min(left, chunk.Length)));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes;
            return true;
        }
    }

    [SkippableFact]
    public async Task A_file_of_labels_that_is_too_large_is_refused_by_name_and_the_draft_stays_as_it_was()
    {
        var room = await Open(app);
        var reading = await Reading(room.Readers[0]);
        var problem = await RefusalTests.Is("labelling.label-file-too-large", 413, room.Readers[0].PostAsync($"/api/v1/readings/{reading}/import?format=coco&baseRevision=0&name=a.json",
            new Noughts(((long)LabelUpload.LargestMegabytes << 20) + 1) { Headers = { ContentType = new("application/octet-stream") } }));
        Assert.Equal(LabelUpload.LargestMegabytes, (int)problem["limitMegabytes"]!);
        Assert.Equal(0, (int)(await Sent(room.Readers[0].GetAsync($"/api/v1/readings/{reading}")))["revision"]!);
    }

    [SkippableFact]
    public async Task More_cases_than_are_written_while_somebody_waits_are_refused_at_once_and_some_of_them_are_not()
    {
        var room = await Open(app);
        await room.ReadBlind(agreeing: true);
        await Sent(room.Validator.PostAsJsonAsync($"/api/v1/readings/{await Reading(room.Validator, "validate")}/accept", new { }));
        await app.Settle();
        var release = await room.Release();
        // As many as the bound, and one: each another case with the same labels.
        var id = ReleaseId.From(Guid.Parse((string)release["id"]!));
        await app.InDatabase(async db =>
        {
            var one = await db.Set<ReleasedCase>().AsNoTracking().SingleAsync(c => c.ReleaseId == id);
            db.AddRange(Enumerable.Range(0, ExportRelease.MostCases).Select(n => new ReleasedCase
            {
                ReleaseId = id,
                CaseId = Pirogov.Archive.Contracts.CaseId.From(Guid.Parse($"00000000-0000-7000-9000-{n:D12}")),
                ProjectCaseId = one.ProjectCaseId,
                ConsensusId = one.ConsensusId,
                DocumentMd5 = one.DocumentMd5,
                DocumentSha256 = one.DocumentSha256,
                DocumentSize = one.DocumentSize,
            }));
            return await db.SaveChangesAsync();
        });
        var address = $"/api/v1/labelling-releases/{release["id"]}/export?format=pirogov";
        var problem = await RefusalTests.Is("labelling.export-is-large", 422, room.Manager.GetAsync(address));
        Assert.Equal((ExportRelease.MostCases + 1, ExportRelease.MostCases), ((int)problem["cases"]!, (int)problem["limit"]!));
        Assert.Equal(HttpStatusCode.OK, (await room.Manager.GetAsync($"{address}&case=00000000-0000-7000-8000-000000000001")).StatusCode);
    }
}

public sealed class ExchangeLimitsOnSqlite(LabellingOnSqlite app) : ExchangeLimitTests(app), IClassFixture<LabellingOnSqlite>;

public sealed class ExchangeLimitsOnPostgreSql(LabellingOnPostgreSql app) : ExchangeLimitTests(app), IClassFixture<LabellingOnPostgreSql>;
