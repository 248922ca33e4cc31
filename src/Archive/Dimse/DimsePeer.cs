using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Dicomweb;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Imaging;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dimse;

/// <summary>
/// One association of a device. What it stores goes through the same door as an upload: in memory, de-identified, then written;
/// what it asks for is what its centre gave.
/// </summary>
internal sealed class DimsePeer(
    DimseOptions options, AllowedPeer allowed, ReferenceCentreSummary centre, Actor who, IServiceScopeFactory scopes, ILogger log) : DicomPeer
{
    private static readonly string[] FindModels = [DicomUids.PatientRootQueryRetrieveInformationModelFind, DicomUids.StudyRootQueryRetrieveInformationModelFind];
    private static readonly string[] MoveModels = [DicomUids.PatientRootQueryRetrieveInformationModelMove, DicomUids.StudyRootQueryRetrieveInformationModelMove];

    /// <summary>The counts of sub-operations have sixteen bits (PS3.7 9.3.4.2): what they cannot tell is not begun.</summary>
    private const int MostMoved = ushort.MaxValue;

    private AsyncServiceScope? storing;
    private EnteredBatch? entered;
    private int stored;
    private int waiting;
    private int refused;
    private int queries;

    public override string? Choose(PresentationContext proposed, out bool isKnown)
    {
        var isQuery = allowed.MayQuery && (FindModels.Contains(proposed.AbstractSyntax) || MoveModels.Contains(proposed.AbstractSyntax));
        var isStorage = allowed.MaySend && DicomUids.Find(proposed.AbstractSyntax) is { Type: "SOP Class" } entry && entry.Keyword.EndsWith("Storage", StringComparison.Ordinal);
        isKnown = isQuery || isStorage || proposed.AbstractSyntax == DicomUids.Verification;
        if (!isKnown)
            return null;
        return proposed.TransferSyntaxes.FirstOrDefault(s => s is DicomUids.ExplicitVRLittleEndian or DicomUids.ImplicitVRLittleEndian
            || (isStorage && (s is DicomUids.ExplicitVRBigEndian or DicomUids.DeflatedExplicitVRLittleEndian || PixelDecoder.CanDecode(s))));
    }

    /// <summary>
    /// Of C-FIND relational queries, combined date-time matching and fuzzy matching of names, as far as the peer wants them (PS3.4 C.5.1.1).
    /// Of C-MOVE relational retrieval; its second byte asks for the conversion of enhanced images (C.5.2.1), which is not done.
    /// </summary>
    public override byte[]? Agree(string sopClassUid, byte[] proposed)
    {
        if (!allowed.MayQuery)
            return null;
        return FindModels.Contains(sopClassUid) ? [.. proposed.Take(3).Select(b => (byte)(b == 1 ? 1 : 0))]
            : MoveModels.Contains(sopClassUid) ? [.. proposed.Take(2).Select((b, i) => (byte)(b == 1 && i == 0 ? 1 : 0))] : null;
    }

    public override async ValueTask<DimseStatus> Store(StoreRequest request, CancellationToken cancellation)
    {
        try
        {
            return await Take(request, cancellation);
        }
        catch (IOException full)
        {
            // What comes over the network fails otherwise: the disk does not take it now (PS3.4 B.2.3: A7xx, which may be tried again).
            log.LogError(full, "DIMSE: an instance of {Title} could not be stored.", allowed.Title);
            return Refuse(DimseStatus.OutOfResources.Because(new NotStored().Code));
        }
    }

    private async ValueTask<DimseStatus> Take(StoreRequest request, CancellationToken cancellation)
    {
        var services = (storing ??= Scope()).ServiceProvider;
        // How much comes is not said beforehand.
        await using var arriving = new ArrivingFile(services.GetRequiredService<IntakeMemory>(), services.GetRequiredService<LargeFiles>(), announced: null);
        if (!await request.CopyFileTo(arriving, LargeFiles.LargestFile, cancellation))
            return Refuse(DimseStatus.OutOfResources.Because(FileRefused.TooLarge));
        if (request.IsOfAnother)
            return Refuse(DimseStatus.DataSetDoesNotMatch.Because(StoreRequest.OtherInstance));
        await using var spooled = arriving.Spool?.Read();
        var receive = services.GetRequiredService<ReceiveFile>();
        for (var attempt = 0; ; attempt++)
        {
            var known = entered is not null ? entered : await Enter(cancellation);
            if (known.IsRefused(out var shut, out entered))
                return Refuse(DimseStatus.OutOfResources.Because(shut.Code));
            var received = spooled is not null ? await receive.Receive(entered!, request.SopInstanceUid, spooled)
                : await receive.Receive(entered!, request.SopInstanceUid, arriving.Bytes);
            if (!received.IsRefused(out shut))
                return StatusOf(received.Value);
            // The batch was closed in between; the next one is opened once.
            entered = null;
            if (attempt > 0)
                return Refuse(DimseStatus.OutOfResources.Because(shut.Code));
        }
    }

    private async Task<Outcome<EnteredBatch>> Enter(CancellationToken cancellation)
    {
        await using var scope = Scope();
        var services = scope.ServiceProvider;
        var open = await services.GetRequiredService<DoorBatches>().Open(allowed.Title, centre.Code, null, cancellation);
        if (open.IsRefused(out var refusal))
            return refusal;
        // Before the first instance is kept: how much came is noted at the end, which a crash may take away.
        services.GetRequiredService<AuditTrail>().Note("archive.dimse-storing", "application-entity", who.Name, new { batch = open.Value });
        await services.GetRequiredService<PirogovDb>().SaveChangesAsync(cancellation);
        return await services.GetRequiredService<ReceiveFile>().Enter(open.Value, cancellation);
    }

    public override async ValueTask<FindAnswer> Find(QueryRequest request, CancellationToken cancellation)
    {
        queries++;
        await using var scope = Scope();
        var search = new DimseSearch(scope.ServiceProvider, request, options.Title);
        if (search.Level is null)
            return new(DimseStatus.DataSetDoesNotMatch.Because("Query/Retrieve Level"), null);
        if (search.IsMalformed)
            return new(DimseStatus.CannotUnderstand.Because("A key cannot be read"), null);
        if (await search.IsTooBroad(cancellation))
            return new(DimseStatus.OutOfResources.Because("Too many headers to look at: narrow the query"), null);
        var matches = await search.Count(cancellation);
        scope.ServiceProvider.GetRequiredService<AuditTrail>().Note("archive.dimse-find", "application-entity", who.Name, new { level = search.Level, matches });
        await scope.ServiceProvider.GetRequiredService<PirogovDb>().SaveChangesAsync(cancellation);
        return new(default, Matches(request, cancellation));
    }

    /// <summary>Page by page, each in a scope of its own: a peer takes its time, and may cancel.</summary>
    private async IAsyncEnumerable<DicomDataset> Matches(QueryRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? after = ""; after is not null;)
        {
            await using var scope = Scope();
            (var matches, after) = await new DimseSearch(scope.ServiceProvider, request, options.Title).Page(after, cancellation);
            foreach (var match in matches)
                yield return match;
        }
    }

    public override async ValueTask<MovePlan> Move(QueryRequest request, string destination, CancellationToken cancellation)
    {
        queries++;
        // What a centre gave goes to nobody but the centre.
        if (options.Find(destination) is not { Host: { Length: > 0 } host } target || target.Centre != allowed.Centre)
            return new(DimseStatus.MoveDestinationUnknown, null, []);
        await using var scope = Scope();
        var search = new DimseSearch(scope.ServiceProvider, request, options.Title);
        if (search.Level is null)
            return new(DimseStatus.DataSetDoesNotMatch.Because("Query/Retrieve Level"), null, []);
        if (search.IsMalformed)
            return new(DimseStatus.CannotUnderstand.Because("A key cannot be read"), null, []);
        if (!search.NamesItsLevel)
            return new(DimseStatus.DataSetDoesNotMatch.Because("The unique key of the level is absent or a wildcard"), null, []);
        if (await search.IsTooBroad(cancellation))
            return new(DimseStatus.UnableToPerform.Because("Too many headers to look at: narrow the query"), null, []);
        var instances = await search.Instances(MostMoved + 1, cancellation);
        if (instances.Count > MostMoved)
            return new(DimseStatus.UnableToPerform.Because($"More than {MostMoved} instances: ask for fewer at once"), null, []);
        scope.ServiceProvider.GetRequiredService<AuditTrail>().Note("archive.dimse-move", "application-entity", who.Name,
            new { destination = target.Title, studies = instances.Select(i => i.StudyInstanceUid).Distinct().Take(20), instances = instances.Count });
        await scope.ServiceProvider.GetRequiredService<PirogovDb>().SaveChangesAsync(cancellation);
        var client = new DicomClientOptions(host, target.Port, target.Title, options.Title) { Tls = target.UsesTls ? options.TlsTo(host) : null };
        return new(default, client, [.. instances.Select(i => new MoveItem(i.SopClassUid, i.SopInstanceUid, i.TransferSyntaxUid, async (syntax, token) =>
        {
            await using var reading = Scope();
            return await reading.ServiceProvider.GetRequiredService<MovedInstance>().Open(i, syntax, token);
        }))]);
    }

    public override void Failed(Exception defect) => log.LogError(defect, "DIMSE: an operation of {Title} failed.", allowed.Title);

    public override async ValueTask Ended(DicomNetworkException? fault)
    {
        await using var scope = Scope();
        scope.ServiceProvider.GetRequiredService<AuditTrail>().Note("archive.dimse-association", "application-entity", who.Name,
            new { stored, waiting, refused, queries, ended = fault?.Fault.ToString() ?? "Released" });
        await scope.ServiceProvider.GetRequiredService<PirogovDb>().SaveChangesAsync(CancellationToken.None);
    }

    public override async ValueTask DisposeAsync()
    {
        if (storing is { } scope)
            await scope.DisposeAsync();
        await base.DisposeAsync();
    }

    private AsyncServiceScope Scope()
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentActor>().Become(who);
        scope.ServiceProvider.GetRequiredService<CentreAccess>().SpeakFor(centre.Id);
        return scope;
    }

    /// <summary>
    /// Success promises that the sender may forget the instance: it lies in the store, flushed and with its row committed. That is so for
    /// one that waits for a reviewer too (sealed), and for one that is known. PS3.4 B.2.3: A9xx and Cxxx say that sending again will not help.
    /// </summary>
    private DimseStatus StatusOf(ReceiveFile.Response received)
    {
        switch (received.Outcome)
        {
            case FileVerdict.Accepted or FileVerdict.Duplicate:
                stored++;
                return DimseStatus.Success;
            case FileVerdict.Quarantined:
                waiting++;
                return DimseStatus.Success;
        }

        var reason = received.Reason?.Type?.Split('.')[^1] ?? "";
        return Refuse((reason switch
        {
            FileRefused.TooLarge or FileRefused.DeflateBomb => DimseStatus.OutOfResources,
            FileRefused.MissingUid or FileRefused.SameUidOtherContent => DimseStatus.DataSetDoesNotMatch,
            _ => DimseStatus.CannotUnderstand,
        }).Because(reason));
    }

    private DimseStatus Refuse(DimseStatus status)
    {
        refused++;
        return status;
    }
}
