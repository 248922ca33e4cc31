using Pirogov.Datasets.Contracts;
using Pirogov.Platform.Problems;
using Pirogov.Statistics;

namespace Pirogov.Datasets.Versions;

/// <summary>Shares of the patients; each more than 0, together 1. The seed stays on the server: it would tell the hidden part.</summary>
public sealed record SplitChoice(double Train, double PublicTest, double HiddenTest, int Seed)
{
    public double Of(Split split) => split switch
    {
        Split.Train => Train,
        Split.PublicTest => PublicTest,
        _ => HiddenTest,
    };
}

public sealed record FractionsAreInvalid() : Refusal("datasets.fractions-are-invalid", 422);

public sealed record TooFewPatients(int Patients) : Refusal("datasets.too-few-patients", 422);

/// <summary>Their labels lie in the hidden part of another version: given away here, they would decide a competition there.</summary>
public sealed record PatientsAreHiddenElsewhere(int Patients) : Refusal("datasets.patients-are-hidden-elsewhere", 409);

/// <summary>Patients keep the part of earlier versions, and nobody is left for one of the parts.</summary>
public sealed record NoPatientLeft(int Patients, int Kept) : Refusal("datasets.no-patient-left", 422);

/// <summary>Where a patient stands in the versions before this one, of whatever dataset.</summary>
/// <param name="Kept">The part that the patient keeps; null for one whom no version has.</param>
/// <param name="IsHiddenElsewhere">In the hidden part of a version of another dataset.</param>
internal readonly record struct PatientStanding(Split? Kept, bool IsHiddenElsewhere)
{
    /// <summary>The own dataset's part, for that is published already; else the most secret of the others'.</summary>
    public static PatientStanding Of(IEnumerable<Split> own, IEnumerable<Split> elsewhere)
    {
        var (here, there) = (own.ToArray(), elsewhere.ToArray());
        Split? kept = here.Length > 0 ? here[0] : there.Length > 0 ? there.Max() : null;
        return new(kept, there.Contains(Split.HiddenTest));
    }

    /// <summary>Once hidden, a patient stays hidden or out.</summary>
    public bool GivesAwayIn(Split split) => IsHiddenElsewhere && split is not Split.HiddenTest;
}

/// <param name="Stratum">Patients of one stratum are spread over the splits in proportion.</param>
internal sealed record SplitPatient(string Key, string Stratum, PatientStanding Standing)
{
    public Split? Kept => Standing.Kept;
}

/// <summary>
/// Splits patients, never cases. Patients are shuffled by the seed, laid out stratum by stratum, and each goes to the
/// split that is furthest behind its share, so that every run of the layout, and so every stratum of whatever size,
/// is split in proportion to within one patient.
/// </summary>
internal static class PatientSplit
{
    private static readonly Split[] Splits = [Split.Train, Split.PublicTest, Split.HiddenTest];

    public static Outcome<IReadOnlyDictionary<string, Split>> Assign(IEnumerable<SplitPatient> patients, SplitChoice choice)
    {
        if (Splits.Any(s => !(choice.Of(s) > 0)) || !(Math.Abs(Splits.Sum(choice.Of) - 1) < 1e-6) || choice.Seed < 0)
            return new FractionsAreInvalid();
        var all = patients.ToArray();
        if (all.Count(p => p.Kept is { } kept && p.Standing.GivesAwayIn(kept)) is > 0 and var given)
            return new PatientsAreHiddenElsewhere(given);
        var shuffled = all.OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        new Xoshiro256((ulong)choice.Seed).Shuffle(shuffled.AsSpan());
        var counts = Splits.ToDictionary(s => s, s => shuffled.Count(p => p.Kept == s));
        var assigned = shuffled.Where(p => p.Kept is not null).ToDictionary(p => p.Key, p => p.Kept!.Value);
        var fresh = shuffled.Where(p => p.Kept is null).OrderBy(p => p.Stratum, StringComparer.Ordinal).ToArray();
        foreach (var patient in fresh)
        {
            var total = counts.Values.Sum() + 1;
            var next = Splits.MaxBy(s => choice.Of(s) * total - counts[s]);
            assigned[patient.Key] = next;
            counts[next]++;
        }

        if (!FillEmpty(fresh, assigned, counts))
            return fresh.Length < shuffled.Length ? new NoPatientLeft(shuffled.Length, shuffled.Length - fresh.Length) : new TooFewPatients(shuffled.Length);
        return Outcome<IReadOnlyDictionary<string, Split>>.Of(assigned);
    }

    private static bool FillEmpty(SplitPatient[] fresh, Dictionary<string, Split> assigned, Dictionary<Split, int> counts)
    {
        foreach (var empty in Splits.Where(s => counts[s] == 0))
        {
            var donor = fresh.LastOrDefault(p => counts[assigned[p.Key]] == counts.Values.Max() && counts[assigned[p.Key]] > 1)
                ?? fresh.LastOrDefault(p => counts[assigned[p.Key]] > 1);
            if (donor is null)
                return false;
            counts[assigned[donor.Key]]--;
            assigned[donor.Key] = empty;
            counts[empty]++;
        }

        return true;
    }

    /// <summary>Neutral names <c>case-0001</c> in an order that only the seed knows.</summary>
    public static IReadOnlyDictionary<TKey, string> Names<TKey>(string prefix, IEnumerable<TKey> ordered, int seed) where TKey : notnull
    {
        var keys = ordered.ToArray();
        // Another stream than the split's own.
        new Xoshiro256(~(ulong)seed).Shuffle(keys.AsSpan());
        var digits = Math.Max(4, keys.Length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        return keys.Select((key, i) => (key, Name: prefix + "-" + (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(digits, '0')))
            .ToDictionary(p => p.key, p => p.Name);
    }
}
