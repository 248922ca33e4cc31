using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>What a NIfTI-1 header says about its samples.</summary>
internal sealed record NiftiHeader(
    NiftiDataType Type,
    int[] Dimensions,
    VoxelAffine Affine,
    double Slope,
    double Intercept,
    int DataOffset,
    bool LittleEndian)
{
    public long SampleCount => Dimensions.Aggregate(1L, (product, length) => product * length);

    public static NiftiHeader Parse(ReadOnlySpan<byte> bytes)
    {
        var littleEndian = BinaryPrimitives.ReadInt32LittleEndian(bytes) switch
        {
            NiftiReader.HeaderLength => true,
            _ when BinaryPrimitives.ReadInt32BigEndian(bytes) == NiftiReader.HeaderLength => false,
            540 => throw new ImagingException(ImagingFault.Unsupported, "The file is NIfTI-2."),
            _ => throw new ImagingException(ImagingFault.Malformed, "The file is not NIfTI: its header length is not 348."),
        };
        var read = new Fields(bytes, littleEndian);
        if (bytes.Slice(344, 4) is not [(byte)'n', (byte)'+', (byte)'1', 0])
        {
            throw bytes.Slice(344, 4) is [(byte)'n', (byte)'i', (byte)'1', 0]
                ? new ImagingException(ImagingFault.Unsupported, "The samples stand in another file (.hdr/.img); one file is expected.")
                : new ImagingException(ImagingFault.Malformed, "The file has no NIfTI-1 magic.");
        }

        var type = (NiftiDataType)read.Int16(70);
        NiftiImage.BytesPerSample(type);

        var dimensions = ReadDimensions(read);
        var scaled = read.Float(112) is var slope && double.IsFinite(slope) && slope != 0;
        var intercept = read.Float(116);
        if (scaled && !double.IsFinite(intercept))
            throw new ImagingException(ImagingFault.Malformed, $"scl_inter is {intercept}.");

        var offset = read.Float(108);
        if (!(offset is >= 0 and < int.MaxValue))
            throw new ImagingException(ImagingFault.Malformed, $"vox_offset is {offset}.");

        return new NiftiHeader(
            type, dimensions, ReadAffine(read, dimensions), scaled ? slope : 1, scaled ? intercept : 0,
            offset == 0 ? 352 : (int)offset, littleEndian);
    }

    private static int[] ReadDimensions(Fields read)
    {
        var rank = read.Int16(40);
        if (rank is < 1 or > 7) throw new ImagingException(ImagingFault.Malformed, $"The image has {rank} dimensions.");
        var dimensions = new int[rank];
        var samples = 1L;
        for (var i = 0; i < rank; i++)
        {
            dimensions[i] = read.Int16(42 + 2 * i);
            if (dimensions[i] < 1) throw new ImagingException(ImagingFault.Malformed, $"Dimension {i + 1} is {dimensions[i]} long.");
            samples *= dimensions[i];
            if (samples > VolumeGrid.MaxVoxels) throw new ImagingException(ImagingFault.TooLarge, "The image has more than 2^31 samples.");
        }

        return dimensions;
    }

    // The order of nibabel: sform, else qform, else a centred grid with x running to the left.
    private static VoxelAffine ReadAffine(Fields read, int[] dimensions)
    {
        VoxelAffine affine;
        if (read.Int16(254) > 0)
        {
            var m = new double[12];
            for (var i = 0; i < 12; i++) m[i] = read.Float(280 + 4 * i);
            affine = new VoxelAffine(m);
        }
        else
        {
            affine = read.Int16(252) > 0 ? NiftiOrientation.FromQuaternion(read) : Centred(read, dimensions);
        }

        for (var row = 0; row < 3; row++)
            for (var column = 0; column < 4; column++)
                if (!double.IsFinite(affine[row, column]))
                    throw new ImagingException(ImagingFault.Malformed, "The orientation holds a number that is not finite.");

        return (read.Byte(123) & 7) switch
        {
            1 => affine.Scale(1000),
            3 => affine.Scale(0.001),
            _ => affine,
        };
    }

    private static VoxelAffine Centred(Fields read, int[] dimensions)
    {
        var m = new double[12];
        for (var axis = 0; axis < 3; axis++)
        {
            var spacing = (axis == 0 ? -1 : 1) * (double)read.Float(80 + 4 * axis);
            m[axis * 5] = spacing;
            m[axis * 4 + 3] = -spacing * ((axis < dimensions.Length ? dimensions[axis] : 1) - 1) / 2;
        }

        return new VoxelAffine(m);
    }

    internal readonly ref struct Fields(ReadOnlySpan<byte> bytes, bool littleEndian)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;

        public byte Byte(int at) => bytes[at];

        public short Int16(int at) => littleEndian
            ? BinaryPrimitives.ReadInt16LittleEndian(bytes[at..])
            : BinaryPrimitives.ReadInt16BigEndian(bytes[at..]);

        public float Float(int at) => littleEndian
            ? BinaryPrimitives.ReadSingleLittleEndian(bytes[at..])
            : BinaryPrimitives.ReadSingleBigEndian(bytes[at..]);
    }
}
