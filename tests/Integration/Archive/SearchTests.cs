using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class SearchOnSqlite(SqliteApp app) : SearchTests(app), IClassFixture<SqliteApp>;

public sealed class SearchOnPostgreSql(PostgreSqlApp app) : SearchTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>QIDO-RS over studies whose dates the profile keeps.</summary>
public abstract class SearchTests(PirogovApp app) : OnBothEngines(app)
{
    private static readonly string[] OfStudies =
    [
        "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00081190", "00100010", "00100020", "00100030", "00100040", "0020000D", "00200010",
        "00201206", "00201208",
    ];

    private static readonly string[] OfSeries = ["00080060", "0008103E", "0020000E", "00200011", "00201209", "00400244", "00400245", "00400275"];

    [SkippableFact]
    public async Task Dates_and_times_are_searched_as_they_are_kept_alone_in_ranges_and_as_one_moment()
    {
        var client = await Sent("SR1", (501, "20240110", "091500"), (502, "20240110", "183000.250"), (503, "20240305", "070000"), (504, "", ""));
        foreach (var (query, expected) in new[]
                 {
                     ("StudyDate=20240110", 2), ("StudyDate=20240110-20240110", 2), ("StudyDate=-20240111", 2), ("StudyDate=20240111-", 1), ("StudyDate=2024.03.05", 1),
                     ("StudyDate=*", 4), ("00080020=20230101-20231231", 0), ("StudyTime=0915", 1), ("StudyTime=1830-1830", 1), ("StudyTime=07-0915", 2), ("StudyTime=\"\"&StudyDate=\"\"", 1),
                     ("StudyDate=20240110&StudyTime=18-", 1),
                     // One range from the tenth at noon to March the fifth at noon (PS3.4 C.2.2.2.5.4).
                     ("StudyDate=20240110-20240305&StudyTime=12-12", 2), ("StudyDate=20240110-20240305&StudyTime=-0600", 2),
                     ("StudyDate=\"\"", 1), ("SeriesDate=20240305", 1), ("ModalitiesInStudy=CT\\MR", 4), ("ModalitiesInStudy=C*", 4), ("ModalitiesInStudy=MR", 0),
                     ("InstanceNumber=2", 4), ("SOPClassUID=1.2.3", 0), ("SeriesNumber=2", 4), ("StudyID=*", 4),
                 })
        {
            var found = await Json(client, $"/dicomweb/studies?PatientID=*&{query}&AccessionNumber=*&StudyInstanceUID=*");
            Assert.True(found.Count == expected, $"{query}: {found.Count}");
        }

        var one = (await Json(client, "/dicomweb/studies?StudyDate=20240305"))[0]!;
        Assert.Equal("20240305", (string?)one["00080020"]!["Value"]![0]);
        Assert.Equal("070000", (string?)one["00080030"]!["Value"]![0]);
        foreach (var malformed in new[] { "StudyDate=tomorrow", "StudyTime=9am", "limit=many", "offset=-1", "StudyDate=-" })
            Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/dicomweb/studies?" + malformed)).StatusCode);
    }

    [SkippableFact]
    public async Task Attributes_without_a_column_and_inside_sequences_are_matched_in_the_headers()
    {
        var client = await Sent("SR2", (511, "20240401", "120000"), (512, "20240402", "120000"));
        foreach (var (path, expected) in new[]
                 {
                     ("studies?AnatomicRegionSequence.CodeValue=code-511", 1), ("series?00082218.00080100=code-51?", 2), ("instances?AnatomicRegionSequence.CodeValue=code-512", 2),
                     ("instances?SliceThickness=3", 4), ("instances?SliceThickness=3&InstanceNumber=2", 2), ("instances?ImageType=NONE", 0),
                     ("studies?AnatomicRegionSequence.CodeMeaning=*&PixelSpacing=1", 2),
                 })
            Assert.Equal(expected, (await Json(client, "/dicomweb/" + path)).Count);
        Assert.Equal(HttpStatusCode.NoContent, (await client.GetAsync("/dicomweb/series?StationName=NOWHERE")).StatusCode);
        var warned = await client.GetAsync("/dicomweb/studies?NoSuchThing=1&AnatomicRegionSequence.NoSuch=2&NumberOfStudyRelatedSeries=9");
        Assert.Equal(HttpStatusCode.OK, warned.StatusCode);
        var warnings = warned.Headers.GetValues("Warning").ToArray();
        foreach (var name in new[] { "NoSuchThing", "AnatomicRegionSequence.NoSuch", "NumberOfStudyRelatedSeries" })
            Assert.Contains(warnings, w => w.StartsWith("299 ", StringComparison.Ordinal) && w.Contains(name, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task All_six_resources_give_their_mandatory_attributes_and_whole_levels_when_asked()
    {
        var client = await Sent("SR3", (521, "20240501", "080000"), (522, "20240502", "080000"));
        var study = (string)(await Json(client, "/dicomweb/studies?StudyDate=20240501"))[0]!["0020000D"]!["Value"]![0]!;
        var series = (string)(await Json(client, $"/dicomweb/studies/{study}/series"))[0]!["0020000E"]!["Value"]![0]!;
        string[] ofInstances = ["00080016", "00080018", "00080056", "00081190", "00083002", "00200013", "00280010", "00280011"];
        foreach (var (path, expected) in new (string, string[])[]
                 {
                     ("studies", OfStudies), ($"studies/{study}/series", OfSeries), ("series", [.. OfStudies, .. OfSeries]), ($"studies/{study}/series/{series}/instances", ofInstances),
                     ($"studies/{study}/instances", [.. OfSeries, .. ofInstances]), ("instances", [.. OfStudies, .. OfSeries, .. ofInstances]),
                 })
        {
            foreach (var all in new[] { "", "?includefield=all" })
            {
                var found = (await Json(client, $"/dicomweb/{path}{all}"))[0]!.AsObject();
                Assert.Empty(expected.Except(found.Select(a => a.Key)));
                Assert.Equal(found.Select(a => a.Key).Order(StringComparer.Ordinal), found.Select(a => a.Key));
                // Of the image: it comes with instances alone.
                Assert.Equal(path.EndsWith("instances", StringComparison.Ordinal) && all.Length > 0, found.ContainsKey("00280030"));
                Assert.True(all.Length == 0 || found.ContainsKey("00120062"), path);
            }
        }

        var uids = (await Json(client, "/dicomweb/studies?limit=2")).Select(s => (string)s!["0020000D"]!["Value"]![0]!).ToArray();
        Assert.Equal(2, (await Json(client, $"/dicomweb/studies?StudyInstanceUID={string.Join(',', uids)},1.2.3")).Count);
        Assert.Equal(2, (await Json(client, $"/dicomweb/studies?StudyInstanceUID={string.Join("%5C", uids)}")).Count);
    }

    [SkippableFact]
    public async Task What_an_earlier_version_stored_is_read_again()
    {
        var client = await Sent("SR4", (531, "20240601", "080000"));
        await App.InDatabase(async db =>
        {
            await db.Set<Case>().Where(c => c.StudyDate == "20240601").ExecuteUpdateAsync(s => s.SetProperty(c => c.StudyDate, (string?)null));
            return await db.Set<Series>().Where(s => s.SeriesDate == "20240601").ExecuteUpdateAsync(s => s.SetProperty(r => r.Reading, 0).SetProperty(r => r.SeriesDate, (string?)null));
        });
        Assert.Empty(await Json(client, "/dicomweb/studies?StudyDate=20240601"));
        await App.InScope(async s =>
        {
            await new RefreshAtStart(s.GetRequiredService<IServiceScopeFactory>()).StartAsync(default);
            return 0;
        });
        await App.Settle();
        Assert.Single(await Json(client, "/dicomweb/series?StudyDate=20240601&SeriesDate=20240601"));
    }

    /// <summary>One series of two instances for each study, under a profile that keeps its date.</summary>
    private async Task<HttpClient> Sent(string code, params (int Number, string Date, string Time)[] studies)
    {
        var organisation = await App.InDatabase(async db =>
        {
            var made = new Organisation("Больница " + code);
            db.Add(made);
            await db.SaveChangesAsync();
            return made.Id;
        });
        var engineer = await App.As(Role.DataEngineer);
        var centre = await App.Centre(code, organisation.Value);
        var kept = await engineer.PutAsJsonAsync($"/api/v1/centres/{centre}/deidentification", new { options = new[] { "retainFullDates" } });
        Assert.True(kept.IsSuccessStatusCode, await kept.Content.ReadAsStringAsync());
        var batch = await engineer.OpenBatch(centre);
        foreach (var (number, date, time) in studies)
        {
            for (var k = 0; k < 2; k++)
            {
                var slice = SyntheticCt.Slice(number, k, 3 * k).Set(DicomTags.StudyDate, date).Set(DicomTags.SeriesDate, date).Set(DicomTags.StudyTime, time)
                    .SetItems(DicomTags.AnatomicRegionSequence, new DicomDataset().Set(DicomTags.CodeValue, $"code-{number}").Set(DicomTags.CodeMeaning, "Abdomen"));
                Assert.Equal("accepted", (string?)(await engineer.SendFile(batch, $"{number}-{k}.dcm", SyntheticCt.File(slice)))["outcome"]);
            }
        }

        await App.Close(engineer, batch);
        return await App.As("representative-of-" + code, [Role.CentreRepresentative], organisation);
    }

    private static async Task<JsonArray> Json(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return answer.StatusCode == HttpStatusCode.NoContent ? [] : JsonNode.Parse(text)!.AsArray();
    }
}
