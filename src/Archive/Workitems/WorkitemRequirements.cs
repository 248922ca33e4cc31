using Pirogov.Dicom;

namespace Pirogov.Archive.Workitems;

/// <summary>What a work item must hold and may not, when it is made and when it is changed (PS3.4 Table CC.2.5-3).</summary>
internal static class WorkitemRequirements
{
    /// <summary>Of type 1 for who creates it.</summary>
    private static readonly DicomTag[] Required =
    [
        DicomTags.ProcedureStepState, DicomTags.ScheduledProcedureStepPriority, DicomTags.ProcedureStepLabel, DicomTags.ScheduledProcedureStepStartDateTime,
        DicomTags.InputReadinessState,
    ];

    /// <summary>Of type 2: they are there, empty where nothing was said.</summary>
    private static readonly DicomTag[] Present =
    [
        DicomTags.ScheduledProcessingParametersSequence, DicomTags.ScheduledStationNameCodeSequence, DicomTags.ScheduledStationClassCodeSequence,
        DicomTags.ScheduledStationGeographicLocationCodeSequence, DicomTags.ScheduledWorkitemCodeSequence, DicomTags.CommentsOnTheScheduledProcedureStep,
        DicomTags.InputInformationSequence, DicomTags.PatientName, DicomTags.PatientID, DicomTags.IssuerOfPatientID, DicomTags.IssuerOfPatientIDQualifiersSequence,
        DicomTags.OtherPatientIDsSequence, DicomTags.PatientBirthDate, DicomTags.PatientSex, DicomTags.AdmissionID, DicomTags.IssuerOfAdmissionIDSequence,
        DicomTags.AdmittingDiagnosesDescription, DicomTags.AdmittingDiagnosesCodeSequence, DicomTags.ReferencedRequestSequence,
        DicomTags.ProcedureStepProgressInformationSequence, DicomTags.UnifiedProcedureStepPerformedProcedureSequence,
    ];

    /// <summary>Nobody has begun yet.</summary>
    private static readonly DicomTag[] EmptyAtFirst =
        [DicomTags.TransactionUid, DicomTags.ProcedureStepProgressInformationSequence, DicomTags.UnifiedProcedureStepPerformedProcedureSequence];

    /// <summary>Not allowed in N-SET: who the patient is, what was asked for, and what the state machine keeps.</summary>
    private static readonly DicomTag[] Fixed =
    [
        DicomTags.ProcedureStepState, DicomTags.SopClassUid, DicomTags.SopInstanceUid, DicomTags.PatientName, DicomTags.PatientID, DicomTags.IssuerOfPatientID,
        DicomTags.IssuerOfPatientIDQualifiersSequence, DicomTags.PatientBirthDate, DicomTags.PatientSex, DicomTags.AdmissionID, DicomTags.IssuerOfAdmissionIDSequence,
        DicomTags.AdmittingDiagnosesDescription, DicomTags.AdmittingDiagnosesCodeSequence, DicomTags.ReferencedRequestSequence, DicomTags.ReplacedProcedureStepSequence,
    ];

    /// <summary>May be left as they are, but not without a value.</summary>
    private static readonly DicomTag[] NeverEmptied =
    [
        DicomTags.ScheduledProcedureStepPriority, DicomTags.ProcedureStepLabel, DicomTags.WorklistLabel, DicomTags.ScheduledProcedureStepStartDateTime,
        DicomTags.ExpectedCompletionDateTime, DicomTags.ScheduledWorkitemCodeSequence, DicomTags.CommentsOnTheScheduledProcedureStep, DicomTags.InputReadinessState,
    ];

    /// <summary>PS3.3 C.30.2.</summary>
    private static readonly (DicomTag Tag, string[] Values)[] Enumerated =
        [(DicomTags.ScheduledProcedureStepPriority, ["HIGH", "MEDIUM", "LOW"]), (DicomTags.InputReadinessState, ["INCOMPLETE", "UNAVAILABLE", "READY"])];

    private static readonly DicomTag[] Human = [DicomTags.HumanPerformerCodeSequence, DicomTags.HumanPerformerName, DicomTags.HumanPerformerOrganization];

    /// <returns>The attribute that is missing or may not be so; null when there is none.</returns>
    public static DicomTag? FaultOfNew(DicomDataset given)
    {
        if (Array.Find(Required, t => IsAbsent(given, t)) is { Value: not 0 } absent)
            return absent;
        if (given.GetString(DicomTags.ProcedureStepState) != WorkitemState.Scheduled.Spell())
            return DicomTags.ProcedureStepState;
        return Array.Find(EmptyAtFirst, t => !IsAbsent(given, t)) is { Value: not 0 } early ? early : FaultOfBoth(given);
    }

    /// <inheritdoc cref="FaultOfNew"/>
    public static DicomTag? FaultOfChange(DicomDataset given)
    {
        if (Array.Find(Fixed, given.Contains) is { Value: not 0 } wrong)
            return wrong;
        return Array.Find(NeverEmptied, t => given.Contains(t) && IsAbsent(given, t)) is { Value: not 0 } emptied ? emptied : FaultOfBoth(given);
    }

    /// <summary>Fills in what the creator may leave to the worklist.</summary>
    /// <param name="label">Of the worklist, where none was named.</param>
    public static void Complete(DicomDataset given, string label)
    {
        foreach (var tag in Present.Where(t => !given.Contains(t)))
            given.SetEmpty(tag);
        if (IsAbsent(given, DicomTags.WorklistLabel))
            given.Set(DicomTags.WorklistLabel, label);
    }

    private static DicomTag? FaultOfBoth(DicomDataset given)
    {
        foreach (var (tag, values) in Enumerated)
        {
            if (given.GetString(tag) is { } value && !values.Contains(value))
                return tag;
        }

        foreach (var performer in given.GetItems(DicomTags.ScheduledHumanPerformersSequence))
        {
            if (Array.Find(Human, t => IsAbsent(performer, t)) is { Value: not 0 } unnamed)
                return unnamed;
        }

        foreach (var input in given.GetItems(DicomTags.InputInformationSequence))
        {
            if (IsAbsent(input, DicomTags.TypeOfInstances) || !input.GetItems(DicomTags.ReferencedSopSequence).All(IsReference) || IsAbsent(input, DicomTags.ReferencedSopSequence))
                return DicomTags.InputInformationSequence;
        }

        return FaultOfCodes(given);
    }

    /// <summary>PS3.4 Table CC.2.5-2a: a meaning, and a code of one of three lengths; the short one names its scheme.</summary>
    private static DicomTag? FaultOfCodes(DicomDataset root)
    {
        var open = new Stack<DicomDataset>([root]);
        while (open.TryPop(out var dataset))
        {
            foreach (var sequence in dataset.OfType<DicomSequence>())
            {
                if (sequence.Tag.Keyword.EndsWith("CodeSequence", StringComparison.Ordinal) && !sequence.Items.All(IsCode))
                    return sequence.Tag;
                foreach (var item in sequence.Items)
                    open.Push(item);
            }
        }

        return null;
    }

    private static bool IsCode(DicomDataset item) => !IsAbsent(item, DicomTags.CodeMeaning)
        && (IsAbsent(item, DicomTags.CodeValue) ? !IsAbsent(item, DicomTags.LongCodeValue) || !IsAbsent(item, DicomTags.URNCodeValue) : !IsAbsent(item, DicomTags.CodingSchemeDesignator));

    private static bool IsReference(DicomDataset item) => !IsAbsent(item, DicomTags.ReferencedSopClassUid) && !IsAbsent(item, DicomTags.ReferencedSopInstanceUid);

    private static bool IsAbsent(DicomDataset dataset, DicomTag tag) =>
        dataset.Find(tag) is not { } element || (element is DicomSequence sequence ? sequence.Items.Count == 0 : dataset.GetString(tag) is null);
}
