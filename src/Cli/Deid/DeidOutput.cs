using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pirogov.Deidentification;
using Pirogov.Dicom;

namespace Pirogov.Cli;

/// <summary>
/// Takes the de-identified files: <c>pseudonym/study/series/instance.dcm</c>, each whole or not there. A zip is packed at the end,
/// in the order of the names and with one date for all, so that the same files give the same bytes.
/// </summary>
internal sealed class DeidOutput : IDisposable
{
    private static readonly DateTimeOffset NoDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string target;
    private readonly bool isZip;
    private readonly string folder;
    private readonly string partial;
    private readonly Dictionary<string, (int Position, string Path)> claims = new(StringComparer.Ordinal);

    /// <exception cref="CannotFollow">The place cannot be written.</exception>
    public DeidOutput(string target)
    {
        this.target = target;
        isZip = target.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
        folder = isZip ? target + ".partial" : target;
        partial = Path.Combine(folder, ".partial");
        Guarded(() =>
        {
            // What an interrupted run left.
            if (isZip && Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
        });
    }

    /// <summary>
    /// Writes one file. Of two that turn out to be one instance the earlier in the order of inputs stays, whichever came first.
    /// </summary>
    /// <param name="change">Called with the position and outcome of every input that this settles or settles anew.</param>
    public void Write(int position, Deidentified done, Action<int, FileOutcome> change)
    {
        var temporary = Path.Combine(partial, position.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Guarded(() => DicomWriter.WriteFile(temporary, done.File));
        var uid = done.File.SopInstanceUid!;
        var path = Path.Combine(folder, PathOf(done));
        lock (claims)
        {
            Guarded(() => Settle(position, uid, temporary, path, change));
        }
    }

    /// <summary>All files are there: packs the zip.</summary>
    public void Complete() => Guarded(() =>
    {
        Directory.Delete(partial, recursive: true);
        if (!isZip)
            return;
        var packed = target + ".partial.zip";
        using (var zip = new ZipArchive(new FileStream(packed, FileMode.Create), ZipArchiveMode.Create))
        {
            foreach (var (name, file) in Originals.Below(new DirectoryInfo(folder), "", () => throw new IOException(folder)))
            {
                var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
                entry.LastWriteTime = NoDate;
                using var source = file.OpenRead();
                using var packing = entry.Open();
                source.CopyTo(packing);
            }
        }

        File.Move(packed, target, overwrite: true);
    });

    public void Dispose()
    {
        if (isZip && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private void Settle(int position, string uid, string temporary, string path, Action<int, FileOutcome> change)
    {
        if (!claims.TryGetValue(uid, out var first))
        {
            Place(position, uid, temporary, path);
            change(position, FileOutcome.Done);
            return;
        }

        var loses = HaveSameBytes(temporary, first.Path) ? FileOutcome.Repeated : new(FileState.Refused, FileOutcome.SameUidOtherContent);
        if (position > first.Position)
        {
            File.Delete(temporary);
            change(position, loses);
            return;
        }

        File.Delete(first.Path);
        Place(position, uid, temporary, path);
        change(first.Position, loses);
        change(position, FileOutcome.Done);
    }

    private void Place(int position, string uid, string temporary, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
        claims[uid] = (position, path);
    }

    private static string PathOf(Deidentified done)
    {
        var dataset = done.File.Dataset;
        return Path.Combine(Part(done.PatientPseudonym), Part(dataset.GetString(DicomTags.StudyInstanceUid)), Part(dataset.GetString(DicomTags.SeriesInstanceUid)),
            Part(done.File.SopInstanceUid) + ".dcm");
    }

    /// <summary>Where UIDs are retained they are what the file says, which may be no UID but a way out of the folder.</summary>
    private static string Part(string? name) => name is not null && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') && name.Trim('.').Length > 0
        ? name : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name ?? "")))[..32];

    private static bool HaveSameBytes(string one, string other)
    {
        using var a = File.OpenRead(one);
        using var b = File.OpenRead(other);
        return a.Length == b.Length && SHA256.HashData(a).AsSpan().SequenceEqual(SHA256.HashData(b));
    }

    private static void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // The message names a file of the output, whose path the person gave.
            throw new CannotFollow(Words.Of["cli.deid.not-written", new { reason = refused.Message }]);
        }
    }
}
