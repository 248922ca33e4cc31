using Pirogov.Dicom;

namespace Pirogov.Archive.Workitems;

/// <summary>What a work item must hold and may not, when it is made, changed and ended (PS3.4 Table CC.2.5-3, with the usages of PS3.4 5.4.2.1).</summary>
internal static class WorkitemRequirements
{
    /// <summary>PS3.3 C.30.2.</summary>
    private static readonly (DicomTag Tag, string[] Values)[] Enumerated =
        [(DicomTags.ScheduledProcedureStepPriority, ["HIGH", "MEDIUM", "LOW"]), (DicomTags.InputReadinessState, ["INCOMPLETE", "UNAVAILABLE", "READY"])];

    /// <returns>The attribute that is missing or may not be so; null when there is none.</returns>
    public static DicomTag? FaultOfNew(DicomDataset given) => Fault(given, WorkitemAttributes.All, FaultOfNew) ?? FaultOfValues(given);

    /// <inheritdoc cref="FaultOfNew(DicomDataset)"/>
    public static DicomTag? FaultOfChange(DicomDataset given) => Fault(given, WorkitemAttributes.All, FaultOfChange) ?? FaultOfValues(given);

    /// <summary>Table CC.2.5-2a, wherever a code stands.</summary>
    public static DicomTag? FaultOfCodes(DicomDataset root)
    {
        var open = new Stack<DicomDataset>([root]);
        while (open.TryPop(out var dataset))
        {
            foreach (var sequence in dataset.OfType<DicomSequence>())
            {
                if (sequence.Tag.Keyword.EndsWith("CodeSequence", StringComparison.Ordinal) && sequence.Items.Any(i => WorkitemMacros.Code(i) is not null))
                    return sequence.Tag;
                foreach (var item in sequence.Items)
                    open.Push(item);
            }
        }

        return null;
    }

    /// <summary>
    /// Fills in what the creator left to the worklist: attributes of type 2, which are there, empty where nothing was said, and the label. The standard
    /// would refuse who leaves out a type 2; here that is mended and told, since nothing is lost by it.
    /// </summary>
    /// <param name="label">Of the worklist, where none was named.</param>
    /// <returns>Whether the creator owed some of it.</returns>
    public static bool Complete(DicomDataset given, string label)
    {
        if (given.IsAbsent(DicomTags.WorklistLabel))
            given.Set(DicomTags.WorklistLabel, label);
        return Fill(given, WorkitemAttributes.All);
    }

    /// <summary>Table CC.2.5-1.</summary>
    /// <returns>An attribute without which the item does not come into this state.</returns>
    public static DicomTag? Unfinished(DicomDataset whole, WorkitemState to) => Unfinished(whole, WorkitemAttributes.All, to);

    private static DicomTag? Fault(DicomDataset given, WorkitemAttribute[] rows, Func<DicomDataset, WorkitemAttribute, bool> isFault)
    {
        foreach (var row in rows)
        {
            if (isFault(given, row))
                return row.Tag;
            foreach (var item in given.GetItems(row.Tag))
            {
                if ((Fault(item, row.Inside, isFault) ?? row.Macro?.Invoke(item)) is { } inner)
                    return inner;
            }
        }

        return null;
    }

    /// <summary>The UID is "not allowed" in DIMSE's payload, but PS3.18 11.4.1.1 puts it there.</summary>
    private static bool FaultOfNew(DicomDataset given, WorkitemAttribute row) => row.Create switch
    {
        "1/1" => given.IsAbsent(row.Tag),
        "1/1 SCHEDULED" => given.GetString(row.Tag) != WorkitemState.Scheduled.Spell(),
        "3/1" => given.Contains(row.Tag) && given.IsAbsent(row.Tag),
        WorkitemAttributes.Empty => !given.IsAbsent(row.Tag),
        _ => false,
    };

    /// <summary>What the provider holds with a value may be left as it is, but not emptied.</summary>
    private static bool FaultOfChange(DicomDataset given, WorkitemAttribute row) => row.Set switch
    {
        "1/1" => given.IsAbsent(row.Tag),
        "2/2" => !given.Contains(row.Tag),
        "3/1" => given.Contains(row.Tag) && given.IsAbsent(row.Tag),
        WorkitemAttributes.No => given.Contains(row.Tag),
        _ => false,
    };

    private static DicomTag? FaultOfValues(DicomDataset given)
    {
        foreach (var (tag, values) in Enumerated)
        {
            if (given.GetString(tag) is { } value && !values.Contains(value))
                return tag;
        }

        return FaultOfCodes(given);
    }

    private static bool Fill(DicomDataset given, WorkitemAttribute[] rows)
    {
        var isOwed = false;
        foreach (var row in rows)
        {
            if (row.Create is "2/2" or "1C/2" or WorkitemAttributes.Empty && row.Tag != DicomTags.TransactionUid && !given.Contains(row.Tag))
            {
                given.SetEmpty(row.Tag);
                isOwed |= row.Create != "1C/2";
            }

            foreach (var item in given.GetItems(row.Tag))
                isOwed |= Fill(item, row.Inside);
        }

        return isOwed;
    }

    private static DicomTag? Unfinished(DicomDataset whole, WorkitemAttribute[] rows, WorkitemState to)
    {
        foreach (var row in rows)
        {
            // There may have been nothing to put out, but that is said.
            if (IsNeeded(row.Final, to) && (row.Tag == DicomTags.OutputInformationSequence ? !whole.Contains(row.Tag) : whole.IsAbsent(row.Tag)))
                return row.Tag;
            foreach (var item in whole.GetItems(row.Tag))
            {
                if (Unfinished(item, row.Inside, to) is { } inner)
                    return inner;
            }
        }

        return null;
    }

    private static bool IsNeeded(string final, WorkitemState to) => final == "R" || final == (to == WorkitemState.Completed ? "P" : "X");
}
