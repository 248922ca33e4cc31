using Pirogov.Labelling.Assignment;
using Pirogov.Labelling.Projects;
using Pirogov.Statistics;

namespace Pirogov.Labelling.Agreement;

/// <summary>What the readers of one thing measured: of a case, or of an object that is the same in their eyes.</summary>
/// <param name="Readers">All who read the case.</param>
/// <param name="Values">By reader; null where one gave no number, or lacks the object.</param>
internal sealed record NumberRow(ProjectCaseId Case, IReadOnlyList<Guid> Readers, IReadOnlyList<double?> Values)
{
    public double? Of(Guid reader) => Values[Readers.Index().First(r => r.Item == reader).Index];
}

/// <summary>Two readers who measured the same things (Bland &amp; Altman 1999); differences are the first's number less the second's.</summary>
/// <param name="Bias">Mean difference with its 95 % interval, over so many pairs of numbers.</param>
/// <param name="Lowest">Lower limit of agreement: 95 % of the differences lie between it and the upper one.</param>
internal sealed record ReaderPair(Guid First, Guid Second, int Cases, MeanWithInterval Bias, MeanWithInterval Lowest, MeanWithInterval Highest);

/// <summary>Agreement of numbers.</summary>
internal static class NumberAgreement
{
    /// <summary>
    /// ICC(2,1) where the same people read every case: of the things that all of them measured. ICC(1,1) where the readers change from case to case: of all that two
    /// or more measured. Both are of absolute agreement and of one reader's number. Things of one case count as independent.
    /// </summary>
    public static Coefficient Intraclass(IReadOnlyList<NumberRow> rows)
    {
        if (rows.Count > 0 && rows.All(r => r.Readers.Count > 1 && r.Readers.ToHashSet().SetEquals(rows[0].Readers)))
        {
            Guid[] readers = [.. rows[0].Readers.Order()];
            double?[][] complete = [.. rows.Select(r => readers.Select(reader => r.Of(reader)).ToArray()).Where(r => r.All(v => v is not null))];
            if (complete.Length > 1)
                return Of("icc-2-1", IntraclassCorrelation.Of(Table(complete), Coefficient.Level).Single2, complete.Length);
        }

        double[][] measured = [.. rows.Select(r => r.Values.OfType<double>().ToArray()).Where(v => v.Length > 1)];
        return measured.Length > 1 ? Of("icc-1-1", IntraclassCorrelation.OneWay(measured, Coefficient.Level), measured.Length) : new(null, null, null, measured.Length);
    }

    /// <returns>Pairs of readers with two measured things in common at least, those with the most first.</returns>
    public static IReadOnlyList<ReaderPair> Pairs(IEnumerable<NumberRow> rows) =>
        [.. rows.SelectMany(Both).GroupBy(p => (p.First, p.Second)).Where(g => g.Count() > 1).Select(g => Compare(g.Key.First, g.Key.Second, [.. g]))
            .OrderByDescending(p => p.Bias.From).ThenBy(p => p.First).ThenBy(p => p.Second)];

    private static IEnumerable<(Guid First, Guid Second, string Case, double One, double Other)> Both(NumberRow row)
    {
        var given = row.Readers.Zip(row.Values).Where(v => v.Second is not null).OrderBy(v => v.First).ToArray();
        for (var a = 0; a < given.Length; a++)
        {
            for (var b = a + 1; b < given.Length; b++)
                yield return (given[a].First, given[b].First, row.Case.ToString(), given[a].Second!.Value, given[b].Second!.Value);
        }
    }

    /// <summary>Where a case has several things, its pairs of numbers belong together (Bland &amp; Altman 2007).</summary>
    private static ReaderPair Compare(Guid first, Guid second, (Guid First, Guid Second, string Case, double One, double Other)[] pairs)
    {
        double[] one = [.. pairs.Select(p => p.One)], other = [.. pairs.Select(p => p.Other)];
        var cases = pairs.Select(p => p.Case).Distinct().Count();
        var found = cases > 1 && cases < pairs.Length ? BlandAltman.Repeated(one, other, [.. pairs.Select(p => p.Case)], Coefficient.Level) : BlandAltman.Of(one, other, Coefficient.Level);
        return new(first, second, cases, Shown(found.Bias), Shown(found.LowerLimit), Shown(found.UpperLimit));

        MeanWithInterval Shown(LimitEstimate limit) => new(limit.Value, limit.Interval.Lower, limit.Interval.Upper, pairs.Length);
    }

    private static Coefficient Of(string name, IntraclassEstimate? estimate, int items) => new(name, estimate?.Value, Coefficient.Shown(estimate?.Interval), items);

    private static double[,] Table(double?[][] rows)
    {
        var table = new double[rows.Length, rows[0].Length];
        for (var item = 0; item < rows.Length; item++)
        {
            for (var reader = 0; reader < rows[item].Length; reader++)
                table[item, reader] = rows[item][reader]!.Value;
        }

        return table;
    }
}
