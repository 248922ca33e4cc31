using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Competitions.Contracts;
using Pirogov.Datasets.Contracts;
using Pirogov.Imaging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Competitions;

/// <summary>Makes the draft visible and fixes what a submission must contain: the door reads these rows, never the truth.</summary>
[Needs(CompetitionsRights.Run)]
internal sealed class OpenCompetition(PirogovDb db, IDatasets datasets, ObjectStore store, AuditTrail audit)
{
    internal static void Map(IEndpointRouteBuilder api) => api.MapPost("/competitions/{id}/open",
        (OpenCompetition use, CompetitionId id, CancellationToken cancellation) => use.Handle(id, cancellation).ToHttp())
        .Needs(typeof(OpenCompetition)).WithSummary("Opens a drafted competition");

    public async Task<Outcome<Done>> Handle(CompetitionId id, CancellationToken cancellation)
    {
        if (await db.Set<Competition>().SingleOrDefaultAsync(c => c.Id == id, cancellation) is not { } competition)
            return new NotFound("competition");
        if (competition.Open() is { } refusal)
            return refusal;
        foreach (var truth in await datasets.Truth(competition.DatasetVersionId, cancellation))
        {
            if (truth.Split != Split.Train)
                db.Add(await Expect(competition, truth, cancellation));
        }

        audit.Note("competitions.opened", "competition", id);
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return Done.Value;
    }

    private async Task<CompetitionCase> Expect(Competition competition, CaseTruth truth, CancellationToken cancellation)
    {
        var expected = new CompetitionCase { CompetitionId = competition.Id, Name = truth.Name, Split = truth.Split };
        if (competition.Kind != CompetitionKind.Masks || truth.LabelNiftiMd5 is not { } md5)
            return expected;
        await using var bytes = await store.OpenRead(md5, cancellation);
        var image = NiftiReader.Read(bytes);
        expected.Shape.AddRange([image.Grid.Columns, image.Grid.Rows, image.Grid.Slices]);
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 4; column++)
                expected.Affine.Add(image.Affine[row, column]);
        }

        return expected;
    }
}
