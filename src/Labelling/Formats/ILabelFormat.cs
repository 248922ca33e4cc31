using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Formats;

/// <summary>An object that stayed behind: on the way in what the case or its schema has no place for, on the way out what the format cannot hold.</summary>
/// <param name="Object">As the file names it (a line's id, a path), or the document's id on the way out.</param>
/// <param name="Reason">Stable; its words stand under <c>reason.labelling.untaken.…</c>.</param>
/// <param name="Detail">The value that was in the way.</param>
internal sealed record Untaken(string Object, string Reason, string Detail = "");

/// <summary>A file as a whole cannot be read.</summary>
/// <param name="Reason">What is wrong, stable.</param>
/// <param name="Where">File, line or byte.</param>
internal sealed record LabelFileUnreadable(string Reason, string Where) : Refusal("labelling.label-file-unreadable", 422)
{
    public override string WordsKey => $"reason.labelling.label-file.{Reason}";
}

internal sealed record LabelFile(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>What was taken, under the name that the file gives it.</summary>
/// <param name="Kind">The type of the object, or "mask", "relation", "answer".</param>
/// <param name="What">Its class, the relation's type, or the question.</param>
/// <param name="Id">In the document; of masks and answers none.</param>
internal sealed record Taken(string Object, string Kind, string What, string? Id = null);

internal sealed record ImportedLabels(LabelDocument Document, IReadOnlyList<Untaken> Untaken, IReadOnlyList<Taken> Taken);

/// <param name="Losses">What the files do not say although the document does.</param>
internal sealed record ExportedLabels(IReadOnlyList<LabelFile> Files, IReadOnlyList<Untaken> Losses);

/// <summary>One exchange format, both ways. Pure: a case's description and bytes in, a document or bytes out.</summary>
internal interface ILabelFormat
{
    /// <summary>Stable, as requests name it.</summary>
    string Id { get; }

    IReadOnlyList<DataKind> Kinds { get; }

    /// <summary>Whether the headers of the case's series are needed: reading them costs the more the larger the series is.</summary>
    bool NeedsSeries => false;

    /// <summary>Reads the labels of one case. What cannot be taken is listed; only a file that cannot be read at all is refused.</summary>
    Outcome<ImportedLabels> Import(IReadOnlyList<LabelFile> files, FormatCase into);

    /// <param name="document">With the runs of its masks.</param>
    ExportedLabels Export(LabelDocument document, FormatCase from);
}

/// <summary>Bounds that hold for every format; a parser refuses what is beyond them before it makes objects of it.</summary>
internal static class FormatLimits
{
    public const int MostBytes = 64 << 20;

    /// <summary>Of a compressed volume or of run lengths, unpacked.</summary>
    public const long MostUnpackedBytes = 1L << 30;

    /// <summary>Entries that a file may list, taken or not: each may become a line of the report.</summary>
    public const int MostEntries = 200_000;

    public const int MostDepth = 64;
}
