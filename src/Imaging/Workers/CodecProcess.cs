using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pirogov.Imaging;

/// <summary>One worker. It answers one call at a time; after a failure it is ended and another takes its place.</summary>
internal sealed class CodecProcess : IDisposable
{
    private readonly Process process;
    private readonly Stream input;
    private readonly Stream output;
    private readonly byte[] head = new byte[CodecWire.HeadLength];
    private volatile bool isOverdue;

    private CodecProcess(Process process)
    {
        this.process = process;
        input = process.StandardInput.BaseStream;
        output = process.StandardOutput.BaseStream;
    }

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    /// <exception cref="ImagingException">No worker can be started here.</exception>
    public static CodecProcess Start(CodecPoolOptions options)
    {
        var start = new ProcessStartInfo(Host())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, typeof(CodecProcess).Assembly.GetName().Name + ".dll"));
        start.ArgumentList.Add(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(options.MemoryMegabytes.ToString(CultureInfo.InvariantCulture));
        // What the host's environment says of listening, profiling and dumps is not for a worker.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DOTNET_", StringComparison.Ordinal) && name != "DOTNET_ROOT").ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        try
        {
            var process = Process.Start(start) ?? throw new ImagingException(ImagingFault.CodecMissing, "The codec worker gave no process.");
            // What a dying library prints helps nobody who sent the file; unread, it would block.
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            return new CodecProcess(process);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new ImagingException(ImagingFault.CodecMissing, "The codec worker cannot be started.", missing);
        }
    }

    /// <exception cref="ImagingException">The codec refused, or the worker ended or was ended at the limit.</exception>
    public CodecAnswer Ask(CodecCall call, TimeSpan limit)
    {
        using var watchdog = new Timer(static self => ((CodecProcess)self!).Stop(), this, limit, Timeout.InfiniteTimeSpan);
        try
        {
            CodecWire.WriteHead(head, (byte)call.Operation, call.Quality, call.Description, call.Bytes.Length);
            input.Write(head);
            input.Write(call.Bytes.Span);
            input.Flush();
            return CodecWire.ReadAnswer(output, call);
        }
        catch (IOException ended)
        {
            End();
            throw new ImagingException(
                ImagingFault.CodecFailed,
                isOverdue
                    ? $"The codec was stopped at its limit of {limit.TotalSeconds:0.#} s."
                    : "The codec's process ended over this stream.",
                ended);
        }
    }

    public void Dispose()
    {
        End();
        process.Dispose();
    }

    private void Stop()
    {
        isOverdue = true;
        End();
    }

    private void End()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    // The muxer of the runtime this process runs on; a process started by its own executable is not run by the muxer.
    private static string Host()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
