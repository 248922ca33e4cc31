using System.Buffers.Binary;
using System.Security.Cryptography;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Validation;

internal readonly record struct LotId(Guid Value) : IEntityId<LotId>
{
    public static LotId From(Guid value) => new(value);
    public static bool TryParse(string? text, out LotId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

internal enum LotState
{
    Open,
    Accepted,
    Rejected,
}

/// <summary>A case's place in a lot.</summary>
internal sealed class LotCase
{
    public LotId LotId { get; init; }

    /// <summary>From 0, in the order of arrival.</summary>
    public int Position { get; init; }
    public ProjectCaseId ProjectCaseId { get; init; }
    public int Level { get; init; }
    public bool IsSampled { get; set; }

    /// <summary>Looked at because the sample was bad.</summary>
    public bool IsWidened { get; set; }

    /// <summary>By its first verdict at the level: what comes back after a return is judged again, and counts once.</summary>
    public bool? IsGood { get; set; }

    public bool IsWanted => IsSampled || IsWidened;
}

/// <summary>
/// Cases that reached a level one after another and are accepted or rejected together: inspection by attributes with rectification (Dodge and
/// Romig 1959). The sample is drawn when the lot is opened, by a seed that nobody knows before.
/// </summary>
internal sealed class ValidationLot
{
    public LotId Id { get; private set; } = EntityId.New<LotId>();
    public ProjectId ProjectId { get; private set; }
    public int Level { get; private set; }

    /// <summary>From 1, within the level.</summary>
    public int Number { get; private set; }
    public int Size { get; private set; }
    public int SampleSize { get; private set; }

    /// <summary>The most errors of an accepted sample.</summary>
    public int AcceptanceNumber { get; private set; }

    /// <summary>Random, so that no position can be foreseen; kept, so that the draw can be repeated.</summary>
    public Guid Seed { get; private set; } = new(RandomNumberGenerator.GetBytes(16));
    public int Arrived { get; private set; }
    public int Judged { get; private set; }
    public int Errors { get; private set; }
    public LotState State { get; private set; }
    public DateTimeOffset OpenedAt { get; private set; }
    public DateTimeOffset? DecidedAt { get; private set; }

    private ValidationLot()
    {
    }

    public ValidationLot(ProjectId projectId, int level, int number, LotPlan plan, double share, DateTimeOffset now) =>
        (ProjectId, Level, Number, Size, SampleSize, AcceptanceNumber, OpenedAt) =
        (projectId, level, number, plan.Size, plan.SampleOf(share), plan.MostErrors(share)!.Value, now);

    public bool IsFull => Arrived == Size;

    public LotCase Admit(ProjectCase one)
    {
        var position = Arrived++;
        return new()
        {
            LotId = Id,
            Position = position,
            ProjectCaseId = one.Id,
            Level = Level,
            IsSampled = Drawn(Size).Contains(position),
            IsWidened = State == LotState.Rejected,
        };
    }

    /// <summary>Its last case has come. Where the sample was judged before, nothing else would decide the lot any more.</summary>
    /// <returns>Whether this decided the lot.</returns>
    public bool Fill(DateTimeOffset now) => IsFull && Decide(now);

    /// <summary>A case of the sample got its first verdict.</summary>
    /// <returns>Whether this decided the lot.</returns>
    public bool Count(bool isGood, DateTimeOffset now)
    {
        (Judged, Errors) = (Judged + 1, Errors + (isGood ? 0 : 1));
        return Decide(now);
    }

    /// <summary>
    /// No further case will come. A short lot is sampled as a whole one would be, so cases that were passed by may now be drawn; the draw keeps
    /// its order, so what was looked at stays in it.
    /// </summary>
    /// <returns>The positions of the sample, and whether this decided the lot.</returns>
    public (IReadOnlySet<int> Sample, bool Decided) Close(DateTimeOffset now)
    {
        (Size, SampleSize) = (Arrived, Math.Min(SampleSize, Arrived));
        return (Drawn(Arrived), Decide(now));
    }

    private bool Decide(DateTimeOffset now)
    {
        if (State != LotState.Open || Errors <= AcceptanceNumber && !(IsFull && Judged == SampleSize))
            return false;
        (State, DecidedAt) = (Errors > AcceptanceNumber ? LotState.Rejected : LotState.Accepted, now);
        return true;
    }

    private HashSet<int> Drawn(int positions) => [.. Enumerable.Range(0, positions).OrderBy(Rank).ThenBy(p => p).Take(SampleSize)];

    private ulong Rank(int position)
    {
        Span<byte> keyed = stackalloc byte[20];
        Seed.TryWriteBytes(keyed);
        BinaryPrimitives.WriteInt32LittleEndian(keyed[16..], position);
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(keyed));
    }
}
