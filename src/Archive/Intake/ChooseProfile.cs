using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Intake;

internal sealed record UnknownDeidentificationOption(string Option) : Refusal("archive.unknown-deidentification-option", 422);

internal sealed record DatesKeptTwice() : Refusal("archive.dates-kept-twice", 422);

/// <summary>What de-identification keeps of one centre's data. A centre without a row has the strictest: nothing.</summary>
internal sealed class CentreProfile
{
    public ReferenceCentreId CentreId { get; init; }
    public DeidentificationOptions Options { get; set; }
    public Guid ChosenBy { get; set; }
    public DateTimeOffset ChosenAt { get; set; }
}

internal sealed class CentreProfiles(PirogovDb db)
{
    public async Task<DeidentificationOptions> Of(ReferenceCentreId centre, CancellationToken cancellation) =>
        await db.Set<CentreProfile>().AsNoTracking().Where(p => p.CentreId == centre).Select(p => p.Options).SingleOrDefaultAsync(cancellation);
}

/// <summary>Chooses the options for a centre's next batches; batches that are open keep theirs.</summary>
[Needs(ArchiveRights.ChooseProfile)]
internal sealed class ChooseProfile(PirogovDb db, IAgenda agenda, CurrentActor actor, AuditTrail audit, TimeProvider time)
{
    /// <param name="Options">Names such as <c>retainModifiedDates</c>; none is the strictest.</param>
    public sealed record Request(IReadOnlyList<string> Options);

    /// <param name="Sha256">Of the profile's data with these options, as reports name it.</param>
    public sealed record View(string Centre, string CentreName, IReadOnlyList<string> Options, string ProfileName, string ProfileVersion, string Sha256);

    internal static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/centres/deidentification", (ChooseProfile use, CancellationToken cancellation) => use.List(cancellation))
            .Needs(typeof(ChooseProfile)).WithName("listDeidentification").WithSummary("What de-identification keeps, centre by centre");
        api.MapPut("/centres/{centre}/deidentification",
                (ChooseProfile use, string centre, Request request, CancellationToken cancellation) => use.Handle(centre, request, cancellation).ToHttp())
            .Needs(typeof(ChooseProfile)).WithName("chooseDeidentification").WithSummary("Choose what de-identification keeps of a centre's next batches");
    }

    public async Task<IReadOnlyList<View>> List(CancellationToken cancellation)
    {
        var chosen = await db.Set<CentreProfile>().AsNoTracking().ToDictionaryAsync(p => p.CentreId, p => p.Options, cancellation);
        return [.. (await agenda.Centres(cancellation)).Select(c => ViewOf(c, chosen.GetValueOrDefault(c.Id)))];
    }

    public async Task<Outcome<View>> Handle(string centreCode, Request request, CancellationToken cancellation)
    {
        if (await agenda.FindCentre(centreCode, cancellation) is not { } centre)
            return new NotFound("reference-centre");
        var options = DeidentificationOptions.None;
        foreach (var name in request.Options ?? [])
        {
            if (!Names.TryGetValue(name, out var option))
                return new UnknownDeidentificationOption(name);
            options |= option;
        }

        if (options.HasFlag(DeidentificationOptions.RetainFullDates | DeidentificationOptions.RetainModifiedDates))
            return new DatesKeptTwice();
        if (await db.Set<CentreProfile>().SingleOrDefaultAsync(p => p.CentreId == centre.Id, cancellation) is not { } profile)
            db.Add(profile = new CentreProfile { CentreId = centre.Id });
        (profile.Options, profile.ChosenBy, profile.ChosenAt) = (options, actor.Actor.AccountId, time.Now());
        audit.Note("archive.profile-chosen", "reference-centre", centre.Id, new { options = NamesOf(options) });
        if (await db.TrySave(cancellation) is { } overtaken)
            return overtaken;

        return ViewOf(centre, options);
    }

    internal static IReadOnlyList<string> NamesOf(DeidentificationOptions options) => [.. Names.Where(n => options.HasFlag(n.Value)).Select(n => n.Key)];

    internal static readonly IReadOnlyDictionary<string, DeidentificationOptions> Names = Enum.GetValues<DeidentificationOptions>()
        .Where(o => o != DeidentificationOptions.None).ToDictionary(DeidentificationProfile.NameOf);

    private static View ViewOf(ReferenceCentreSummary centre, DeidentificationOptions options)
    {
        var profile = DeidentificationProfile.With(options);
        return new(centre.Code, centre.Name, NamesOf(options), profile.Name, profile.Version, profile.Sha256);
    }
}
