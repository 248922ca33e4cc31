using System.Text;
using Pirogov.Imaging;
using Pirogov.Labelling.Formats;
using Xunit;

namespace Pirogov.Unit.Labelling.Formats;

/// <summary>What an importer leaves, or takes otherwise than it stands, is listed under its name in the file.</summary>
public class UntakenTests
{
    [Fact]
    public void Voxels_of_a_larger_grid_that_lie_outside_the_series_are_counted()
    {
        var labels = new MaskVolume(new(VolumeRoom.Columns, VolumeRoom.Rows, VolumeRoom.Slices + 1)) { [1, 1, 1] = 1, [2, 2, VolumeRoom.Slices] = 1, [3, 2, VolumeRoom.Slices] = 1 };
        using var bytes = new MemoryStream();
        NiftiWriter.Write(bytes, NiftiImage.FromMask(labels, VolumeRoom.Tilted.Volumes.Single().Lps.FlipLpsRas()), gzip: true);
        var back = new NiftiFormat().Import([new("liver.nii.gz", bytes.ToArray())], VolumeRoom.Tilted).Value;
        Assert.Equal([new("liver.nii.gz 1", "voxels-outside", "2")], back.Untaken);
        Assert.Equal(1, back.Document.Masks.Single().PixelCount);
    }

    [Fact]
    public void Masks_of_one_class_on_one_image_are_united_and_empty_ones_left()
    {
        var back = new CocoFormat().Import("x.json", """
            {"images": [{"id": 7, "file_name": "1.2.3.png", "width": 32, "height": 24}], "categories": [{"id": 1, "name": "organ"}], "annotations": [
              {"id": 1, "image_id": 7, "category_id": 1, "segmentation": {"size": [24, 32], "counts": [0, 68, 700]}},
              {"id": 2, "image_id": 7, "category_id": 1, "segmentation": {"size": [24, 32], "counts": [60, 20, 688]}},
              {"id": 3, "image_id": 7, "category_id": 1, "segmentation": {"size": [24, 32], "counts": [768]}}]}
            """);
        Assert.Equal([new("annotation 2", "instances-united", "annotation 1"), new("annotation 3", "mask-empty")], back.Untaken);
        Assert.Equal(80, back.Document.Masks.Single().PixelCount);
    }

    [Fact]
    public void Of_two_answers_to_a_question_the_second_is_listed()
    {
        var back = new LabelStudioFormat().Import("x.json", """
            [{"id": 1, "data": {"image": "1.2.3.png"}, "annotations": [{"result": [
              {"id": "q", "from_name": "kind", "to_name": "image", "type": "choices", "value": {"choices": ["a"]} },
              {"id": "r", "from_name": "kind", "to_name": "image", "type": "choices", "value": {"choices": ["b"]} }]}]}]
            """);
        Assert.Equal([new("task 1/r", "answer-twice", "kind")], back.Untaken);
        Assert.Equal("a", back.Document.Answers["kind"].Value!.Value.GetString());
    }

    [Fact]
    public void A_segmentation_that_lies_on_two_series_and_names_neither_stays_behind()
    {
        var document = VolumeRoom.Labels(FormatRoom.MaskOf("liver", $"{VolumeRoom.Series}.1", 1, RunLengthMask.FromBits(Enumerable.Repeat(true, 99).ToArray(), VolumeRoom.Rows, VolumeRoom.Columns)));
        var files = new SegFormat().Export(document, VolumeRoom.Tilted).Files;
        var twice = VolumeRoom.Of([.. new[] { "1.5", "1.52" }.SelectMany(s => Enumerable.Range(0, 5).Select(n => VolumeRoom.Header($"{s}.{n + 1}", s, n, 0)))]);
        var back = new SegFormat().Import(files, twice).Value;
        Assert.Equal([new("frame 1", "image-ambiguous", $"{VolumeRoom.Series}.1")], back.Untaken);
        Assert.Empty(back.Document.Masks);
    }

    [Fact]
    public void Parts_of_the_platforms_own_document_that_are_not_whole_are_listed()
    {
        var back = new PlatformFormat().Import("x.json", $$$"""
            {"schemaVersion": "{{{FormatRoom.Case.SchemaVersion}}}", "masks": [{"class": "organ", "sopInstanceUid": "1.2.3", "frame": 1, "rows": 24, "columns": 32, "pixelCount": 1, "blob": "00"}],
             "objects": [{"id": "a"}], "answers": {"kind": {"value": null, "uncertain": true, "cannotAssess": false} }, "relations": [{"id": "r"}]}
            """);
        Assert.Equal([new("organ 1.2.3#1", "mask-without-runs"), new("objects[0]", "incomplete"), new("relations[0]", "incomplete")], back.Untaken);
        Assert.Equal(new(null, Uncertain: true), back.Document.Answers["kind"]);
    }

    [Fact]
    public void An_attribute_of_nothing_is_listed()
    {
        var back = new BratFormat().Import(new LabelFile("story.ann", Encoding.UTF8.GetBytes("T1\torgan 0 6\tЖалобы\nA1\tseen T9\nA2\tseen T1\n")));
        Assert.Equal([new("A1", "attribute-without-object", "T9")], back.Untaken);
        Assert.Single(back.Document.Objects.Single().Attributes!);
    }
}
