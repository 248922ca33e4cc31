using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;

namespace Pirogov.Integration.Archive;

/// <summary>Rows of the index alone, without files: many of them, or with what de-identification at our own doors would not leave.</summary>
internal static class IndexedStudies
{
    public static Task<int> Index(this PirogovApp app, string batch, int number, DicomDataset study, params Series[] series) => app.InDatabase(async db =>
    {
        var home = await db.Set<Batch>().SingleAsync(b => b.Id == BatchId.From(Guid.Parse(batch)));
        db.Add(Case.Of(home, number, study, series.Length > 0 ? series : [Series(study)], ["00"], home.CreatedAt));
        return await db.SaveChangesAsync();
    });

    public static DicomDataset Study(string uid) => new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.StudyInstanceUid, uid)
        .Set(DicomTags.Modality, "CT").Set(DicomTags.PatientID, "P-" + uid.Replace('.', 'X'));

    public static Series Series(DicomDataset study, string number = "1", string requests = "") => new()
    {
        StudyInstanceUid = study.GetString(DicomTags.StudyInstanceUid)!,
        SeriesInstanceUid = $"{study.GetString(DicomTags.StudyInstanceUid)}.{number}",
        Modality = "CT",
        Reading = SeriesAssembly.Reading,
        RequestAttributes = requests,
    };
}
