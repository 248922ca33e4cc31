using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class CaseQueryOnSqlite(SqliteApp app) : CaseQueryTests(app), IClassFixture<SqliteApp>;

public sealed class CaseQueryOnPostgreSql(PostgreSqlApp app) : CaseQueryTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>Cases that came in through the door, and what of them a list and a labelling project find by query.</summary>
public abstract class CaseQueryTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task Cases_are_found_by_centre_kind_modality_body_part_sex_and_age_and_a_project_takes_what_its_query_finds()
    {
        var engineer = await App.As(Role.DataEngineer);
        var (first, second) = (await Centre(engineer, "CQ1"), await Centre(engineer, "CQ2"));
        var (one, other) = (await engineer.OpenBatch("CQ1"), await engineer.OpenBatch("CQ2"));
        await Send(engineer, one, 901, "CT", DicomUids.CTImageStorage, "ABDOMEN", "M", "034Y");
        await Send(engineer, one, 902, "MR", DicomUids.MRImageStorage, "HEAD", "F", "018M");
        await Send(engineer, other, 903, "CT", DicomUids.CTImageStorage, "CHEST", "F", null);
        await App.Close(engineer, one);
        // A slide of the same hospital: a row of the index, its pixels are no matter here.
        var slide = IndexedStudies.Study("2.25.904").Set(DicomTags.Modality, "SM").Set(DicomTags.PatientSex, "M").Set(DicomTags.PatientAge, "071Y");
        await App.Index(other, 77, slide, new Pirogov.Archive.Cases.Series
        {
            StudyInstanceUid = "2.25.904",
            SeriesInstanceUid = "2.25.904.1",
            Modality = "SM",
            BodyPart = "COLON",
            Reading = Pirogov.Archive.Intake.SeriesAssembly.Reading,
        });
        await App.Close(engineer, other);

        foreach (var (query, expected) in new (string, string[])[]
                 {
                     ("", ["ABDOMEN", "CHEST", "COLON", "HEAD"]),
                     ($"centre={first}", ["ABDOMEN", "HEAD"]), ($"centre={second}", ["CHEST", "COLON"]), ($"centre={Guid.CreateVersion7()}", []),
                     ("dataKind=radiology", ["ABDOMEN", "CHEST", "HEAD"]), ("dataKind=pathology", ["COLON"]), ("dataKind=endoscopy", []), ("dataKind=clinicalText", []),
                     ("modality=CT", ["ABDOMEN", "CHEST"]), ("modality=MR", ["HEAD"]), ("modality=SM", ["COLON"]), ("modality=C", []),
                     ("bodyPart=CHEST", ["CHEST"]), ("bodyPart=HEAD", ["HEAD"]), ("bodyPart=LEG", []),
                     ("sex=F", ["CHEST", "HEAD"]), ("sex=M", ["ABDOMEN", "COLON"]), ("sex=O", []),
                     // Whoever has no age in the header is found by no bound of it.
                     ("ageFrom=0&ageTo=150", ["ABDOMEN", "COLON", "HEAD"]), ("ageFrom=34", ["ABDOMEN", "COLON"]), ("ageFrom=35", ["COLON"]), ("ageTo=34", ["ABDOMEN", "HEAD"]),
                     ("ageTo=33", ["HEAD"]), ("ageFrom=1&ageTo=1", ["HEAD"]), ("ageFrom=2&ageTo=33", []), ("sex=M&ageTo=70", ["ABDOMEN"]),
                     ($"centre={first}&modality=CT&sex=M", ["ABDOMEN"]), ($"centre={second}&modality=MR", []), ("dataKind=radiology&sex=F&bodyPart=CHEST", ["CHEST"]),
                 })
        {
            var found = (await engineer.GetFromJsonAsync<JsonObject>($"/api/v1/cases?{query}"))!;
            var parts = found["items"]!.AsArray().Select(c => (string)Assert.Single(c!["bodyParts"]!.AsArray())!).Order(StringComparer.Ordinal).ToArray();
            Assert.True(expected.SequenceEqual(parts), $"{query}: {string.Join(", ", parts)}");
            Assert.Equal(expected.Length, (int)found["total"]!);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await engineer.GetAsync("/api/v1/cases?dataKind=dreams")).StatusCode);
        Assert.Equal(3, await Taken("three", new { dataKind = "radiology" }));
        Assert.Equal(1, await Taken("mr", new { modality = "MR" }));
        Assert.Equal(1, await Taken("chest", new { bodyPart = "CHEST", centreId = second }));
        Assert.Equal(2, await Taken("first", new { centreId = first, dataKind = "radiology" }));
        Assert.Equal(2, await Taken("women", new { sex = "F", dataKind = "radiology" }));
        Assert.Equal(1, await Taken("woman", new { sex = "F", modality = "CT" }));
        Assert.Equal(3, await Taken("two images", new { fewestInstances = 2, dataKind = "radiology" }));
        Assert.Null(await Taken("three images", new { fewestInstances = 3, dataKind = "radiology" }));
        Assert.Equal(1, await Taken("young", new { ageTo = 33 }));
        Assert.Equal(2, await Taken("of known age", new { ageFrom = 0, dataKind = "radiology" }));
        Assert.Null(await Taken("old", new { ageFrom = 72 }));
        foreach (var query in new[] { "ageFrom=40&ageTo=30", "ageTo=151", "ageFrom=-1" })
        {
            var refused = await engineer.GetAsync($"/api/v1/cases?{query}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.EndsWith("ages-unfit", (string)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["type"]!, StringComparison.Ordinal);
        }

        Assert.EndsWith("ages-unfit", (await Assert.ThrowsAsync<InvalidOperationException>(() => Taken("backwards", new { ageFrom = 40, ageTo = 30 }))).Message, StringComparison.Ordinal);
        var page = WebUtility.HtmlDecode(await engineer.GetStringAsync("/archive/cases?ageFrom=35&ageTo=150"));
        Assert.Contains("CQ2-000077", page, StringComparison.Ordinal);
        Assert.DoesNotContain("CQ1-", page, StringComparison.Ordinal);
        page = WebUtility.HtmlDecode(await engineer.GetStringAsync("/archive/cases?ageFrom=40&ageTo=30"));
        Assert.Contains("0 до 150 полных лет", page, StringComparison.Ordinal);
        Assert.Null(await Taken("none", new { centreId = first, modality = "US" }));
    }

    /// <summary>A bound that is misspelled would let everything in.</summary>
    [SkippableTheory]
    [InlineData("""{ "gender": "F" }""")]
    [InlineData("""{ "sex": 5 }""")]
    [InlineData("""{ "dataKind": "radiology", "fewestSlices": 100 }""")]
    public async Task A_query_that_asks_for_what_there_is_not_is_refused(string query)
    {
        var manager = await App.As(Role.LabellingManager);
        var plan = new JsonObject { ["name"] = "Bounds", ["schemaVersionId"] = Guid.CreateVersion7(), ["query"] = JsonNode.Parse(query) };
        var refused = await manager.PostAsJsonAsync("/api/v1/labelling-projects", plan);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        // Without it the plan is refused for the schema that is not there, not for its form.
        plan["query"] = new JsonObject { ["sex"] = "F", ["fewestInstances"] = 100 };
        Assert.NotEqual(HttpStatusCode.BadRequest, (await manager.PostAsJsonAsync("/api/v1/labelling-projects", plan)).StatusCode);
    }

    /// <summary>A centre whose profile keeps what describes the patient, sex among it.</summary>
    private async Task<string> Centre(HttpClient engineer, string code)
    {
        await App.Centre(code);
        var kept = await engineer.PutAsJsonAsync($"/api/v1/centres/{code}/deidentification", new { options = new[] { "retainPatientCharacteristics" } });
        Assert.True(kept.IsSuccessStatusCode, await kept.Content.ReadAsStringAsync());
        var centres = (await engineer.GetFromJsonAsync<JsonObject>("/api/v1/centres?size=200"))!["items"]!.AsArray();
        return (string)centres.Single(c => (string)c!["code"]! == code)!["id"]!;
    }

    private static async Task Send(HttpClient engineer, string batch, int study, string modality, string sopClass, string part, string sex, string? age)
    {
        for (var k = 0; k < 2; k++)
        {
            var slice = SyntheticCt.Slice(study, k, 3 * k).Set(DicomTags.Modality, modality).Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.BodyPartExamined, part)
                .Set(DicomTags.PatientSex, sex).Set(DicomTags.PatientID, $"{SyntheticCt.PatientId}-{study}");
            if (age is null)
                slice.Remove(DicomTags.PatientAge);
            else
                slice.Set(DicomTags.PatientAge, age);
            var sent = await engineer.SendFile(batch, $"{study}-{k}.dcm", SyntheticCt.File(slice));
            Assert.True((string?)sent["outcome"] == "accepted", sent.ToJsonString());
        }
    }

    /// <returns>How many cases a plan with the query takes; null when it finds none and is refused.</returns>
    private async Task<int?> Taken(string name, object query)
    {
        var manager = await App.As(Role.LabellingManager);
        var schema = new { name = "Schema " + name, dataKind = "radiology", classes = Array.Empty<object>(), questions = new[] { new { id = "seen", text = new { ru = "Видно?", en = "Seen?" }, type = "boolean", options = Array.Empty<object>() } } };
        var made = await Body(manager.PostAsJsonAsync("/api/v1/labelling-schemas", schema));
        var published = await Body(manager.PostAsync($"/api/v1/labelling-schemas/{made["id"]}/publish", null));
        var people = await Task.WhenAll(Enumerable.Range(1, 4).Select(n => App.Person($"expert{n}", [Role.Expert])));
        var answer = await manager.PostAsJsonAsync("/api/v1/labelling-projects", new
        {
            name,
            schemaVersionId = (string)published["versionId"]!,
            query,
            readers = new[] { people[0].Id, people[1].Id },
            adjudicators = new[] { people[2].Id },
            levels = new[] { new { validators = new[] { people[3].Id } } },
        });
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        if (answer.StatusCode == HttpStatusCode.UnprocessableEntity)
            return (string)body["type"]! is var type && type.EndsWith("cases-missing", StringComparison.Ordinal) ? null : throw new InvalidOperationException(type);
        Assert.True(answer.IsSuccessStatusCode, body.ToJsonString());
        return (int)body["cases"]!;
    }

    private static async Task<JsonObject> Body(Task<HttpResponseMessage> call)
    {
        var answer = await call;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }
}
