using Pirogov.Imaging;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;
using Pirogov.Statistics;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

/// <summary>The algorithm that a project chose is the one that runs: where they differ, the consensus is what a direct call gives.</summary>
public class ConsensusAlgorithmTests
{
    private const int Slices = 5;
    private const int FirstFrame = 3;
    private static readonly MaskGrid Grid = new(Side, Side, Slices, 0.7, 0.9, 3);
    private static readonly FrameOrder Thick = new(Files, new Dictionary<string, (double, double, double)> { ["1"] = (0.7, 0.9, 3) });

    [Fact]
    public async Task Each_algorithm_of_masks_gives_its_own_mask_and_its_own_confidence()
    {
        bool[][] masks = [Drawn(1, 7.5, 7.5, 4.5), Drawn(2, 8, 7, 4), Drawn(3, 7, 8, 5), Drawn(4, 8.5, 8.5, 4.5), Drawn(5, 5, 10, 2.5)];
        var readings = masks.Select(m => Document(masks: Enumerable.Range(0, Slices).Select(s => Mask(Slice(m, s), FirstFrame + s)))).ToArray();
        var expected = new Dictionary<MaskAlgorithm, MaskConsensus>
        {
            [MaskAlgorithm.Majority] = MaskConsensus.Majority(masks, Grid),
            [MaskAlgorithm.Staple] = Staple.Fit(masks, Grid).Consensus,
            [MaskAlgorithm.Simple] = SimpleFusion.Fit(masks, Grid).Consensus,
            [MaskAlgorithm.ShapeAverage] = ShapeAverage.Of(masks, Grid),
        };
        // Were two of them the same here, the test could not tell which one ran.
        Assert.Equal(expected.Count, expected.Values.Select(e => string.Concat(e.Mask.Select(p => p ? '1' : '0'))).Distinct().Count());
        foreach (var (algorithm, direct) in expected)
        {
            var rules = ConsensusRules.Default with { Masks = algorithm };
            ComparedDocument[] open = [.. readings.Select(Open)];
            var compared = await new CompareDocuments(Schema, rules, _ => 0.8, Thick).Compare(Seed, open, default);
            var made = await new BuildConsensus(Schema, rules, Thick).OfAgreement(compared.Detail, open, [0, 1, 2, 3, 4], default);
            var pixels = made.NewMasks.ToDictionary(m => m.Sha256, m => RunLengthMask.Decode(m.Bytes, Side, Side));
            for (var slice = 0; slice < Slices; slice++)
            {
                var there = made.Document.Masks.SingleOrDefault(m => m.SopInstanceUid == $"1.{FirstFrame + slice}");
                var wanted = RunLengthMask.FromBits(Slice(direct.Mask, slice), Side, Side);
                Assert.True((there is null ? wanted.IsEmpty : pixels[there.Blob!].Encode().SequenceEqual(wanted.Encode())), $"{algorithm}, slice {slice}: {there?.PixelCount} and {wanted.PixelCount}");
            }

            var confidence = direct.Foreground.Zip(direct.Mask).Where(v => v.Second).Average(v => (double)v.First);
            Assert.Equal(confidence, Assert.Single(made.Provenance.Elements).Confidence!.Value, 6);
        }
    }

    [Fact]
    public void Each_model_of_answers_gives_its_own_confidence()
    {
        Guid[] readers = [.. Enumerable.Range(1, 4).Select(n => Guid.Parse($"00000000-0000-7000-8000-{n:D12}"))];
        ProjectCaseId[] cases = [.. Enumerable.Range(1, 120).Select(n => ProjectCaseId.From(Guid.Parse($"00000000-0000-7000-9000-{n:D12}")))];
        double[] skill = [0.9, 0.8, 0.7, 0.6];
        var random = new Xoshiro256(11);
        var ratings = new List<(int Case, int Reader, int Category)>();
        for (var one = 0; one < cases.Length; one++)
        {
            var truth = random.NextInt32(3);
            ratings.AddRange(skill.Select((s, reader) => (one, reader, random.NextDouble() < s ? truth : random.NextInt32(3))));
        }

        var direct = CategoryRatings.Of([.. ratings.Select(r => new ItemRating(r.Case, r.Reader, r.Category))], cases.Length, readers.Length, 3);
        var (skene, mace) = (DawidSkene.Fit(direct, 1).Consensus, Mace.Fit(direct).Consensus);
        // By more than the digits that are compared below.
        Assert.All(Enumerable.Range(0, cases.Length), n => Assert.True(Math.Abs(skene.Confidence[n] - mace.Confidence[n]) > 1e-9, $"{n}"));
        AnswerModels.Rating[] given = [.. ratings.Select(r => new AnswerModels.Rating(cases[r.Case], readers[r.Reader], r.Category))];
        foreach (var (algorithm, consensus, name) in new[] { (AnswerAlgorithm.DawidSkene, skene, "dawid-skene"), (AnswerAlgorithm.Mace, mace, "mace") })
        {
            foreach (var n in new[] { 0, 17, 119 })
            {
                var answer = AnswerModels.Fit(given, cases[n], 3, algorithm, readers)!;
                Assert.Equal((name, consensus.Labels[n]), (answer.Algorithm, answer.Category));
                Assert.Equal(consensus.Confidence[n], answer.Confidence, 12);
                Assert.All(Enumerable.Range(0, readers.Length), r => Assert.Equal(consensus.Raters[r].Accuracy!.Value, answer.Accuracy[r]!.Value, 12));
            }
        }
    }

    /// <summary>A ball in pixels, thinner where the frames are far apart, with a ragged border, and two specks in the corners so that every reading fills the same box.</summary>
    private static bool[] Drawn(ulong seed, double x, double y, double radius)
    {
        var (random, voxels) = (new Xoshiro256(seed), new bool[Side * Side * Slices]);
        for (var at = 0; at < voxels.Length; at++)
        {
            var (column, row, slice) = (at % Side, at / Side % Side, at / Side / Side);
            var distance = Math.Sqrt(Math.Pow(column - x, 2) + Math.Pow(row - y, 2) + Math.Pow(1.5 * (slice - 2), 2));
            voxels[at] = distance + 1.5 * (random.NextDouble() - 0.5) < radius;
        }

        (voxels[0], voxels[^1]) = (true, true);
        return voxels;
    }

    private static bool[] Slice(bool[] volume, int slice) => volume[(slice * Side * Side)..((slice + 1) * Side * Side)];
}
