using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Pirogov.Imaging;

/// <summary>The data types of NIfTI-1 that are read; the value is the header's <c>datatype</c>.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The standard names its types so.")]
public enum NiftiDataType : short
{
    UInt8 = 2,
    Int16 = 4,
    Int32 = 8,
    Float32 = 16,
    Float64 = 64,
    Int8 = 256,
    UInt16 = 512,
    UInt32 = 768,
    Int64 = 1024,
    UInt64 = 1280,
}

/// <summary>
/// A NIfTI-1 image: samples as stored (little endian, the first dimension fastest) and what turns them into values and mm.
/// </summary>
public sealed class NiftiImage
{
    /// <param name="type">The stored type.</param>
    /// <param name="dimensions">1 to 7 lengths.</param>
    /// <param name="affine">Voxel to RAS, mm.</param>
    /// <param name="data">Little-endian samples; taken over, not copied.</param>
    /// <param name="slope">Value = slope × stored + intercept.</param>
    /// <param name="intercept">See slope.</param>
    public NiftiImage(
        NiftiDataType type,
        IReadOnlyList<int> dimensions,
        VoxelAffine affine,
        byte[] data,
        double slope = 1,
        double intercept = 0)
    {
        if (dimensions.Count is < 1 or > 7 || dimensions.Any(length => length is < 1 or > short.MaxValue))
            throw new ArgumentException("NIfTI-1 has 1 to 7 dimensions of 1 to 32,767 each.", nameof(dimensions));
        var samples = dimensions.Aggregate(1L, (product, length) => checked(product * length));
        if (samples * BytesPerSample(type) != data.Length)
            throw new ArgumentException($"{data.Length} bytes given for {samples} samples of {type}.", nameof(data));

        Type = type;
        Dimensions = [.. dimensions];
        Affine = affine;
        Data = data;
        Slope = slope;
        Intercept = intercept;
    }

    public NiftiDataType Type { get; }

    public IReadOnlyList<int> Dimensions { get; }

    public VoxelAffine Affine { get; }

    public ReadOnlyMemory<byte> Data { get; }

    public double Slope { get; }

    public double Intercept { get; }

    public int SampleCount => Data.Length / BytesPerSample(Type);

    /// <summary>The grid of a volume of three (or fewer) dimensions; the spacing comes from the affine.</summary>
    /// <exception cref="ImagingException">The image has a fourth dimension longer than 1.</exception>
    public VolumeGrid Grid
    {
        get
        {
            if (Dimensions.Skip(3).Any(length => length > 1))
                throw new ImagingException(ImagingFault.Unsupported, $"A volume of {string.Join(" × ", Dimensions)} is not three-dimensional.");
            var (i, j, k) = Affine.Spacing;
            return new VolumeGrid(Length(0), Length(1), Length(2), i, j, k);
        }
    }

    public static int BytesPerSample(NiftiDataType type) => type switch
    {
        NiftiDataType.UInt8 or NiftiDataType.Int8 => 1,
        NiftiDataType.Int16 or NiftiDataType.UInt16 => 2,
        NiftiDataType.Int32 or NiftiDataType.UInt32 or NiftiDataType.Float32 => 4,
        NiftiDataType.Int64 or NiftiDataType.UInt64 or NiftiDataType.Float64 => 8,
        _ => throw new ImagingException(ImagingFault.Unsupported, $"NIfTI data type {(short)type} is not read."),
    };

    public static NiftiImage FromMask(MaskVolume mask, VoxelAffine rasAffine) =>
        new(NiftiDataType.UInt8, [mask.Grid.Columns, mask.Grid.Rows, mask.Grid.Slices], rasAffine, mask.Labels.ToArray());

    public static NiftiImage FromInt16(ReadOnlySpan<short> samples, VolumeGrid grid, VoxelAffine rasAffine, double slope = 1, double intercept = 0)
    {
        var data = new byte[samples.Length * 2];
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(i * 2), samples[i]);
        return new NiftiImage(NiftiDataType.Int16, [grid.Columns, grid.Rows, grid.Slices], rasAffine, data, slope, intercept);
    }

    public static NiftiImage FromFloat32(ReadOnlySpan<float> samples, VolumeGrid grid, VoxelAffine rasAffine)
    {
        var data = new byte[samples.Length * 4];
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * 4), samples[i]);
        return new NiftiImage(NiftiDataType.Float32, [grid.Columns, grid.Rows, grid.Slices], rasAffine, data);
    }

    /// <summary>The scaled values, the first dimension fastest. 64-bit integers beyond 2^53 are rounded.</summary>
    public double[] Values()
    {
        var values = new double[SampleCount];
        var span = Data.Span;
        for (var i = 0; i < values.Length; i++) values[i] = Slope * Samples.Read(Type, span, i) + Intercept;
        return values;
    }

    /// <summary>The scaled value of one sample.</summary>
    public double Value(int index) => Slope * Samples.Read(Type, Data.Span, index) + Intercept;

    /// <summary>The image as labels: every value has to be a whole number from 0 to 255, whatever type it is stored in.</summary>
    /// <exception cref="ImagingException">A value is not a label, or the image is not three-dimensional.</exception>
    public MaskVolume ToMask()
    {
        var grid = Grid;
        if (Type == NiftiDataType.UInt8 && Slope is 1 && Intercept is 0) return new MaskVolume(grid, Data.ToArray());

        var labels = new byte[SampleCount];
        var span = Data.Span;
        for (var i = 0; i < labels.Length; i++)
        {
            var value = Slope * Samples.Read(Type, span, i) + Intercept;
            labels[i] = value is >= 0 and <= 255 && value == Math.Truncate(value)
                ? (byte)value
                : throw new ImagingException(ImagingFault.Mismatch, $"Voxel {i} holds {value}, not a label from 0 to 255.");
        }

        return new MaskVolume(grid, labels);
    }

    private int Length(int dimension) => dimension < Dimensions.Count ? Dimensions[dimension] : 1;
}
