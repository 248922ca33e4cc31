using Pirogov.Dicom;

namespace Pirogov.Archive.Workitems;

/// <summary>A row of PS3.4 Table CC.2.5-3, with the rows of its items.</summary>
/// <param name="Create">What N-CREATE asks of user and provider, as the table spells it.</param>
/// <param name="Set">What N-SET asks.</param>
/// <param name="Final">Final state code (Table CC.2.5-1): R both, P to complete, X to cancel, RC where it is known, O neither.</param>
internal sealed record WorkitemAttribute(DicomTag Tag, string Create, string Set, string Final, params WorkitemAttribute[] Inside)
{
    /// <summary>The macro that the table includes for the items: what is wrong with one, null when nothing is.</summary>
    public Func<DicomDataset, DicomTag?>? Macro { get; init; }
}

/// <summary>PS3.4 Table CC.2.5-3 in its order; a test holds it against the standard's text. Code sequences are judged wherever they stand.</summary>
internal static class WorkitemAttributes
{
    public const string Empty = "2/2 empty";
    public const string No = "not allowed";

    public static readonly WorkitemAttribute[] All =
    [
        new(DicomTags.TransactionUid, Empty, "CC.2.6.3", "O"),
        new(DicomTags.SpecificCharacterSet, "1C/1C", "1C/1C", "RC"),
        new(DicomTags.SopClassUid, "SCP", No, "R"),
        new(DicomTags.SopInstanceUid, No, No, "R"),
        .. Scheduled(),
        .. Relationship(),
        new(DicomTags.MedicalAlerts, "3/2", "3/2", "O"),
        new(DicomTags.PregnancyStatus, "3/2", "3/2", "O"),
        new(DicomTags.SpecialNeeds, "3/2", "3/2", "O"),
        new(DicomTags.ProcedureStepState, "1/1 SCHEDULED", No, "R"),
        Progress(),
        Performed(),
    ];

    private static WorkitemAttribute[] Scheduled() =>
    [
        new(DicomTags.ScheduledProcedureStepPriority, "1/1", "3/1", "R"),
        new(DicomTags.ScheduledProcedureStepModificationDateTime, "-/1", "-/1", "R"),
        new(DicomTags.ProcedureStepLabel, "1/1", "3/1", "O"),
        new(DicomTags.WorklistLabel, "2/1", "3/1", "O"),
        new(DicomTags.ScheduledProcessingParametersSequence, "2/2", "3/2", "O") { Macro = WorkitemMacros.Content },
        new(DicomTags.ScheduledStationNameCodeSequence, "2/2", "3/2", "O"),
        new(DicomTags.ScheduledStationClassCodeSequence, "2/2", "3/2", "O"),
        new(DicomTags.ScheduledStationGeographicLocationCodeSequence, "2/2", "3/2", "O"),
        new(DicomTags.ScheduledHumanPerformersSequence, "2C/2C", "3/2", "O",
            new(DicomTags.HumanPerformerCodeSequence, "1/1", "1/1", "O"),
            new(DicomTags.HumanPerformerName, "1/1", "1/1", "O"),
            new(DicomTags.HumanPerformerOrganization, "1/1", "1/1", "O")),
        new(DicomTags.ScheduledProcedureStepStartDateTime, "1/1", "3/1", "R"),
        new(DicomTags.ExpectedCompletionDateTime, "3/1", "3/1", "O"),
        new(DicomTags.ScheduledProcedureStepExpirationDateTime, "3/3", "3/3", "O"),
        new(DicomTags.ScheduledWorkitemCodeSequence, "2/2", "3/1", "O"),
        new(DicomTags.CommentsOnTheScheduledProcedureStep, "2/2", "3/1", "O"),
        new(DicomTags.InputReadinessState, "1/1", "3/1", "R"),
        new(DicomTags.InputInformationSequence, "2/2", "3/2", "O") { Macro = WorkitemMacros.ReferencedInstances },
        new(DicomTags.StudyInstanceUid, "1C/2", "3/2", "O"),
        new(DicomTags.OutputDestinationSequence, "3/3", "3/3", "O") { Macro = WorkitemMacros.Storage },
    ];

    private static WorkitemAttribute[] Relationship() =>
    [
        new(DicomTags.PatientName, "2/2", No, "O"),
        new(DicomTags.PatientID, "1C/2", No, "O"),
        new(DicomTags.IssuerOfPatientID, "2/2", No, "O"),
        new(DicomTags.IssuerOfPatientIDQualifiersSequence, "2/2", No, "O"),
        new(DicomTags.OtherPatientIDsSequence, "2/2", "3/3", "O",
            new(DicomTags.PatientID, "1/1", "1/1", "O"),
            new(DicomTags.IssuerOfPatientID, "2/2", No, "O"),
            new(DicomTags.IssuerOfPatientIDQualifiersSequence, "2/2", No, "O"),
            new(DicomTags.TypeOfPatientID, "3/3", "3/3", "O")),
        new(DicomTags.PatientBirthDate, "2/2", No, "O"),
        new(DicomTags.PatientSex, "2/2", No, "O"),
        new(DicomTags.ReferencedPatientPhotoSequence, "3/3", "3/3", "O") { Macro = WorkitemMacros.ReferencedInstances },
        new(DicomTags.AdmissionID, "2/2", No, "O"),
        new(DicomTags.IssuerOfAdmissionIDSequence, "2/2", No, "O") { Macro = WorkitemMacros.Designator },
        new(DicomTags.AdmittingDiagnosesDescription, "2/2", No, "O"),
        new(DicomTags.AdmittingDiagnosesCodeSequence, "2/2", No, "O"),
        new(DicomTags.ReferencedRequestSequence, "2/2", No, "O", Request()),
        new(DicomTags.ReplacedProcedureStepSequence, "1C/1C", No, "O") { Macro = WorkitemMacros.Instance },
    ];

    private static WorkitemAttribute[] Request() =>
    [
        new(DicomTags.StudyInstanceUid, "1/1", No, "O"),
        new(DicomTags.AccessionNumber, "2/2", No, "O"),
        new(DicomTags.IssuerOfAccessionNumberSequence, "2/2", No, "O") { Macro = WorkitemMacros.Designator },
        new(DicomTags.PlacerOrderNumberImagingServiceRequest, "3/1", No, "O"),
        new(DicomTags.OrderPlacerIdentifierSequence, "2/2", No, "O") { Macro = WorkitemMacros.Designator },
        new(DicomTags.FillerOrderNumberImagingServiceRequest, "3/1", No, "O"),
        new(DicomTags.OrderFillerIdentifierSequence, "2/2", No, "O") { Macro = WorkitemMacros.Designator },
        new(DicomTags.RequestedProcedureID, "2/2", No, "O"),
        new(DicomTags.RequestedProcedureDescription, "2/2", No, "O"),
        new(DicomTags.RequestedProcedureCodeSequence, "2/2", No, "O"),
        new(DicomTags.ReasonForTheRequestedProcedure, "3/3", "3/3", "O"),
        new(DicomTags.ReasonForRequestedProcedureCodeSequence, "3/3", "3/3", "O"),
        new(DicomTags.RequestedProcedureComments, "3/3", "3/3", "O"),
        new(DicomTags.ConfidentialityCode, "3/3", "3/3", "O"),
        new(DicomTags.NamesOfIntendedRecipientsOfResults, "3/3", "3/3", "O"),
        new(DicomTags.ImagingServiceRequestComments, "3/3", "3/3", "O"),
        new(DicomTags.RequestingPhysician, "3/3", "3/3", "O"),
        new(DicomTags.RequestingService, "3/1", "3/1", "O"),
        new(DicomTags.RequestingServiceCodeSequence, "3/3", "3/3", "O"),
        new(DicomTags.IssueDateOfImagingServiceRequest, "3/3", "3/3", "O"),
        new(DicomTags.IssueTimeOfImagingServiceRequest, "3/3", "3/3", "O"),
        new(DicomTags.ReferringPhysicianName, "3/3", "3/3", "O"),
    ];

    private static WorkitemAttribute Progress() => new(DicomTags.ProcedureStepProgressInformationSequence, Empty, "3/2", "X",
        new(DicomTags.ProcedureStepProgress, No, "3/1", "O"),
        new(DicomTags.ProcedureStepProgressDescription, No, "3/1", "O"),
        new(DicomTags.ProcedureStepProgressParametersSequence, No, "3/3", "O", Modifier()) { Macro = WorkitemMacros.Content },
        new(DicomTags.ProcedureStepCommunicationsURISequence, No, "3/1", "O",
            new(DicomTags.ContactURI, No, "1/1", "O"),
            new(DicomTags.ContactDisplayName, No, "3/1", "O")),
        new(DicomTags.ProcedureStepCancellationDateTime, No, "3/1", "X"),
        new(DicomTags.ReasonForCancellation, No, "3/1", "O"),
        new(DicomTags.ProcedureStepDiscontinuationReasonCodeSequence, No, "3/1", "X"));

    private static WorkitemAttribute Modifier() => new(DicomTags.ContentItemModifierSequence, No, "3/3", "O") { Macro = WorkitemMacros.Content };

    private static WorkitemAttribute Performed() => new(DicomTags.UnifiedProcedureStepPerformedProcedureSequence, Empty, "3/2", "P",
        new(DicomTags.ActualHumanPerformersSequence, No, "3/1", "RC",
            new(DicomTags.HumanPerformerCodeSequence, No, "3/1", "RC"),
            new(DicomTags.HumanPerformerName, No, "3/1", "RC"),
            new(DicomTags.HumanPerformerOrganization, No, "3/1", "O")),
        new(DicomTags.PerformedStationNameCodeSequence, No, "3/2", "P"),
        new(DicomTags.PerformedStationClassCodeSequence, No, "3/2", "O"),
        new(DicomTags.PerformedStationGeographicLocationCodeSequence, No, "3/2", "O"),
        new(DicomTags.PerformedProcedureStepStartDateTime, No, "3/1", "P"),
        new(DicomTags.PerformedProcedureStepDescription, No, "3/1", "O"),
        new(DicomTags.CommentsOnThePerformedProcedureStep, No, "3/1", "O"),
        new(DicomTags.PerformedWorkitemCodeSequence, No, "3/1", "P"),
        new(DicomTags.PerformedProcessingParametersSequence, No, "3/1", "O") { Macro = WorkitemMacros.Content },
        new(DicomTags.PerformedProcedureStepEndDateTime, No, "3/1", "P"),
        new(DicomTags.OutputInformationSequence, No, "2/2", "P") { Macro = WorkitemMacros.ReferencedInstances });
}
