using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Readings;

/// <summary>What the person is asked for: labels of their own, a decision between two readings, or a verdict.</summary>
internal enum ReadingMode
{
    Read,
    Adjudicate,
    Validate,
}

internal enum ReadingState
{
    Offered,
    Accepted,
    Draft,
    Submitted,
    Locked,
    Returned,
}

/// <param name="Draft">Where what was sent is kept: among the reading's side drafts.</param>
internal sealed record StaleRevision(int CurrentRevision, DateTimeOffset SavedAt, Guid? Draft = null) : Refusal("labelling/stale-revision", 409);

/// <param name="Draft">Where what was sent is kept: among the reading's side drafts.</param>
internal sealed record ReadingIsLocked(Guid? Draft = null) : Refusal("labelling/reading-is-locked", 409);

internal sealed record NothingToSubmit() : Refusal("labelling/nothing-to-submit", 409);

internal sealed record ValidatorDoesNotDraw() : Refusal("labelling/validator-does-not-draw", 409);

internal sealed record NotForValidation() : Refusal("labelling/not-for-validation", 409);

internal sealed record GivesAVerdict() : Refusal("labelling/gives-a-verdict", 409);

/// <summary>
/// One person's piece of work on one case of a project. Its revisions are appended and never changed; the newest
/// number and the state are the row's concurrency tokens.
/// </summary>
internal sealed partial class Reading
{
    public ReadingId Id { get; private set; } = EntityId.New<ReadingId>();
    public ProjectId ProjectId { get; private set; }
    public ProjectCaseId ProjectCaseId { get; private set; }
    public CaseId CaseId { get; private set; }
    public Guid AccountId { get; private set; }
    public ReadingMode Mode { get; private set; }

    /// <summary>From 1 for the blind readers; 1 for the adjudicator, and one more for who takes over from one who is gone; the level for a validator.</summary>
    public int Slot { get; private set; }
    public ReadingState State { get; private set; }
    public int Revision { get; private set; }

    /// <summary>1: blind; 2: a model's findings have been revealed.</summary>
    public int Pass { get; private set; } = 1;

    /// <summary>What was handed in blind, once the second pass has begun.</summary>
    public int? BlindRevision { get; private set; }
    public DateTimeOffset OfferedAt { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>Everybody but a validator whose level may only judge.</summary>
    public bool MayDraw { get; private set; } = true;

    /// <summary>The newest revision when the work was last offered: a validator's later ones are corrections of what is judged now.</summary>
    public int OfferedRevision { get; private set; }
    /// <summary>The first moment at which it was locked: what it is paid by.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }

    private Reading()
    {
    }

    public Reading(ProjectCase one, Guid accountId, ReadingMode mode, int slot, DateTimeOffset now, bool mayCorrect = false) =>
        (ProjectId, ProjectCaseId, CaseId, AccountId, Mode, Slot, OfferedAt, ChangedAt, DueAt, MayDraw) =
        (one.ProjectId, one.Id, one.CaseId, accountId, mode, slot, now, now, one.DueAt, mode != ReadingMode.Validate || mayCorrect);

    /// <summary>For queries: named one by one, so that an index on the state finds the few that are open among the many that are done.</summary>
    public static readonly ReadingState[] OpenStates = [ReadingState.Offered, ReadingState.Accepted, ReadingState.Draft, ReadingState.Returned];

    public bool IsOpen => OpenStates.Contains(State);

    /// <summary>Opening the case takes the offer up; opening it again changes nothing.</summary>
    public void Take(DateTimeOffset now)
    {
        Renew(now);
        if (State == ReadingState.Offered)
            (State, ChangedAt) = (ReadingState.Accepted, now);
    }

    public Refusal? MaySave(int baseRevision)
    {
        if (!MayDraw)
            return new ValidatorDoesNotDraw();
        if (!IsOpen)
            return new ReadingIsLocked();
        return baseRevision == Revision ? null : new StaleRevision(Revision, ChangedAt);
    }

    public Outcome<ReadingRevision> Save(int baseRevision, StoredObject document, SchemaVersionId schema, string caseSha256, DateTimeOffset now)
    {
        if (MaySave(baseRevision) is { } refusal)
            return refusal;
        (Revision, State, ChangedAt) = (Revision + 1, ReadingState.Draft, now);
        Renew(now);
        return new ReadingRevision(Id, Revision, document, schema, caseSha256, now);
    }

    public Refusal? MaySubmit(int revision) => Mode == ReadingMode.Validate ? new GivesAVerdict() : MaySave(revision) ?? (Revision == 0 ? new NothingToSubmit() : null);

    public Refusal? Submit(int revision, DateTimeOffset now)
    {
        if (MaySubmit(revision) is { } refusal)
            return refusal;
        (State, ChangedAt) = (ReadingState.Submitted, now);
        return null;
    }

    /// <summary>The round has taken the submission in: from now on it is what others are compared with.</summary>
    public bool Lock(DateTimeOffset now)
    {
        if (State != ReadingState.Submitted)
            return false;
        (State, ChangedAt) = (ReadingState.Locked, now);
        FinishedAt ??= now;
        return true;
    }

    /// <summary>What was read blind stays as it was handed in; from now on the reader knows what a model found.</summary>
    public bool BeginSecondPass(DateTimeOffset now)
    {
        if (State != ReadingState.Locked || Pass != 1 || Mode != ReadingMode.Read)
            return false;
        (Pass, BlindRevision, State, ChangedAt) = (2, Revision, ReadingState.Accepted, now);
        Renew(now);
        return true;
    }

    /// <summary>The second pass is given up: the reading stands as it was handed in blind, and what was saved since counts for nothing.</summary>
    /// <returns>False for a reading that is in no second pass.</returns>
    public bool EndSecondPass(DateTimeOffset now)
    {
        if (Pass != 2 || !IsOpen || BlindRevision is not { } blind)
            return false;
        (Pass, Revision, BlindRevision, State, ReservedUntil, ChangedAt) = (1, blind, null, ReadingState.Locked, null, now);
        return true;
    }

    /// <summary>A blind reading that counts in its round; in the second pass it is what was handed in before.</summary>
    public bool IsHandedIn => Mode == ReadingMode.Read && LeftAt is null && (State == ReadingState.Locked || BlindRevision is not null);

    public int RevisionFor(ComparedPass pass) => pass == ComparedPass.First ? BlindRevision ?? Revision : Revision;

    /// <summary>The adjudicator's decision comes back with a comment.</summary>
    public void Return(DateTimeOffset now) => (State, ChangedAt) = (ReadingState.Returned, now);

    /// <summary>The platform writes down where an adjudicator's work goes on.</summary>
    public ReadingRevision GoOnFrom(StoredObject document, SchemaVersionId schema, string caseSha256, DateTimeOffset now) =>
        new(Id, ++Revision, document, schema, caseSha256, now);

    /// <summary>The validator is asked again, about a new consensus.</summary>
    public void OfferAgain(DateTimeOffset now) => (State, OfferedRevision, OfferedAt, ChangedAt) = (ReadingState.Offered, Revision, now, now);

    /// <summary>The case has gone back to a lower level: nothing is asked here until it returns.</summary>
    public void Withdraw(DateTimeOffset now) => (State, ChangedAt) = (ReadingState.Locked, now);

    /// <summary>The validator's newest revision becomes the consensus.</summary>
    public Refusal? Correct(int revision, DateTimeOffset now)
    {
        if (Mode != ReadingMode.Validate)
            return new NotForValidation();
        if (MaySave(revision) is { } refusal)
            return refusal;
        return Revision == OfferedRevision ? new NothingToSubmit() : GiveVerdict(now);
    }

    public Refusal? GiveVerdict(DateTimeOffset now)
    {
        if (Mode != ReadingMode.Validate)
            return new NotForValidation();
        if (!IsOpen)
            return new ReadingIsLocked();
        (State, ChangedAt) = (ReadingState.Locked, now);
        FinishedAt ??= now;
        return null;
    }

    /// <summary>
    /// The order in which sources are named A and B: by a hash over the case and the reading, so that a letter tells
    /// nothing of the person, the slot or who was first.
    /// </summary>
    public static IEnumerable<Reading> InBlindOrder(IEnumerable<Reading> readings) => readings.OrderBy(
        r => Convert.ToHexString(SHA256.HashData([.. r.ProjectCaseId.Value.ToByteArray(), .. r.Id.Value.ToByteArray()])), StringComparer.Ordinal);
}

/// <summary>What stood in a reading at one save. It pins the schema's version and the case's content.</summary>
internal sealed class ReadingRevision
{
    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ReadingId ReadingId { get; private set; }
    public int Number { get; private set; }
    public string DocumentMd5 { get; private set; } = "";
    public string DocumentSha256 { get; private set; } = "";
    public long DocumentSize { get; private set; }
    public SchemaVersionId SchemaVersionId { get; private set; }
    public string CaseSha256 { get; private set; } = "";
    public DateTimeOffset SavedAt { get; private set; }

    private ReadingRevision()
    {
    }

    public ReadingRevision(ReadingId readingId, int number, StoredObject document, SchemaVersionId schema, string caseSha256, DateTimeOffset now) =>
        (ReadingId, Number, DocumentMd5, DocumentSha256, DocumentSize, SchemaVersionId, CaseSha256, SavedAt) =
        (readingId, number, document.Md5, document.Sha256, document.Size, schema, caseSha256, now);
}
