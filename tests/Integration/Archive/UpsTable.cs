using Pirogov.Dicom;

namespace Pirogov.Integration.Archive;

/// <param name="Parents">The sequences around it, outermost first.</param>
internal sealed record UpsRow(string Path, DicomTag Tag, UpsRow[] Parents, string Create, string Set, string Final);

/// <summary>PS3.4 Table CC.2.5-3 as the standard has it, and data sets that hold, lack or empty one of its attributes.</summary>
internal static class UpsTable
{
    public const string No = "not allowed";

    public static readonly UpsRow[] Rows = Load();

    /// <summary>Whether it may have a value there.</summary>
    public static bool IsGiven(string usage) => usage is not (No or "2/2 empty" or "SCP" or "-/1" or "CC.2.6.3");

    /// <summary>Every attribute that may have a value, with one.</summary>
    public static DicomDataset Whole(Func<UpsRow, string> usage) => Fill(new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192"), [], usage);

    /// <summary>A whole item in which one attribute is changed.</summary>
    public static DicomDataset Change(UpsRow row, Func<UpsRow, string> usage, Action<DicomDataset, DicomTag> change)
    {
        var whole = Whole(usage);
        change(Inmost(whole, row), row.Tag);
        return whole;
    }

    /// <summary>What N-SET says of one attribute: with its sequence, where it stands in one.</summary>
    public static DicomDataset Alone(UpsRow row, Action<DicomDataset, DicomTag> change)
    {
        var alone = new DicomDataset();
        if (row.Parents is [var outer, ..])
            alone.Set(Valued(outer, r => r.Set));
        change(Inmost(alone, row), row.Tag);
        return alone;
    }

    public static DicomElement Valued(UpsRow row, Func<UpsRow, string> usage)
    {
        var tag = row.Tag;
        var holder = new DicomDataset();
        if (DicomDictionary.VrsOf(tag).Vr == DicomVr.SQ)
            return holder.SetItems(tag, Fill(Macro(tag), [.. row.Parents, row], usage)).Find(tag)!;
        return holder.Set(tag, DicomDictionary.VrsOf(tag).Vr switch
        {
            DicomVr.DT => "20250101080000",
            DicomVr.DA => "20250101",
            DicomVr.TM => "0800",
            DicomVr.UI => "2.25.77",
            DicomVr.DS => "40",
            DicomVr.US => "4",
            DicomVr.CS => Term(tag),
            _ => "v" + tag.Hex,
        }).Find(tag)!;
    }

    /// <summary>Table CC.2.5-2b.</summary>
    public static DicomDataset Content() => new DicomDataset().Set(DicomTags.ValueType, "TEXT").SetItems(DicomTags.ConceptNameCodeSequence, Code()).Set(DicomTags.TextValue, "a parameter");

    /// <summary>Table CC.2.5-2c.</summary>
    public static DicomDataset References() => new DicomDataset().Set(DicomTags.TypeOfInstances, "DICOM").Set(DicomTags.StudyInstanceUid, "2.25.5").Set(DicomTags.SeriesInstanceUid, "2.25.6")
        .SetItems(DicomTags.ReferencedSopSequence, Instance()).SetItems(DicomTags.WADORSRetrievalSequence, new DicomDataset().Set(DicomTags.RetrieveURL, "https://example.org/dicomweb/studies/2.25.5"));

    /// <summary>Table CC.2.5-2d.</summary>
    public static DicomDataset Designator() => new DicomDataset().Set(DicomTags.LocalNamespaceEntityID, "ward");

    /// <summary>Table CC.2.5-2f.</summary>
    public static DicomDataset Instance() => new DicomDataset().Set(DicomTags.ReferencedSopClassUid, DicomUids.CTImageStorage).Set(DicomTags.ReferencedSopInstanceUid, "2.25.7");

    /// <summary>Table CC.2.5-2g.</summary>
    public static DicomDataset Storage() => new DicomDataset().SetItems(DicomTags.STOWRSStorageSequence, new DicomDataset().Set(DicomTags.StorageURL, "https://example.org/dicomweb"));

    private static DicomDataset Code() => new DicomDataset().Set(DicomTags.CodeValue, "110005").Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, "Interpretation");

    private static DicomDataset Macro(DicomTag sequence) => sequence.Keyword switch
    {
        var k when k.EndsWith("CodeSequence", StringComparison.Ordinal) => Code(),
        var k when k.EndsWith("ParametersSequence", StringComparison.Ordinal) || k.EndsWith("ModifierSequence", StringComparison.Ordinal) => Content(),
        "InputInformationSequence" or "OutputInformationSequence" or "ReferencedPatientPhotoSequence" => References(),
        "OutputDestinationSequence" => Storage(),
        "ReplacedProcedureStepSequence" => Instance(),
        var k when k.StartsWith("IssuerOf", StringComparison.Ordinal) || k.EndsWith("IdentifierSequence", StringComparison.Ordinal) => Designator(),
        _ => new DicomDataset(),
    };

    private static string Term(DicomTag tag) => tag.Keyword switch
    {
        "ScheduledProcedureStepPriority" => "HIGH",
        "InputReadinessState" => "READY",
        "ProcedureStepState" => "SCHEDULED",
        "SpecificCharacterSet" => "ISO_IR 192",
        "PatientSex" => "F",
        _ => "TEXT",
    };

    private static DicomDataset Fill(DicomDataset dataset, UpsRow[] parents, Func<UpsRow, string> usage)
    {
        foreach (var row in Rows.Where(r => r.Parents.SequenceEqual(parents) && IsGiven(usage(r))))
            dataset.Set(Valued(row, usage));
        return dataset;
    }

    private static DicomDataset Inmost(DicomDataset root, UpsRow row)
    {
        foreach (var parent in row.Parents)
            root = root.GetItems(parent.Tag)[0];
        return root;
    }

    private static UpsRow[] Load()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pirogov.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        var rows = new Dictionary<string, UpsRow>();
        foreach (var line in File.ReadLines(Path.Combine(folder.FullName, "tests", "Integration", "Archive", "ups-attributes.tsv")).Where(l => l[0] != '#'))
        {
            var cells = line.Split('\t');
            var names = cells[0].Split('.');
            Assert.True(DicomTag.TryParse(names[^1], out var tag), line);
            rows.Add(cells[0], new(cells[0], tag, [.. Enumerable.Range(1, names.Length - 1).Select(n => rows[string.Join('.', names[..n])])], cells[1], cells[2], cells[3]));
        }

        return [.. rows.Values];
    }
}
