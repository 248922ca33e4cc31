using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Pirogov.Imaging;
using Xunit;

namespace Pirogov.Unit.Imaging;

public class NiftiTests
{
    // A gantry tilt, anisotropic spacing and slices that run downwards: all that an affine of a real series may hold.
    private static readonly VoxelAffine Tilted = VoxelAffine.FromDicom(
        [0.98, 0.199, 0, -0.19, 0.96, -0.2], [-100.5, 30, 400], [-98, 25, 370], [0.7, 0.9], 13).FlipLpsRas();

    private static readonly VolumeGrid Grid = new(5, 7, 13);

    // Six lines a file; one process for many files, because starting Python costs more than the test.
    private const string Describe = """
        import sys, hashlib, numpy, nibabel
        for path in sys.argv[1:]:
            image = nibabel.load(path)
            values = numpy.asarray(image.get_fdata(dtype=numpy.float64))
            print('x'.join(map(str, image.shape)))
            print(hashlib.sha256(values.tobytes(order='F')).hexdigest())
            for form in (image.affine, image.get_qform(), image.get_sform()):
                print(' '.join(repr(float(v)) for v in form[:3].ravel()))
            print(image.header.get_xyzt_units()[0])
        """;

    [SkippableTheory]
    [InlineData("uint8", ".nii")]
    [InlineData("uint8", ".nii.gz")]
    [InlineData("int16", ".nii.gz")]
    [InlineData("float32", ".nii.gz")]
    public void Nibabel_reads_what_is_written(string type, string extension)
    {
        var samples = Enumerable.Range(0, (int)Grid.VoxelCount).Select(i => i * 37 % 251).ToArray();
        var image = type switch
        {
            "uint8" => NiftiImage.FromMask(new MaskVolume(Grid, [.. samples.Select(v => (byte)v)]), Tilted),
            "int16" => NiftiImage.FromInt16([.. samples.Select(v => (short)(v * 100 - 9000))], Grid, Tilted, 0.5, -1024),
            _ => NiftiImage.FromFloat32([.. samples.Select(v => v / 7f)], Grid, Tilted),
        };
        var peer = WithNibabel(image, extension);

        Assert.Equal("5x7x13", peer[0]);
        Assert.Equal(Hash(image.Values()), peer[1]);
        AssertClose(Tilted, peer[2], 1e-4);
        AssertClose(Tilted, peer[4], 1e-4);
        Assert.Equal("mm", peer[5]);
    }

    [SkippableFact]
    public void Without_a_tilt_the_qform_says_the_same_as_the_sform()
    {
        using var folder = new TemporaryFolder();
        List<(string Path, VoxelAffine Affine)> written = [];
        foreach (var orientation in new double[][]
                 {
                     [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1], [-1, 0, 0, 0, -1, 0], [1, 0, 0, 0, 0, -1],
                     [0.8, 0.6, 0, -0.6, 0.8, 0], [0, 0.6, 0.8, -1, 0, 0],
                 })
        {
            double[] normal =
            [
                orientation[1] * orientation[5] - orientation[2] * orientation[4],
                orientation[2] * orientation[3] - orientation[0] * orientation[5],
                orientation[0] * orientation[4] - orientation[1] * orientation[3],
            ];
            foreach (var direction in new[] { -2.5, 2.5 })
            {
                var affine = VoxelAffine.FromDicom(
                    orientation, [10, 20, 30], [.. normal.Select((n, i) => 10 + 10 * i + n * direction * 12)], [0.5, 0.75], 13).FlipLpsRas();
                written.Add((Path.Combine(folder.Path, $"{written.Count}.nii.gz"), affine));
                NiftiWriter.Write(written[^1].Path, NiftiImage.FromMask(new MaskVolume(Grid), affine));
            }
        }

        // Near half a turn, rounding b, c, d to float32 leaves up to 3e-4 in the fourth component.
        var peers = SharedData.Run("/usr/bin/python3", ["-c", Describe, .. written.Select(w => w.Path)]).Split('\n').Chunk(6);
        foreach (var ((_, affine), peer) in written.Zip(peers)) AssertClose(affine, peer[3], 1e-3);
    }

    [SkippableTheory]
    [InlineData("example_ct.nii.gz")]
    [InlineData("example_ct_sm.nii.gz")]
    [InlineData("example_mr_sm.nii.gz")]
    [InlineData("example_seg.nii.gz")]
    [InlineData("example_seg_dicom.nii.gz")]
    [InlineData("example_seg_mr.nii.gz")]
    public void Real_volumes_are_read_as_nibabel_reads_them(string file)
    {
        var path = SharedData.Folder("data", "radiology", "totalsegmentator", file);
        var peer = SharedData.Run("/usr/bin/python3", "-c", Describe, path).Split('\n');
        var image = NiftiReader.Read(path);
        Assert.Equal(peer[0], string.Join('x', image.Dimensions));
        Assert.Equal(peer[1], Hash(image.Values()));
        AssertClose(image.Affine, peer[2], 1e-9);
        if (file.Contains("seg", StringComparison.Ordinal)) Assert.NotEmpty(image.ToMask().PresentLabels());
    }

    [SkippableFact]
    public void Every_type_in_both_byte_orders_is_read_as_nibabel_wrote_it()
    {
        const string write = """
            import sys, numpy, nibabel, os
            for order in '<>':
                for name in ('u1','i1','i2','u2','i4','u4','f4','f8','i8','u8'):
                    data = (numpy.arange(24).reshape(2,3,4) * (5 if name in ('u1','i1') else 250)).astype(order + name)
                    header = nibabel.Nifti1Header(endianness=order)
                    header.set_data_dtype(data.dtype)
                    image = nibabel.Nifti1Image(data, None, header)
                    image.header.set_qform(numpy.array([[0,-2.,0,5],[3.,0,0,6],[0,0,4.,7],[0,0,0,1]]) if name != 'f8' else None, 1 if name != 'f8' else 0)
                    image.header.set_slope_inter(2, -3)
                    image.to_filename(os.path.join(sys.argv[1], ('le' if order == '<' else 'be') + name + '.nii'))
            """;
        using var folder = new TemporaryFolder();
        SharedData.Run("/usr/bin/python3", "-c", write, folder.Path);
        var files = Directory.GetFiles(folder.Path);
        Assert.Equal(20, files.Length);
        var peers = SharedData.Run("/usr/bin/python3", ["-c", Describe, .. files]).Split('\n').Chunk(6);
        foreach (var (file, peer) in files.Zip(peers))
        {
            var image = NiftiReader.Read(file);
            Assert.Equal(peer[1], Hash(image.Values()));
            AssertClose(image.Affine, peer[2], 1e-5);
        }
    }

    [Fact]
    public void The_same_volume_is_the_same_bytes_and_reads_back()
    {
        var mask = new MaskVolume(Grid);
        mask.Paint(3, RunLengthMask.FromBits([.. Enumerable.Range(0, 35).Select(i => i % 3 == 0)], 7, 5), 9);
        var image = NiftiImage.FromMask(mask, Tilted);
        var first = Bytes(image, gzip: true);
        Assert.Equal(first, Bytes(image, gzip: true));
        Assert.Equal([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255], first[..10]);

        var back = NiftiReader.Read(new MemoryStream(first));
        Assert.Equal(mask.Labels.ToArray(), back.ToMask().Labels.ToArray());
        Assert.True(back.Affine.IsCloseTo(Tilted, Grid, 1e-4));
    }

    [Theory]
    [InlineData(0, 0x5D, ImagingFault.Malformed)]
    [InlineData(40, 9, ImagingFault.Malformed)]
    [InlineData(42, 0, ImagingFault.Malformed)]
    [InlineData(70, 32, ImagingFault.Unsupported)]
    [InlineData(345, 'i', ImagingFault.Unsupported)]
    [InlineData(344, 'x', ImagingFault.Malformed)]
    [InlineData(48, 4, ImagingFault.Truncated)]
    public void A_bad_header_is_refused_with_its_fault(int at, int value, ImagingFault fault)
    {
        var bytes = Bytes(NiftiImage.FromMask(new MaskVolume(Grid), Tilted), gzip: false);
        if (at == 48) bytes[40] = 4;
        bytes[at] = (byte)value;
        Assert.Equal(fault, Assert.Throws<ImagingException>(() => NiftiReader.Read(new MemoryStream(bytes))).Fault);
    }

    [Fact]
    public void A_header_that_promises_more_than_the_limit_is_refused_unread()
    {
        var bytes = Bytes(NiftiImage.FromMask(new MaskVolume(Grid), Tilted), gzip: false);
        for (var i = 0; i < 3; i++) BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(42 + 2 * i), 1200);
        using var bomb = new MemoryStream();
        using (var zip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(bytes.AsSpan(0, 352));
            for (var i = 0; i < 64; i++) zip.Write(new byte[1 << 20]);
        }

        bomb.Position = 0;
        Assert.Equal(ImagingFault.TooLarge, Assert.Throws<ImagingException>(() => NiftiReader.Read(bomb)).Fault);
        bomb.Position = 0;
        Assert.Equal(ImagingFault.Truncated, Assert.Throws<ImagingException>(() => NiftiReader.Read(bomb, 1L << 31)).Fault);
    }

    [Fact]
    public void Every_cut_of_a_file_is_refused_and_none_is_a_crash()
    {
        foreach (var gzip in new[] { false, true })
        {
            var bytes = Bytes(NiftiImage.FromMask(new MaskVolume(Grid), Tilted), gzip);
            for (var length = 0; length < bytes.Length - 8; length++)
            {
                var cut = bytes[..length];
                var fault = Record.Exception(() => NiftiReader.Read(new MemoryStream(cut)));
                if (fault is null) Assert.True(gzip);
                else Assert.IsType<ImagingException>(fault);
            }
        }
    }

    [Fact]
    public void A_value_that_is_no_label_is_refused()
    {
        var image = NiftiImage.FromFloat32([1, 0.5f], new VolumeGrid(2, 1, 1), VoxelAffine.Identity);
        Assert.Equal(ImagingFault.Mismatch, Assert.Throws<ImagingException>(image.ToMask).Fault);
    }

    private static string[] WithNibabel(NiftiImage image, string extension)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "volume" + extension);
        NiftiWriter.Write(path, image);
        return SharedData.Run("/usr/bin/python3", "-c", Describe, path).Split('\n');
    }

    private static byte[] Bytes(NiftiImage image, bool gzip)
    {
        using var stream = new MemoryStream();
        NiftiWriter.Write(stream, image, gzip);
        return stream.ToArray();
    }

    private static string Hash(double[] values) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())));

    private static void AssertClose(VoxelAffine affine, string peer, double tolerance)
    {
        var expected = peer.Split(' ').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
        for (var i = 0; i < 12; i++) Assert.True(Math.Abs(affine[i / 4, i % 4] - expected[i]) <= tolerance, $"{i}: {affine[i / 4, i % 4]} against {expected[i]}");
    }
}
