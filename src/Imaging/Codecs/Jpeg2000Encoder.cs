using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>Reversible JPEG 2000 (ITU-T T.800) by OpenJPEG 2.5, as a bare codestream (PS3.5 A.4.4).</summary>
internal static partial class Jpeg2000Encoder
{
    private const int CodestreamFormat = 0;

    // opj_cparameters_t is 18.7 kB, mostly paths and JPWL: the library fills it, and these members are set by their place in it.
    private const int ParametersLength = 18_720;
    private const int DistortionAllocationAt = 20;
    private const int LayersAt = 4_796;
    private const int ResolutionsAt = 5_600;
    private const int ComponentTransformAt = 18_698;

    /// <param name="description">Of <paramref name="cells"/>, which are as <see cref="EncoderCells"/> makes them; Bits Stored is the precision.</param>
    /// <param name="cells">Right-aligned, colour pixel by pixel, nothing above the precision.</param>
    public static unsafe byte[] Encode(PixelDescription description, ReadOnlySpan<byte> cells)
    {
        var image = Image(description, cells);
        var codec = opj_create_compress(CodestreamFormat);
        using var target = new MemoryStream(cells.Length / 2);
        var self = GCHandle.Alloc(target);
        nint output = 0;
        try
        {
            if (codec == 0) throw new InvalidOperationException("OpenJPEG gave no encoder.");
            var parameters = stackalloc byte[ParametersLength];
            opj_set_default_encoder_parameters(parameters);
            *(int*)(parameters + DistortionAllocationAt) = 1;
            *(int*)(parameters + LayersAt) = 1;
            *(int*)(parameters + ResolutionsAt) = Math.Clamp(BitOperations.Log2((uint)Math.Min(description.Columns, description.Rows)) + 1, 1, 6);
            parameters[ComponentTransformAt] = (byte)(UsesTransform(description) ? 1 : 0);
            output = OpenOutput(self);
            if (opj_setup_encoder(codec, parameters, image) == 0 || opj_start_compress(codec, image, output) == 0
                || opj_encode(codec, output) == 0 || opj_end_compress(codec, output) == 0)
            {
                throw new ImagingException(ImagingFault.Unsupported, "OpenJPEG does not encode this frame.");
            }

            return target.ToArray();
        }
        finally
        {
            opj_image_destroy(image);
            if (output != 0) opj_stream_destroy(output);
            if (codec != 0) opj_destroy_codec(codec);
            self.Free();
        }
    }

    /// <summary>RGB is stored through the reversible component transform, which DICOM names YBR_RCT (PS3.5 8.2.4).</summary>
    public static bool UsesTransform(PixelDescription description) => description is { SamplesPerPixel: 3, PhotometricInterpretation: "RGB" };

    private static unsafe OpjImage* Image(PixelDescription description, ReadOnlySpan<byte> cells)
    {
        var components = stackalloc OpjComponentParameters[description.SamplesPerPixel];
        for (var c = 0; c < description.SamplesPerPixel; c++)
        {
            components[c] = new OpjComponentParameters
            {
                Dx = 1,
                Dy = 1,
                Width = (uint)description.Columns,
                Height = (uint)description.Rows,
                Precision = (uint)description.BitsStored,
                BitsPerPixel = (uint)description.BitsStored,
                Signed = description.IsSigned ? 1u : 0,
            };
        }

        // Colour space 2 is gray, 1 sRGB: it is not written into a bare codestream.
        var image = opj_image_create((uint)description.SamplesPerPixel, components, description.SamplesPerPixel == 1 ? 2 : 1);
        if (image == null) throw new ImagingException(ImagingFault.TooLarge, "OpenJPEG has no memory for this frame.");
        (image->X1, image->Y1) = ((uint)description.Columns, (uint)description.Rows);
        var shift = description.IsSigned ? 32 - description.BitsStored : 0;
        var (wide, perPixel) = (description.BitsAllocated == 16, description.SamplesPerPixel);
        for (var c = 0; c < perPixel; c++)
        {
            var data = image->Components[c].Data;
            for (int i = 0, from = c; i < description.PixelCount; i++, from += perPixel)
                data[i] = (wide ? BinaryPrimitives.ReadUInt16LittleEndian(cells[(2 * from)..]) : cells[from]) << shift >> shift;
        }

        return image;
    }

    private static unsafe nint OpenOutput(GCHandle target)
    {
        var stream = opj_stream_default_create(0);
        if (stream == 0) throw new InvalidOperationException("OpenJPEG gave no stream.");
        opj_stream_set_user_data(stream, (void*)GCHandle.ToIntPtr(target), 0);
        opj_stream_set_write_function(stream, &Write);
        opj_stream_set_skip_function(stream, &Skip);
        opj_stream_set_seek_function(stream, &Seek);
        return stream;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe nuint Write(void* buffer, nuint length, void* user)
    {
        Target(user).Write(new ReadOnlySpan<byte>(buffer, (int)length));
        return length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe long Skip(long length, void* user)
    {
        Target(user).Position += length;
        return length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int Seek(long position, void* user)
    {
        Target(user).Position = position;
        return 1;
    }

    private static unsafe MemoryStream Target(void* user) => (MemoryStream)GCHandle.FromIntPtr((nint)user).Target!;

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial nint opj_create_compress(int format);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_set_default_encoder_parameters(byte* parameters);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial OpjImage* opj_image_create(uint count, OpjComponentParameters* components, int colorSpace);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial int opj_setup_encoder(nint codec, byte* parameters, OpjImage* image);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial int opj_start_compress(nint codec, OpjImage* image, nint stream);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial int opj_encode(nint codec, nint stream);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial int opj_end_compress(nint codec, nint stream);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_image_destroy(OpjImage* image);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_destroy_codec(nint codec);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial nint opj_stream_default_create(int isInput);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_destroy(nint stream);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_stream_set_user_data(nint stream, void* data, nint free);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_stream_set_write_function(nint stream, delegate* unmanaged[Cdecl]<void*, nuint, void*, nuint> write);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_stream_set_skip_function(nint stream, delegate* unmanaged[Cdecl]<long, void*, long> skip);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static unsafe partial void opj_stream_set_seek_function(nint stream, delegate* unmanaged[Cdecl]<long, void*, int> seek);
}
