using CsCheck;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

public class TrackTests
{
    private static readonly Gen<ObjectTrack[]> Tracks =
        (from start in Gen.Int[0, 5]
         from length in Gen.Int[1, 6]
         from x in Gen.Int[0, 12]
         from step in Gen.Int[-1, 2]
         select Track(start, start + length, x, step)).Array[0, 4];

    [Fact]
    public void Tracks_agree_with_themselves() => Tracks.Sample(tracks =>
    {
        var hota = Hota.Of(tracks, tracks);
        Assert.Equal(1, hota.DetectionAccuracy, 1e-12);
        Assert.Equal(1, hota.LocalizationAccuracy, 1e-12);
        // Equal boxes of one frame may be taken for one another.
        if (tracks.All(t => tracks.All(o => ReferenceEquals(t, o) || TrackOverlap.SpatioTemporalIou(t, o) == 0))) Assert.Equal(1, hota.Value, 1e-12);
        Assert.All(tracks, track => Assert.Equal(1, TrackOverlap.SpatioTemporalIou(track, track), 1e-12));
    });

    [Fact]
    public void Both_sides_may_change_places() => Gen.Select(Tracks, Tracks).Sample((a, b) =>
    {
        var (there, back) = (Hota.Of(a, b), Hota.Of(b, a));
        foreach (var (x, y) in there.Points.Zip(back.Points))
        {
            Assert.InRange(x.Value, 0, 1 + 1e-12);
            Assert.Equal((x.Missed + x.Pairs, x.Added + x.Pairs), (y.Added + y.Pairs, y.Missed + y.Pairs));
        }

        Assert.InRange(there.Value, 0, 1 + 1e-12);
        foreach (var (x, y) in a.SelectMany(x => b.Select(y => (x, y))))
        {
            Assert.Equal(TrackOverlap.TemporalIou(y, x), TrackOverlap.TemporalIou(x, y));
            Assert.InRange(TrackOverlap.SpatioTemporalIou(x, y), 0, TrackOverlap.TemporalIou(x, y) + 1e-12);
        }
    });

    [Fact]
    public void An_object_found_in_two_pieces_is_half_associated()
    {
        var hota = Hota.Of([Track(0, 20, 0, 0)], [Track(0, 10, 0, 0), Track(10, 20, 0, 0)]);
        Assert.Equal(1, hota.DetectionAccuracy);
        Assert.Equal(0.5, hota.AssociationAccuracy, 1e-12);
        Assert.Equal(Math.Sqrt(0.5), hota.Value, 1e-12);
        Assert.Equal((0.5, 1.0), (hota.Points[0].AssociationRecall, hota.Points[0].AssociationPrecision));
    }

    [Fact]
    public void An_object_lost_half_way_is_half_detected_and_half_associated()
    {
        var hota = Hota.Of([Track(0, 20, 0, 0)], [Track(0, 10, 0, 0)]);
        foreach (var figure in new[] { hota.DetectionAccuracy, hota.AssociationAccuracy, hota.Value }) Assert.Equal(0.5, figure, 1e-12);
    }

    // Two objects 20 frames long, exchanged in the middle: every pair has 10 frames in common, and 20 + 20 − 10 in all.
    [Fact]
    public void Exchanged_objects_are_associated_by_a_third()
    {
        ObjectTrack Crossing(double before, double after) => new([.. Enumerable.Range(0, 20).Select(f => new TrackedBox(f, Square(f < 10 ? before : after)))]);
        var hota = Hota.Of([Track(0, 20, 0, 0), Track(0, 20, 50, 0)], [Crossing(0, 50), Crossing(50, 0)]);
        Assert.Equal(1, hota.DetectionAccuracy, 1e-12);
        Assert.Equal(1.0 / 3, hota.AssociationAccuracy, 1e-12);
    }

    // Squares of 10 shifted by 10/3 have an IoU of ½, which reaches α = 0.05 … 0.5: 10 of 19.
    [Fact]
    public void Boxes_that_half_overlap_count_up_to_one_half()
    {
        var hota = Hota.Of([Track(0, 5, 0, 0)], [Track(0, 5, 10.0 / 3, 0)]);
        Assert.Equal(10.0 / 19, hota.DetectionAccuracy, 1e-12);
        Assert.Equal(10.0 / 19, hota.Value, 1e-12);
        Assert.Equal((10 * 0.5 + 9) / 19, hota.LocalizationAccuracy, 1e-12);
        Assert.Equal((5, 0), (hota.Points[9].Pairs, hota.Points[10].Pairs));
    }

    // In frame 0 the other object lies nearer, but over the recording the tracks belong together.
    [Fact]
    public void A_pair_is_made_for_the_whole_recording()
    {
        ObjectTrack Jumping(double first) => new([.. Enumerable.Range(0, 10).Select(f => new TrackedBox(f, Square(f == 0 ? first : 0)))]);
        var hota = Hota.Of([Jumping(4)], [Jumping(6), new([new(0, Square(4))])]);
        Assert.Equal(1, hota.Points[0].AssociationAccuracy, 1e-12);
        Assert.Equal((10, 0, 1), (hota.Points[0].Pairs, hota.Points[0].Missed, hota.Points[0].Added));
    }

    [Fact]
    public void Nothing_to_track_is_agreement_and_one_side_without_tracks_is_none()
    {
        Assert.Equal((1, 1), (Hota.Of([], []).Value, Hota.Of([], []).AssociationAccuracy));
        Assert.Equal((0, 0), (Hota.Of([Track(0, 3, 0, 0)], []).Value, Hota.Of([], [Track(0, 3, 0, 0)]).Value));
        Assert.Equal(0, Hota.Of([Track(0, 3, 0, 0)], [Track(3, 6, 0, 0)]).Value);
        Assert.Equal(1, TrackOverlap.TemporalIou(new([]), new([])));
        Assert.Equal(0, TrackOverlap.SpatioTemporalIou(new([]), Track(0, 1, 0, 0)));
        Assert.Throws<ArgumentException>(() => Hota.Of([new([new(1, Square(0)), new(1, Square(1))])], []));
        Assert.Throws<ArgumentException>(() => Hota.Of([Track(0, 3, 0, 0)], [Track(0, 3, 0, 0)], (_, _) => 1.5));
    }

    [Fact]
    public void Time_and_place_count_in_the_overlap_of_tracks()
    {
        Assert.Equal(5.0 / 15, TrackOverlap.TemporalIou(Track(0, 10, 0, 0), Track(5, 15, 0, 0)), 1e-12);
        // 5 frames with 50 of 150 in common, 5 frames with 100 on either side.
        Assert.Equal(250.0 / (750 + 500 + 500), TrackOverlap.SpatioTemporalIou(Track(0, 10, 0, 0), Track(5, 15, 5, 0)), 1e-12);
    }

    private static Box Square(double x) => new(x, 0, x + 10, 10);

    private static ObjectTrack Track(int from, int to, double x, double step) =>
        new([.. Enumerable.Range(from, to - from).Select(frame => new TrackedBox(frame, Square(x + step * (frame - from))))]);
}
