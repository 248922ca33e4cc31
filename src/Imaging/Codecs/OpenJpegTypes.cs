using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>opj_image_comp_t of OpenJPEG 2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OpjComponent
{
    public uint Dx;
    public uint Dy;
    public uint Width;
    public uint Height;
    public uint X0;
    public uint Y0;
    public uint Precision;
    public uint BitsPerPixel;
    public uint Signed;
    public uint ResolutionsDecoded;
    public uint Factor;
    public int* Data;
    public ushort Alpha;
}

/// <summary>opj_image_cmptparm_t of OpenJPEG 2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpjComponentParameters
{
    public uint Dx;
    public uint Dy;
    public uint Width;
    public uint Height;
    public uint X0;
    public uint Y0;
    public uint Precision;
    public uint BitsPerPixel;
    public uint Signed;
}

/// <summary>opj_image_t of OpenJPEG 2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OpjImage
{
    public uint X0;
    public uint Y0;
    public uint X1;
    public uint Y1;
    public uint ComponentCount;
    public int ColorSpace;
    public OpjComponent* Components;
    public byte* IccProfile;
    public uint IccProfileLength;
}

/// <summary>Bytes in memory as an opj_stream_t. Lives on the caller's stack, longer than the stream.</summary>
internal unsafe partial struct OpjSource
{
    public byte* Bytes;
    public long Length;
    public long Position;

    public static nint Open(OpjSource* source)
    {
        var stream = opj_stream_default_create(1);
        if (stream == 0) throw new InvalidOperationException("OpenJPEG gave no stream.");
        opj_stream_set_user_data(stream, source, 0);
        opj_stream_set_user_data_length(stream, (ulong)source->Length);
        opj_stream_set_read_function(stream, &Read);
        opj_stream_set_skip_function(stream, &Skip);
        opj_stream_set_seek_function(stream, &Seek);
        return stream;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nuint Read(void* buffer, nuint length, void* user)
    {
        var source = (OpjSource*)user;
        var left = source->Length - source->Position;
        if (left <= 0) return nuint.MaxValue;
        var count = (long)Math.Min((ulong)length, (ulong)left);
        Buffer.MemoryCopy(source->Bytes + source->Position, buffer, (long)length, count);
        source->Position += count;
        return (nuint)count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Skip(long length, void* user)
    {
        var source = (OpjSource*)user;
        if (length < 0) return -1;
        var count = Math.Min(length, source->Length - source->Position);
        source->Position += count;
        return count == 0 && length > 0 ? -1 : count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Seek(long position, void* user)
    {
        var source = (OpjSource*)user;
        if (position < 0 || position > source->Length) return 0;
        source->Position = position;
        return 1;
    }

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial nint opj_stream_default_create(int isInput);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_set_user_data(nint stream, void* data, nint free);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_set_user_data_length(nint stream, ulong length);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_set_read_function(nint stream, delegate* unmanaged[Cdecl]<void*, nuint, void*, nuint> read);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_set_skip_function(nint stream, delegate* unmanaged[Cdecl]<long, void*, long> skip);

    [LibraryImport(NativeCodecs.OpenJpeg)]
    private static partial void opj_stream_set_seek_function(nint stream, delegate* unmanaged[Cdecl]<long, void*, int> seek);
}
