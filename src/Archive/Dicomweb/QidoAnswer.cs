using System.Text.Json.Nodes;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;

namespace Pirogov.Archive.Dicomweb;

/// <summary>Attributes that a search returns at each level (PS3.18 Tables 10.6.3-3 to -5), in the DICOM JSON model.</summary>
internal static class QidoAnswer
{
    public static JsonObject Study(IReadOnlyList<Case> cases, string root)
    {
        var first = cases[0];
        var series = cases.SelectMany(c => c.Series).ToArray();
        var answer = new JsonObject();
        Put(answer, DicomTags.SpecificCharacterSet, "ISO_IR 192");
        Put(answer, DicomTags.StudyDate);
        Put(answer, DicomTags.StudyTime);
        Put(answer, DicomTags.AccessionNumber, first.AccessionNumber);
        Put(answer, DicomTags.InstanceAvailability, "ONLINE");
        Put(answer, DicomTags.ModalitiesInStudy, [.. series.Select(s => s.Modality).Distinct()]);
        Put(answer, DicomTags.ReferringPhysicianName);
        Put(answer, DicomTags.StudyDescription, first.Description);
        Put(answer, DicomTags.RetrieveURL, $"{root}/studies/{first.StudyInstanceUid}");
        Name(answer, DicomTags.PatientName, first.PatientPseudonym);
        Put(answer, DicomTags.PatientID, first.PatientPseudonym);
        Put(answer, DicomTags.PatientBirthDate);
        Put(answer, DicomTags.PatientSex, first.PatientSex ?? "");
        Put(answer, DicomTags.StudyInstanceUid, first.StudyInstanceUid);
        Put(answer, DicomTags.StudyID);
        Count(answer, DicomTags.NumberOfStudyRelatedSeries, series.Select(s => s.SeriesInstanceUid).Distinct().Count());
        Count(answer, DicomTags.NumberOfStudyRelatedInstances, series.Sum(s => s.InstanceCount));
        return answer;
    }

    public static JsonObject Series(IReadOnlyList<Series> parts, string root)
    {
        var first = parts[0];
        var answer = new JsonObject();
        Put(answer, DicomTags.SpecificCharacterSet, "ISO_IR 192");
        Put(answer, DicomTags.Modality, first.Modality);
        Put(answer, DicomTags.Manufacturer, first.Manufacturer);
        Put(answer, DicomTags.SeriesDescription, first.Description);
        Put(answer, DicomTags.ManufacturerModelName, first.ManufacturerModel);
        Put(answer, DicomTags.RetrieveURL, $"{root}/studies/{first.StudyInstanceUid}/series/{first.SeriesInstanceUid}");
        Put(answer, DicomTags.BodyPartExamined, first.BodyPart);
        Put(answer, DicomTags.StudyInstanceUid, first.StudyInstanceUid);
        Put(answer, DicomTags.SeriesInstanceUid, first.SeriesInstanceUid);
        if (first.SeriesNumber is { } number)
            Count(answer, DicomTags.SeriesNumber, number);
        else
            Put(answer, DicomTags.SeriesNumber);
        Count(answer, DicomTags.NumberOfSeriesRelatedInstances, parts.Sum(s => s.InstanceCount));
        return answer;
    }

    public static JsonObject Instance(Instance instance, string root)
    {
        var answer = new JsonObject();
        Put(answer, DicomTags.SpecificCharacterSet, "ISO_IR 192");
        Put(answer, DicomTags.SopClassUid, instance.SopClassUid);
        Put(answer, DicomTags.SopInstanceUid, instance.SopInstanceUid);
        Put(answer, DicomTags.InstanceAvailability, "ONLINE");
        Put(answer, DicomTags.RetrieveURL,
            $"{root}/studies/{instance.StudyInstanceUid}/series/{instance.SeriesInstanceUid}/instances/{instance.SopInstanceUid}");
        Put(answer, DicomTags.AvailableTransferSyntaxUid, instance.TransferSyntaxUid);
        Put(answer, DicomTags.StudyInstanceUid, instance.StudyInstanceUid);
        Put(answer, DicomTags.SeriesInstanceUid, instance.SeriesInstanceUid);
        Count(answer, DicomTags.InstanceNumber, instance.InstanceNumber);
        Count(answer, DicomTags.Rows, instance.Rows);
        Count(answer, DicomTags.Columns, instance.Columns);
        Count(answer, DicomTags.BitsAllocated, instance.BitsAllocated);
        Count(answer, DicomTags.NumberOfFrames, instance.Frames);
        return answer;
    }

    private static void Put(JsonObject answer, DicomTag tag, params string[] values)
    {
        var attribute = new JsonObject { ["vr"] = DicomDictionary.Find(tag)!.Vr.ToString() };
        if (Array.Exists(values, v => v.Length > 0))
            attribute["Value"] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        answer[tag.Hex] = attribute;
    }

    private static void Name(JsonObject answer, DicomTag tag, string name) => answer[tag.Hex] = new JsonObject
    {
        ["vr"] = "PN",
        ["Value"] = new JsonArray(new JsonObject { ["Alphabetic"] = name }),
    };

    private static void Count(JsonObject answer, DicomTag tag, int value) =>
        answer[tag.Hex] = new JsonObject { ["vr"] = DicomDictionary.Find(tag)!.Vr.ToString(), ["Value"] = new JsonArray(value) };
}
