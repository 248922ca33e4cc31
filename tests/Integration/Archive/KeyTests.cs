using System.Net;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class KeysOnSqlite(SqliteApp app) : KeyTests(app), IClassFixture<SqliteApp>;

public sealed class KeysOnPostgreSql(PostgreSqlApp app) : KeyTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>Matching keys of QIDO-RS whose rules no engine knows by itself.</summary>
public abstract class KeyTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task Requests_of_thousands_of_series_are_matched_where_they_are_kept()
    {
        var (client, batch) = await Batch("KY1");
        var study = IndexedStudies.Study("1.2.1");
        await App.Index(batch, 1, study, [.. Enumerable.Range(1, 400).Select(i => IndexedStudies.Series(study, $"{i}", Requests(
            ($"SPS-{i}", "RP \"7\""), ($"other[{i % 2}]", i == 400 ? "Заявка" : "RP-8"))))]);
        await App.Index(batch, 2, IndexedStudies.Study("1.2.2"));
        foreach (var (query, expected) in new[]
                 {
                     ("series?RequestAttributesSequence.ScheduledProcedureStepID=SPS-77", 1), ("series?00400275.00400009=SPS-7?", 10), ("series?00400275.00400009=sps-77", 0),
                     ("series?00400275.00400009=sps-7*", 0), ("series?00400275.00401001=RP \"7\"&limit=1000", 400), ("series?00400275.00401001=RP \"?\"&limit=1000", 400),
                     ("series?00400275.00401001=Зая*", 1), ("series?00400275.00400009=other[1]&limit=1000", 200), ("series?00400275.00400009=*er[0]&limit=1000", 200),
                     // An id of the other kind, and letters of two ids in a row, are no match.
                     ("series?00400275.00401001=SPS-77", 0), ("series?00400275.00400009=SPS-77*RP*", 0), ("series?00400275.00400009=SPS-7&00400275.00401001=RP-8", 1),
                     ("studies?00400275.00400009=SPS-399&PatientID=P-1X2X*", 1), ("studies?00400275.00400009=\"\"&PatientID=P-1X2X*", 0), ("studies?00400275.00400009=*&PatientID=P-1X2X*", 2),
                 })
        {
            var found = await Json(client, "/dicomweb/" + query);
            Assert.True(found.Count == expected, $"{query}: {found.Count}");
        }
    }

    [SkippableFact]
    public async Task Names_of_physicians_are_found_in_any_order_and_alphabet_and_pseudonyms_as_they_are()
    {
        var (client, batch) = await Batch("KY2");
        foreach (var (name, i) in new[] { "Щербакова^Юлия^Сергеевна", "Королёв^Семён", "Müller^Jürgen", "" }.Select((n, i) => (n, i)))
            await App.Index(batch, 11 + i, IndexedStudies.Study($"1.3.{i}").Set(DicomTags.ReferringPhysicianName, name));
        foreach (var (query, expected) in new[]
                 {
                     ("ReferringPhysicianName=юлия щербакова&fuzzymatching=true", 1), ("ReferringPhysicianName=Shcherbakova&fuzzymatching=true", 1), ("ReferringPhysicianName=Королев&fuzzymatching=true", 1),
                     ("ReferringPhysicianName=Simeon Korolev&fuzzymatching=true", 0), ("ReferringPhysicianName=Semyon Korolev&fuzzymatching=true", 1), ("ReferringPhysicianName=muller&fuzzymatching=true", 1),
                     ("ReferringPhysicianName=щербакова", 0), ("ReferringPhysicianName=щербакова*", 1), ("ReferringPhysicianName=КОРОЛЁВ^семён", 1), ("ReferringPhysicianName=Королев*", 0),
                     ("ReferringPhysicianName=\"\"", 1), ("ReferringPhysicianName=*", 4), ("PatientName=p-1x3x1", 1), ("PatientName=p-1x3x1&fuzzymatching=true", 1), ("PatientName=p-1x3*&fuzzymatching=true", 4),
                     ("PatientName=p-1x3&fuzzymatching=true", 0), ("PatientName=1x3x1 p&fuzzymatching=true", 0),
                 })
        {
            var found = await Json(client, $"/dicomweb/studies?PatientID=P-1X3X*&{query}");
            Assert.True(found.Count == expected, $"{query}: {found.Count}");
        }
    }

    [SkippableFact]
    public async Task Wildcards_tell_small_letters_from_capital_ones_on_every_engine()
    {
        var (client, batch) = await Batch("KY3");
        await App.Index(batch, 21, IndexedStudies.Study("1.4.1").Set(DicomTags.StudyDescription, "CT [abdomen]_100%").Set(DicomTags.AccessionNumber, "Aa-1"));
        foreach (var (query, expected) in new[]
                 {
                     ("StudyDescription=CT*", 1), ("StudyDescription=ct*", 0), ("StudyDescription=*ABDOMEN*", 0), ("StudyDescription=*[abdomen]*", 1), ("StudyDescription=*[a]bdomen*", 0),
                     ("StudyDescription=CT ?abdomen?_*", 1), ("StudyDescription=*%25", 1), ("StudyDescription=*_101*", 0), ("AccessionNumber=A?-1", 1), ("AccessionNumber=a?-1", 0),
                     ("AccessionNumber=aa-1", 0), ("PatientID=p-1x4x*", 0), ("ModalitiesInStudy=c*", 0), ("ModalitiesInStudy=C*", 1),
                 })
        {
            var found = await Json(client, $"/dicomweb/studies?StudyInstanceUID=1.4.1&{query}");
            Assert.True(found.Count == expected, $"{query}: {found.Count}");
        }
    }

    private static string Requests(params (string Step, string Procedure)[] items) => $"[{string.Join(',', items.Select(i => DicomJson.ToText(
        new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ScheduledProcedureStepID, i.Step).Set(DicomTags.RequestedProcedureID, i.Procedure))))}]";

    private async Task<(HttpClient Client, string Batch)> Batch(string code)
    {
        var engineer = await App.As(Role.DataEngineer);
        return (engineer, await engineer.OpenBatch(await App.Centre(code)));
    }

    private static async Task<JsonArray> Json(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return answer.StatusCode == HttpStatusCode.NoContent ? [] : JsonNode.Parse(text)!.AsArray();
    }
}
