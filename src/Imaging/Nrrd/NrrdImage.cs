namespace Pirogov.Imaging;

/// <summary>A NRRD image: samples as stored (little endian, the first axis fastest), where they lie, and what else the header says.</summary>
/// <param name="Type">The stored type, under NIfTI's names.</param>
/// <param name="Sizes">Of every axis, the fastest first.</param>
/// <param name="SpatialAxes">Which three axes are space, in the order of <paramref name="Lps"/>'s columns; the others are lists (layers, components).</param>
/// <param name="Lps">Indices of the spatial axes to mm in DICOM's frame.</param>
/// <param name="Data">Little-endian samples.</param>
/// <param name="Pairs">The <c>key:=value</c> lines.</param>
public sealed record NrrdImage(
    NiftiDataType Type, IReadOnlyList<int> Sizes, IReadOnlyList<int> SpatialAxes, VoxelAffine Lps, ReadOnlyMemory<byte> Data,
    IReadOnlyDictionary<string, string> Pairs)
{
    public int SampleCount => Data.Length / NiftiImage.BytesPerSample(Type);

    public double Value(int index) => Samples.Read(Type, Data.Span, index);

    /// <summary>Samples between neighbours along each axis.</summary>
    public IReadOnlyList<int> Strides
    {
        get
        {
            var (strides, step) = (new int[Sizes.Count], 1);
            for (var axis = 0; axis < strides.Length; axis++)
                (strides[axis], step) = (step, step * Sizes[axis]);
            return strides;
        }
    }
}
