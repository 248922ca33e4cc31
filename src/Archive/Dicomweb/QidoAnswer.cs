using System.Text.Json;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// Attributes that a search returns (PS3.18 Tables 10.6.3-3 to -5) in the DICOM JSON model, in the order of their tags (F.2.2),
/// of whichever levels the resource has.
/// </summary>
internal static class QidoAnswer
{
    private static readonly JsonEncodedText Vr = JsonEncodedText.Encode("vr");
    private static readonly JsonEncodedText Value = JsonEncodedText.Encode("Value");
    private static readonly JsonEncodedText Alphabetic = JsonEncodedText.Encode("Alphabetic");
    private static readonly Dictionary<DicomTag, (JsonEncodedText Name, JsonEncodedText Vr)> Names = new DicomTag[]
    {
        DicomTags.SpecificCharacterSet, DicomTags.SopClassUid, DicomTags.SopInstanceUid, DicomTags.StudyDate, DicomTags.SeriesDate, DicomTags.StudyTime,
        DicomTags.SeriesTime, DicomTags.AccessionNumber, DicomTags.InstanceAvailability, DicomTags.Modality, DicomTags.ModalitiesInStudy, DicomTags.Manufacturer,
        DicomTags.ReferringPhysicianName, DicomTags.TimezoneOffsetFromUTC, DicomTags.StudyDescription, DicomTags.SeriesDescription, DicomTags.ManufacturerModelName,
        DicomTags.RetrieveURL, DicomTags.AvailableTransferSyntaxUid, DicomTags.PatientName, DicomTags.PatientID, DicomTags.PatientBirthDate, DicomTags.PatientSex,
        DicomTags.BodyPartExamined, DicomTags.StudyInstanceUid, DicomTags.SeriesInstanceUid, DicomTags.StudyID, DicomTags.SeriesNumber, DicomTags.InstanceNumber,
        DicomTags.NumberOfStudyRelatedSeries, DicomTags.NumberOfStudyRelatedInstances, DicomTags.NumberOfSeriesRelatedInstances, DicomTags.NumberOfFrames,
        DicomTags.Rows, DicomTags.Columns, DicomTags.BitsAllocated, DicomTags.PerformedProcedureStepStartDate, DicomTags.PerformedProcedureStepStartTime,
        DicomTags.RequestAttributesSequence,
    }.ToDictionary(t => t, t => (JsonEncodedText.Encode(t.Hex), JsonEncodedText.Encode(DicomDictionary.Find(t)!.Vr.ToString())));

    /// <param name="root">Of the service.</param>
    public static void Write(Utf8JsonWriter json, FoundRow row, string root)
    {
        json.WriteStartObject();
        Text(json, DicomTags.SpecificCharacterSet, "ISO_IR 192");
        Identity(json, row);
        Place(json, row, root);
        Patient(json, row);
        Numbers(json, row);
        json.WriteEndObject();
    }

    /// <summary>Group 0008 up to the descriptions.</summary>
    private static void Identity(Utf8JsonWriter json, FoundRow row)
    {
        var (study, series, instance) = (row.Study, row.Series, row.Instance);
        if (instance is not null)
        {
            Text(json, DicomTags.SopClassUid, instance.SopClassUid);
            Text(json, DicomTags.SopInstanceUid, instance.SopInstanceUid);
        }

        if (study is not null)
            Text(json, DicomTags.StudyDate, study.StudyDate);
        if (series is not null)
            Text(json, DicomTags.SeriesDate, series.SeriesDate);
        if (study is not null)
            Text(json, DicomTags.StudyTime, study.StudyTime);
        if (series is not null)
            Text(json, DicomTags.SeriesTime, series.SeriesTime);
        if (study is not null)
            Text(json, DicomTags.AccessionNumber, study.AccessionNumber);
        Text(json, DicomTags.InstanceAvailability, "ONLINE");
        if (series is not null)
            Text(json, DicomTags.Modality, series.Modality);
        if (study is not null)
            Texts(json, DicomTags.ModalitiesInStudy, study.EachModality);
        if (series is not null)
            Text(json, DicomTags.Manufacturer, series.Manufacturer);
        if (study is not null)
        {
            Name(json, DicomTags.ReferringPhysicianName, study.ReferringPhysician);
            if (study.TimezoneOffset.Length > 0)
                Text(json, DicomTags.TimezoneOffsetFromUTC, study.TimezoneOffset);
            Text(json, DicomTags.StudyDescription, study.Description);
        }

        if (series is null)
            return;
        Text(json, DicomTags.SeriesDescription, series.Description);
        Text(json, DicomTags.ManufacturerModelName, series.ManufacturerModel);
    }

    private static void Place(Utf8JsonWriter json, FoundRow row, string root)
    {
        Start(json, DicomTags.RetrieveURL);
        json.WriteStartArray(Value);
        json.WriteStringValue(row switch
        {
            { Instance: { } i } => $"{root}/studies/{i.StudyInstanceUid}/series/{i.SeriesInstanceUid}/instances/{i.SopInstanceUid}",
            { Series: { } s } => $"{root}/studies/{s.StudyInstanceUid}/series/{s.SeriesInstanceUid}",
            _ => $"{root}/studies/{row.Study!.StudyInstanceUid}",
        });
        json.WriteEndArray();
        json.WriteEndObject();
        if (row.Instance is { } instance)
            Text(json, DicomTags.AvailableTransferSyntaxUid, instance.TransferSyntaxUid);
    }

    private static void Patient(Utf8JsonWriter json, FoundRow row)
    {
        if (row.Study is { } study)
        {
            Name(json, DicomTags.PatientName, study.PatientPseudonym);
            Text(json, DicomTags.PatientID, study.PatientPseudonym);
            Text(json, DicomTags.PatientBirthDate, study.PatientBirthDate);
            Text(json, DicomTags.PatientSex, study.PatientSex);
        }

        if (row.Series is not null)
            Text(json, DicomTags.BodyPartExamined, row.Series.BodyPart);
        Text(json, DicomTags.StudyInstanceUid, row.Instance?.StudyInstanceUid ?? row.Series?.StudyInstanceUid ?? row.Study?.StudyInstanceUid);
        if ((row.Instance?.SeriesInstanceUid ?? row.Series?.SeriesInstanceUid) is { } uid)
            Text(json, DicomTags.SeriesInstanceUid, uid);
    }

    private static void Numbers(Utf8JsonWriter json, FoundRow row)
    {
        var (study, series, instance) = (row.Study, row.Series, row.Instance);
        if (study is not null)
            Text(json, DicomTags.StudyID, study.StudyId);
        if (series is not null)
            Number(json, DicomTags.SeriesNumber, series.SeriesNumber);
        if (instance is not null)
            Number(json, DicomTags.InstanceNumber, instance.InstanceNumber);
        if (study is not null)
        {
            Number(json, DicomTags.NumberOfStudyRelatedSeries, study.SeriesCount);
            Number(json, DicomTags.NumberOfStudyRelatedInstances, study.InstanceCount);
        }

        if (series is not null)
            Number(json, DicomTags.NumberOfSeriesRelatedInstances, series.InstanceCount);
        if (instance is not null)
        {
            Number(json, DicomTags.NumberOfFrames, instance.Frames);
            Number(json, DicomTags.Rows, instance.Rows);
            Number(json, DicomTags.Columns, instance.Columns);
            Number(json, DicomTags.BitsAllocated, instance.BitsAllocated);
        }

        if (series is null)
            return;
        Text(json, DicomTags.PerformedProcedureStepStartDate, series.StepStartDate);
        Text(json, DicomTags.PerformedProcedureStepStartTime, series.StepStartTime);
        Start(json, DicomTags.RequestAttributesSequence);
        if (series.RequestAttributes.Length > 0)
        {
            json.WritePropertyName(Value);
            json.WriteRawValue(series.RequestAttributes, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void Start(Utf8JsonWriter json, DicomTag tag)
    {
        var (name, vr) = Names[tag];
        json.WriteStartObject(name);
        json.WriteString(Vr, vr);
    }

    private static void Text(Utf8JsonWriter json, DicomTag tag, string? value)
    {
        Start(json, tag);
        if (value is { Length: > 0 })
        {
            json.WriteStartArray(Value);
            json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, DicomTag tag, string[] values)
    {
        Start(json, tag);
        if (values.Length > 0)
        {
            json.WriteStartArray(Value);
            foreach (var value in values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, DicomTag tag, string name)
    {
        Start(json, tag);
        if (name.Length > 0)
        {
            json.WriteStartArray(Value);
            json.WriteStartObject();
            json.WriteString(Alphabetic, name);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, DicomTag tag, int? value)
    {
        Start(json, tag);
        if (value is { } number)
        {
            json.WriteStartArray(Value);
            json.WriteNumberValue(number);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
