using CsCheck;
using Pirogov.Datasets.Contracts;
using Pirogov.Datasets.Versions;
using Xunit;

namespace Pirogov.Unit.Datasets;

public class PatientSplitTests
{
    private static readonly SplitChoice Choice = new(0.6, 0.2, 0.2, 42);

    private static SplitPatient[] Patients(int count, int strata = 1) =>
        [.. Enumerable.Range(0, count).Select(n => new SplitPatient($"p{n}", $"s{n % strata}", default))];

    [Fact]
    public void Every_split_gets_its_share_and_none_is_empty() => Gen.Select(Gen.Int[3, 300], Gen.Int[1, 9], Gen.Int[0, int.MaxValue]).Sample((count, strata, seed) =>
    {
        var splits = PatientSplit.Assign(Patients(count, strata), Choice with { Seed = seed }).Value;
        Assert.Equal(count, splits.Count);
        foreach (var split in Enum.GetValues<Split>())
        {
            var got = splits.Values.Count(s => s == split);
            Assert.InRange(got, Math.Max(1, (int)(Choice.Of(split) * count) - 1), Choice.Of(split) * count + 1.5);
        }
    });

    [Fact]
    public void Each_stratum_is_split_in_proportion()
    {
        var patients = Patients(200, 4);
        var splits = PatientSplit.Assign(patients, Choice).Value;
        foreach (var stratum in patients.GroupBy(p => p.Stratum))
            Assert.InRange(stratum.Count(p => splits[p.Key] == Split.HiddenTest), 9, 11);
    }

    [Fact]
    public void The_seed_decides_and_the_order_of_the_patients_does_not()
    {
        var patients = Patients(50);
        var first = PatientSplit.Assign(patients, Choice).Value;
        Assert.Equal(first.OrderBy(p => p.Key), PatientSplit.Assign(patients.Reverse(), Choice).Value.OrderBy(p => p.Key));
        Assert.NotEqual(first.OrderBy(p => p.Key), PatientSplit.Assign(patients, Choice with { Seed = 43 }).Value.OrderBy(p => p.Key));
    }

    [Fact]
    public void A_patient_of_an_earlier_version_keeps_the_split()
    {
        var patients = Patients(30).Select((p, n) => n < 9 ? p with { Standing = new((Split)(n % 3), false) } : p).ToArray();
        var splits = PatientSplit.Assign(patients, Choice).Value;
        Assert.All(patients.Where(p => p.Kept is not null), p => Assert.Equal(p.Kept, splits[p.Key]));
    }

    [Fact]
    public void A_patient_once_hidden_is_hidden_in_every_later_version() => Gen.Select(Gen.Int[0, 20], Gen.Int[0, int.MaxValue]).Sample((hidden, seed) =>
    {
        var patients = Patients(30).Select((p, n) => n < hidden ? p with { Standing = PatientStanding.Of([], [Split.Train, Split.HiddenTest, Split.PublicTest]) } : p).ToArray();
        var splits = PatientSplit.Assign(patients, Choice with { Seed = seed }).Value;
        Assert.All(patients[..hidden], p => Assert.Equal(Split.HiddenTest, splits[p.Key]));
    });

    [Fact]
    public void Patients_whom_this_dataset_has_published_and_another_hides_are_counted_and_refused()
    {
        var patients = Patients(30).Select((p, n) => n < 4 ? p with { Standing = PatientStanding.Of([(Split)(n % 3)], [Split.HiddenTest]) } : p);
        var refusal = Assert.IsType<PatientsAreHiddenElsewhere>(PatientSplit.Assign(patients, Choice).Refusal);
        Assert.Equal(3, refusal.Patients);
    }

    [Fact]
    public void When_all_patients_keep_a_part_and_one_part_stays_empty_the_refusal_says_so()
    {
        var patients = Patients(5).Select(p => p with { Standing = PatientStanding.Of([], [Split.HiddenTest]) });
        Assert.Equal(new NoPatientLeft(5, 5), PatientSplit.Assign(patients, Choice).Refusal);
    }

    [Theory]
    [InlineData(0.5, 0.5, 0)]
    [InlineData(0.5, 0.3, 0.3)]
    [InlineData(double.NaN, 0.5, 0.5)]
    [InlineData(1.2, -0.1, -0.1)]
    public void Shares_that_are_no_shares_are_refused(double train, double open, double hidden) =>
        Assert.IsType<FractionsAreInvalid>(PatientSplit.Assign(Patients(30), new(train, open, hidden, 1)).Refusal);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Too_few_patients_are_refused(int count) => Assert.IsType<TooFewPatients>(PatientSplit.Assign(Patients(count), Choice).Refusal);

    [Fact]
    public void Names_are_neutral_complete_and_not_in_the_order_of_the_cases()
    {
        var names = PatientSplit.Names("case", Enumerable.Range(0, 40), 5);
        Assert.Equal(Enumerable.Range(1, 40).Select(n => $"case-{n:0000}"), names.Values.Order(StringComparer.Ordinal));
        Assert.NotEqual(Enumerable.Range(0, 40), names.OrderBy(n => n.Value, StringComparer.Ordinal).Select(n => n.Key));
    }
}
