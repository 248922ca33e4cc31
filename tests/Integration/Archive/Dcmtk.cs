using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pirogov.Integration.Archive;

/// <summary>The programs of DCMTK, which speak DICOM as modalities and PACS do.</summary>
internal static class Dcmtk
{
    public static bool IsPresent { get; } = File.Exists("/usr/bin/storescu");

    public const string Absent = "DCMTK is not installed (packages.txt, section test).";

    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static async Task<(int Code, string Told)> Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>A workstation that keeps what comes, until the work is done.</summary>
    /// <returns>The files.</returns>
    public static async Task<string[]> Received(string title, int port, string folder, Func<Task> work, params string[] options)
    {
        using var receiver = Start("storescp", [.. options, "-aet", title, "-od", folder, port.ToString(CultureInfo.InvariantCulture)]);
        // Left unread, what it says would fill the pipe and hold it.
        var told = Task.WhenAll(receiver.StandardOutput.ReadToEndAsync(), receiver.StandardError.ReadToEndAsync());
        try
        {
            await Listening(port);
            await work();
        }
        finally
        {
            receiver.Kill();
            await receiver.WaitForExitAsync();
            await told;
        }

        return Directory.GetFiles(folder);
    }

    private static async Task Listening(int port)
    {
        for (var i = 0; i < 100; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
    }
}
