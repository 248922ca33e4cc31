using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>The names under which the system's codecs stand on Linux, macOS and Windows.</summary>
internal static class NativeCodecs
{
    public const string TurboJpeg = "turbojpeg";
    public const string CharLs = "charls";
    public const string OpenJpeg = "openjp2";

    private static readonly Dictionary<string, string[]> Names = new()
    {
        [TurboJpeg] = ["libturbojpeg.so.0", "libturbojpeg.dylib", "turbojpeg.dll"],
        [CharLs] = ["libcharls.so.2", "libcharls.dylib", "charls-2-x64.dll"],
        [OpenJpeg] = ["libopenjp2.so.7", "libopenjp2.dylib", "openjp2.dll"],
    };

#pragma warning disable CA2255 // The resolver has to stand before the first P/Invoke, whichever codec is used first.
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeCodecs).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        foreach (var candidate in Names.GetValueOrDefault(name, []))
            if (NativeLibrary.TryLoad(candidate, assembly, searchPath, out var handle)) return handle;
        return 0;
    }
}
