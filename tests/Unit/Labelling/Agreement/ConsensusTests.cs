using System.Text.Json;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Statistics;
using Xunit;
using static Pirogov.Unit.Labelling.Agreement.ComparisonBench;

namespace Pirogov.Unit.Labelling.Agreement;

public class ConsensusTests
{
    [Fact]
    public async Task The_consensus_of_three_holds_what_two_drew_and_of_two_what_both_did()
    {
        var (four, two, none) = (Document(masks: Squares(0, 0, 4, 1)), Document(masks: Squares(0, 0, 2, 1)), Document());
        Assert.Equal(4, (await Agree([four, two, none], [0, 1, 2])).Document.Masks.Single().PixelCount);
        Assert.Equal(16, (await Agree([four, four, two], [0, 1, 2])).Document.Masks.Single().PixelCount);
        Assert.Empty((await Agree([four, none, none], [0, 1, 2])).Document.Masks);
        Assert.Equal(4, (await Agree([four, two, none], [0, 1])).Document.Masks.Single().PixelCount);
    }

    [Fact]
    public async Task Notes_of_all_are_kept_and_masks_are_named_by_their_hash()
    {
        var (a, b) = (Document(masks: Squares(0, 0, 3, 1), answers: ("note", "\"раз\"")), Document(masks: Squares(0, 0, 2, 1), answers: ("note", "\"два\"")));
        var made = await Agree([a, b], [0, 1]);
        Assert.Equal(made.NewMasks.Single().Sha256, made.Document.Masks.Single().Blob);
        Assert.Equal("раз\nдва", made.Document.Answers["note"].Value!.Value.GetString());
    }

    [Fact]
    public void Doubt_does_not_split_the_votes_for_an_answer_and_stays_where_half_of_them_have_it()
    {
        var side = Schema.Classes.Single(c => c.Id == "node").Attributes!.Single(a => a.Id == "side");
        DocumentAnswer Given(string value, bool uncertain = false) => new(JsonSerializer.SerializeToElement(value), uncertain);
        var unable = new DocumentAnswer(null, CannotAssess: true);
        string? Taken(params DocumentAnswer?[] given) => AnswerVote.Of(side, given, ConsensusRules.Default)?.Answer is { } taken
            ? (taken.CannotAssess ? "unable" : taken.Value!.Value.GetString()) + (taken.Uncertain ? "?" : "") : null;
        Assert.Equal("left?", Taken(Given("right"), Given("left"), Given("left", true)));
        Assert.Equal("left", Taken(Given("left", true), Given("left"), Given("left")));
        Assert.Equal("unable", Taken(Given("left"), unable, unable));
        Assert.Null(Taken(null, null, Given("left")));
    }

    [Fact]
    public void Held_against_what_is_right_an_answer_is_its_value_within_the_tolerance_and_doubt_is_no_part_of_it()
    {
        GivenAnswer Given(string? value, bool uncertain = false, bool unable = false) => new(value, uncertain, unable);
        Assert.True(Given("yes").Says(Given("yes", uncertain: true), 0));
        Assert.False(Given("yes").Equals(Given("yes", uncertain: true), 0));
        Assert.True(Given("10.4", uncertain: true).Says(Given("10.2"), 0.05));
        Assert.False(Given("10.4").Says(Given("10.2"), 0.01));
        Assert.True(Given(null, unable: true).Says(Given(null, unable: true), 0));
        Assert.False(Given(null, unable: true).Says(Given(null), 0));
        Assert.False(Given("yes").Says(Given("no"), 0.5));
    }

    [Fact]
    public async Task Boxes_are_fused_points_meet_in_the_median_and_spans_are_voted_on()
    {
        LabelDocument Read(double left, double x, int start, int first) => Document([Box(left, 0, 8), Point(x, 5), Span(start, start + 10), Event(first, first + 20)]);
        var objects = (await Agree([Read(0, 0, 0, 10), Read(1, 1, 1, 11), Read(2, 5, 5, 15)], [0, 1, 2])).Document.Objects.ToDictionary(o => o.Type);
        Assert.Equal([[1.0, 0], [9, 8]], objects["rectangle"].Points);
        Assert.Equal([[1.0, 5]], objects["point"].Points);
        Assert.Equal([new TextSpan(1, 11)], objects["span"].Spans!);
        Assert.Equal((11, 31), (objects["event"].Interval!.First, objects["event"].Interval!.Last));
    }

    [Fact]
    public async Task A_fused_track_passes_through_the_mean_of_the_boxes_and_ends_where_half_no_longer_see_it()
    {
        var (a, b, c) = (Track((1, 0), (9, 8)), Track((1, 2), (9, 10)), Track((1, 1), (5, 5)));
        var fused = (await Agree([Document([a]), Document([b]), Document([c])], [0, 1, 2])).Document.Objects.Single().Track!;
        Assert.Equal([1, 5, 9], fused.Select(k => k.Frame));
        Assert.Equal([[1.0, 0], [5, 4]], fused[0].Points);
        Assert.Equal([[9.0, 0], [13, 4]], fused[2].Points);
    }

    [Fact]
    public async Task Outlines_are_those_of_the_most_central_reading()
    {
        static DocumentObject Outline(double shift) => Object("polygon", "node", [[shift, 0], [shift + 8, 0], [shift + 8, 8], [shift, 8]]);
        var (a, b, c) = (Outline(0), Outline(1), Outline(2));
        Assert.Equal(b.Points, (await Agree([Document([a]), Document([b]), Document([c])], [0, 1, 2])).Document.Objects.Single().Points);
    }

    [Fact]
    public async Task The_consensus_says_of_each_part_whose_it_is_how_it_was_made_and_how_good_each_reading_was()
    {
        var made = (await Agree([Document([Box(0, 0, 8)], Squares(0, 0, 4, 1)), Document([Box(0, 0, 8)], Squares(0, 0, 4, 1)), Document([], Squares(0, 0, 2, 1))], [0, 1, 2])).Provenance;
        var box = Assert.Single(made.Elements, e => e.Kind == "object");
        Assert.Equal(("weighted-box-fusion", "AB"), (box.Algorithm, string.Concat(box.Sources)));
        Assert.Equal(2.0 / 3, box.Confidence!.Value, 6);
        var third = made.Reliability.Single(r => r is { Source: "C", Part: "organ" });
        Assert.Equal((0.25, 1.0), (third.Sensitivity, third.Precision));
        Assert.Equal((0.0, (double?)null), (made.Reliability.Single(r => r is { Source: "C", Part: "node" }).Sensitivity, made.Reliability.Single(r => r is { Source: "C", Part: "node" }).Precision));
    }

    [Fact]
    public async Task Where_an_adjudicator_begins_stands_what_nobody_disputes()
    {
        var (same, other, mine, theirs) = (Box(0, 0, 4, "left"), Box(0, 0, 4, "right"), Box(8, 8, 4), Box(12, 0, 3));
        var begun = (await Undisputed(
            Document([same, mine], Squares(0, 0, 4, 1).Concat(Squares(0, 0, 4, 5)), answers: ("size", "3")),
            Document([other, theirs], Squares(0, 0, 4, 1), answers: ("size", "4")))).Document;
        Assert.Null(Assert.Single(begun.Objects).Attributes);
        Assert.Equal("1.1", Assert.Single(begun.Masks).SopInstanceUid);
        Assert.Empty(begun.Answers);
    }

    [Fact]
    public async Task Attributes_are_those_of_most_readers_and_numbers_their_median()
    {
        static DocumentObject With(string side, double size) => Box(0, 0, 8) with
        {
            Attributes = new Dictionary<string, DocumentAnswer> { ["side"] = new(JsonSerializer.SerializeToElement(side)), ["size"] = new(JsonSerializer.SerializeToElement(size)) },
        };
        var taken = (await Agree([Document([With("left", 1)]), Document([With("right", 2)]), Document([With("right", 9)])], [0, 1, 2])).Document.Objects.Single().Attributes!;
        Assert.Equal(("right", 2.0), (taken["side"].Value!.Value.GetString(), taken["size"].Value!.Value.GetDouble()));
    }

    [Fact]
    public async Task Algorithms_that_look_at_the_whole_structure_give_it_frame_by_frame_and_say_how_good_each_source_is()
    {
        LabelDocument Read(int left) => Document(masks: Squares(left, 2, 8, 2, 3, 4));
        // A crumb that one reader left far away is believed by none of them.
        LabelDocument[] readings = [Read(3), Read(3), Read(4), Document(masks: Squares(3, 2, 8, 2, 3, 4).Concat(Squares(0, 0, 1, 9)))];
        foreach (var (algorithm, name) in new[] { (MaskAlgorithm.Staple, "staple"), (MaskAlgorithm.Simple, "simple"), (MaskAlgorithm.ShapeAverage, "shape-average") })
        {
            var made = await Agree(readings, [0, 1, 2, 3], ConsensusRules.Default with { Masks = algorithm });
            Assert.Equal(["1.2", "1.3", "1.4"], made.Document.Masks.Select(m => m.SopInstanceUid));
            Assert.All(made.Document.Masks, m => Assert.Equal(64, m.PixelCount));
            var element = Assert.Single(made.Provenance.Elements);
            Assert.Equal(name, element.Algorithm);
            Assert.InRange(element.Confidence!.Value, 0.5, 1);
            Assert.True(Sensitivity(made, "A") > Sensitivity(made, "C"), name);
        }
    }

    private static double Sensitivity(BuildConsensus.Result made, string source) => made.Provenance.Reliability.Single(r => r.Source == source && r.Part == "organ").Sensitivity!.Value;

    [Fact]
    public async Task Nothing_drawn_is_no_mask_whatever_the_algorithm()
    {
        foreach (var algorithm in Enum.GetValues<MaskAlgorithm>())
            Assert.Empty((await Agree([Document(), Document()], [0, 1], ConsensusRules.Default with { Masks = algorithm })).Document.Masks);
    }

    [Fact]
    public void A_model_of_all_readers_outweighs_two_who_are_mostly_wrong_by_one_who_is_mostly_right()
    {
        Guid[] readers = [Guid.Parse("00000000-0000-7000-8000-00000000000a"), Guid.Parse("00000000-0000-7000-8000-00000000000b"), Guid.Parse("00000000-0000-7000-8000-00000000000c"),
            Guid.Parse("00000000-0000-7000-8000-00000000000d"), Guid.Parse("00000000-0000-7000-8000-00000000000e")];
        double[] skill = [0.98, 0.97, 0.55, 0.52, 0.96];
        var (random, ratings, truth) = (new Xoshiro256(5), new List<AnswerModels.Rating>(), new List<(ProjectCaseId Case, int Category)>());
        for (var n = 0; n < 300; n++)
        {
            var one = (Case: EntityId.New<ProjectCaseId>(), Category: random.NextInt32(2));
            truth.Add(one);
            ratings.AddRange(readers.Select((reader, i) => new AnswerModels.Rating(one.Case, reader, random.NextDouble() < skill[i] ? one.Category : 1 - one.Category)));
        }

        foreach (var algorithm in new[] { AnswerAlgorithm.DawidSkene, AnswerAlgorithm.Mace })
        {
            var contested = truth.First(t => ratings.Where(r => r.Case == t.Case).Select((r, i) => (r.Category == t.Category) == (i is 0 or 1)).All(fits => fits));
            var answer = AnswerModels.Fit(ratings, contested.Case, 3, algorithm, readers)!;
            Assert.Equal(contested.Category, answer.Category);
            Assert.True(answer.Accuracy[0] > 0.9 && answer.Accuracy[3] < 0.75, $"{algorithm}: {string.Join(' ', answer.Accuracy)}");
        }
    }

    [Fact]
    public void With_too_few_cases_no_model_is_asked()
    {
        var ratings = Enumerable.Range(0, AnswerModels.FewestCases - 1).Select(_ => new AnswerModels.Rating(EntityId.New<ProjectCaseId>(), Guid.CreateVersion7(), 0)).ToArray();
        Assert.Null(AnswerModels.Fit(ratings, ratings[0].Case, 3, AnswerAlgorithm.DawidSkene, []));
    }

    [Fact]
    public async Task A_question_that_a_model_has_settled_is_nobodys_disagreement()
    {
        var (yes, no) = (Document(answers: ("size", "3")), Document(answers: ("size", "4")));
        var compared = await new CompareDocuments(Schema, ConsensusRules.Default, _ => 0.8, Order).Compare(Seed, [Open(yes), Open(no)], default, new HashSet<string> { "size" });
        Assert.Empty(compared.Detail.Disagreements);
        Assert.Equal([0, 1], compared.Figures.Agreeing(_ => 0.8, ConsensusRules.Default, new HashSet<string> { "size" }));
        Assert.Empty(compared.Figures.Agreeing(_ => 0.8, ConsensusRules.Default));
    }
}
