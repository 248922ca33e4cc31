using Pirogov.Statistics;

namespace Pirogov.Labelling.Validation;

/// <summary>What a validator is shown beside the consensus.</summary>
internal enum ValidatorSight
{
    Consensus,

    /// <summary>The readings by their letters.</summary>
    Readings,

    /// <summary>The readings, and how far they agree.</summary>
    Agreement,
}

/// <summary>
/// Acceptance sampling of a level's cases. A lot is accepted while its sample holds at most so many errors (cases that were returned or
/// corrected); else the whole of it is looked at. The number is given, or follows from a limit on the share of errors.
/// </summary>
/// <param name="Size">Cases of a lot.</param>
/// <param name="AcceptanceNumber">The most errors of an accepted sample.</param>
/// <param name="ErrorLimit">The upper end of the sample's 95 % Wilson interval may not exceed it.</param>
internal sealed record LotPlan(int Size, int? AcceptanceNumber = null, double? ErrorLimit = null)
{
    public const int Smallest = 5;
    public const int Largest = 1_000;

    /// <summary>Cases drawn from a lot.</summary>
    public int SampleOf(double share) => Math.Clamp((int)Math.Ceiling(Math.Round(Size * share, 9)), 1, Size);

    /// <returns>Null when no sample of this size could be accepted.</returns>
    public int? MostErrors(double share) =>
        AcceptanceNumber ?? (ErrorLimit is { } limit ? AcceptanceSampling.AcceptanceNumber(SampleOf(share), limit) : null);

    public bool IsFit(double share) => share < 1 && Size is >= Smallest and <= Largest && (AcceptanceNumber is null) != (ErrorLimit is null)
        && AcceptanceNumber is null or >= 0 && (AcceptanceNumber ?? 0) < SampleOf(share) && ErrorLimit is null or (> 0 and < 1) && MostErrors(share) is not null;
}

/// <summary>How a validation level looks at what reaches it.</summary>
/// <param name="Share">Of the cases, above 0 and at most 1; which of them is drawn by a hash, so that nobody can choose.</param>
/// <param name="Lot">None: every case is drawn for itself, and what passed by is not looked at again.</param>
/// <param name="MayCorrect">A validator may mend the consensus instead of returning it.</param>
internal sealed record ValidationLevel(double Share = 1, LotPlan? Lot = null, ValidatorSight Sees = ValidatorSight.Agreement, bool MayCorrect = false)
{
    internal bool IsFit => Share is > 0 and <= 1 && (Lot is null || Lot.IsFit(Share));
}
