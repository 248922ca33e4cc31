using System.Buffers.Binary;

namespace Pirogov.Imaging;

/// <summary>Writes single-file NIfTI-1, little endian, spatial unit mm, with sform and qform from the image's RAS affine.</summary>
public static class NiftiWriter
{
    private const int DataOffset = 352;

    /// <summary>Writes .nii.gz when the path ends so, .nii otherwise.</summary>
    public static void Write(string path, NiftiImage image)
    {
        using var file = File.Create(path);
        Write(file, image, path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase));
    }

    /// <exception cref="ArgumentException">The type is not one of uint8, int16 and float32, or the affine is singular.</exception>
    public static void Write(Stream stream, NiftiImage image, bool gzip)
    {
        var header = Header(image);
        if (!gzip)
        {
            stream.Write(header);
            stream.Write(image.Data.Span);
            return;
        }

        StableGzip.Write(stream, header, image.Data.Span);
    }

    private static byte[] Header(NiftiImage image)
    {
        if (image.Type is not (NiftiDataType.UInt8 or NiftiDataType.Int16 or NiftiDataType.Float32))
            throw new ArgumentException($"{image.Type} is read, not written.", nameof(image));
        if (!(Math.Abs(image.Affine.Determinant) > 0))
            throw new ArgumentException("The affine is singular: no orientation can be written.", nameof(image));

        var bytes = new byte[DataOffset];
        void Int16(int at, int value) => BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(at), (short)value);
        void Float(int at, double value) => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), (float)value);

        BinaryPrimitives.WriteInt32LittleEndian(bytes, NiftiReader.HeaderLength);
        bytes[38] = (byte)'r';
        Int16(40, image.Dimensions.Count);
        for (var i = 0; i < 7; i++) Int16(42 + 2 * i, i < image.Dimensions.Count ? image.Dimensions[i] : 1);
        Int16(70, (short)image.Type);
        Int16(72, 8 * NiftiImage.BytesPerSample(image.Type));

        var (b, c, d, qfac) = NiftiOrientation.ToQuaternion(image.Affine);
        var (i0, j0, k0) = image.Affine.Spacing;
        double[] pixdim = [qfac, i0, j0, k0, 1, 1, 1, 1];
        for (var i = 0; i < 8; i++) Float(76 + 4 * i, pixdim[i]);
        Float(108, DataOffset);
        Float(112, image.Slope);
        Float(116, image.Intercept);
        bytes[123] = 2;

        // Code 1: scanner-based anatomical coordinates, which is what DICOM's patient frame is.
        Int16(252, 1);
        Int16(254, 1);
        Float(256, b);
        Float(260, c);
        Float(264, d);
        for (var row = 0; row < 3; row++)
        {
            Float(268 + 4 * row, image.Affine[row, 3]);
            for (var column = 0; column < 4; column++) Float(280 + 16 * row + 4 * column, image.Affine[row, column]);
        }

        "n+1\0"u8.CopyTo(bytes.AsSpan(344));
        return bytes;
    }
}
