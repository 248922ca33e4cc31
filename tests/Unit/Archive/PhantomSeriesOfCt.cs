using System.Buffers.Binary;
using System.Security.Cryptography;
using Pirogov.Archive.Contracts;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Dicom.Geometry;
using Xunit;

namespace Pirogov.Unit.Archive;

public class PhantomSeriesOfCt
{
    private static readonly PhantomSeries Series = PhantomCt.Generate(new PhantomOptions(7, Size: 128, Slices: 24));

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_another_patient()
    {
        var again = PhantomCt.Generate(new PhantomOptions(7, Size: 128, Slices: 24));
        Assert.Equal(DicomWriter.ToBytes(Series.Files[11]), DicomWriter.ToBytes(again.Files[11]));
        var other = PhantomCt.Generate(new PhantomOptions(8, Size: 128, Slices: 2));
        Assert.NotEqual(Series.Files[0].Dataset.GetString(DicomTags.PatientID), other.Files[0].Dataset.GetString(DicomTags.PatientID));
    }

    [Fact]
    public void Its_slices_make_a_volume()
    {
        var volume = VolumeGeometry.Assess(Series.Files.Select(f => f.Dataset)).Geometry!;
        Assert.Equal((3.125, 3.125, 10.0), volume.Spacing);
        Assert.Equal(Enumerable.Range(0, 24), volume.SliceOrder);
    }

    [Fact]
    public void Every_organ_is_there_with_hounsfield_units_of_its_tissue()
    {
        Assert.InRange(Mean(PhantomOrgan.Liver), 100, 120);
        Assert.InRange(Mean(PhantomOrgan.KidneyLeft), 160, 180);
        Assert.InRange(Mean(PhantomOrgan.KidneyRight), 160, 180);
        Assert.InRange(Mean(PhantomOrgan.LungLeft), -870, -780);
        Assert.InRange(Mean(PhantomOrgan.LungRight), -870, -780);
        Assert.InRange(Mean(PhantomOrgan.Spine), 150, 450);
        Assert.InRange(Mean(PhantomOrgan.Nodule), 0, 60);
        Assert.All(Enum.GetValues<PhantomOrgan>().Skip(1), o => Assert.True(Series.Masks[o].Sum(m => m.PixelCount) > 0, o.ToString()));
    }

    [Fact]
    public void Right_organs_lie_on_the_patients_right()
    {
        Assert.True(Centre(PhantomOrgan.Liver) < 64);
        Assert.True(Centre(PhantomOrgan.KidneyRight) < 64);
        Assert.True(Centre(PhantomOrgan.LungLeft) > 64);
        Assert.True(Centre(PhantomOrgan.Spleen) > 64);
    }

    [Fact]
    public void De_identification_lets_it_in_and_leaves_nothing_of_the_made_up_person()
    {
        var outcome = new CentreDeidentifier(SHA256.HashData("a centre"u8)).Apply(Series.Files[0]);
        var text = DicomJson.ToText(Assert.IsType<Deidentified>(outcome).File.Dataset);
        Assert.DoesNotContain("PHANTOM-", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ACC00007", text, StringComparison.Ordinal);
    }

    private static double Mean(PhantomOrgan organ)
    {
        var (sum, count) = (0.0, 0);
        for (var k = 0; k < Series.Files.Count; k++)
        {
            var pixels = Series.Files[k].Dataset.Find(DicomTags.PixelData)!.Bytes.Span;
            var bits = Series.Masks[organ][k].ToBits();
            for (var i = 0; i < bits.Length; i++)
            {
                if (bits[i])
                {
                    sum += BinaryPrimitives.ReadUInt16LittleEndian(pixels[(2 * i)..]) - 1024;
                    count++;
                }
            }
        }

        return sum / count;
    }

    private static double Centre(PhantomOrgan organ) => Series.Masks[organ]
        .SelectMany(m => m.ToBits().Index().Where(b => b.Item).Select(b => b.Index % 128)).Average();
}
