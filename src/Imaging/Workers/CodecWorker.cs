using System.Globalization;
using System.Text;

namespace Pirogov.Imaging;

/// <summary>
/// The process in which other people's codecs run: <c>dotnet Pirogov.Imaging.dll PARENT MEGABYTES</c>. It answers frame by
/// frame over its standard streams until they close; whatever a damaged stream does to it, only this process ends.
/// </summary>
internal static class CodecWorker
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var parent, var megabytes]
            || !int.TryParse(parent, CultureInfo.InvariantCulture, out var parentId) || !long.TryParse(megabytes, CultureInfo.InvariantCulture, out var memory))
        {
            Console.Error.WriteLine("This is the codec worker of Pirogov; the platform starts it.");
            return 64;
        }

        WorkerLimits.Apply(memory << 20);
        WorkerLimits.EndWith(parentId);
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        var head = new byte[CodecWire.HeadLength];
        while (input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            var (verb, quality, description, length) = CodecWire.ReadHead(head);
            var bytes = new byte[length];
            input.ReadExactly(bytes);
            if (!Answer(new CodecCall((CodecOperation)verb, description, bytes, quality), output)) return 70;
        }

        return 0;
    }

    /// <returns>False when the process had better end.</returns>
    private static bool Answer(CodecCall call, Stream output)
    {
        try
        {
            var answer = call.Run();
            Send(output, CodecWire.Done, 0, answer.Description, answer.Bytes);
            return true;
        }
        catch (ImagingException refused)
        {
            Send(output, CodecWire.Refused, (int)refused.Fault, null, Encoding.UTF8.GetBytes(refused.Message));
            return true;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            Send(output, CodecWire.Refused, (int)ImagingFault.CodecMissing, null, "A system library that this syntax needs is not installed."u8);
            return true;
        }
        catch (OutOfMemoryException)
        {
            Send(output, CodecWire.Refused, (int)ImagingFault.TooLarge, null, "The frame needs more memory than a codec may take."u8);
            return false;
        }
        catch (Exception broken) when (broken is not IOException)
        {
            Send(output, CodecWire.Broken, 0, null, Encoding.UTF8.GetBytes(broken.ToString()));
            return false;
        }
    }

    private static void Send(Stream output, byte verdict, int fault, PixelDescription? description, ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[CodecWire.HeadLength];
        CodecWire.WriteHead(head, verdict, fault, description, bytes.Length);
        output.Write(head);
        output.Write(bytes);
        output.Flush();
    }
}
