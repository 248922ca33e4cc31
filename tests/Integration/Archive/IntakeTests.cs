using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pirogov.Archive.Contracts;
using Pirogov.Archive.Intake;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Evidence;

namespace Pirogov.Integration.Archive;

public abstract class IntakeTests(PirogovApp app) : OnBothEngines(app)
{
    [SkippableFact]
    public async Task A_batch_of_a_study_becomes_one_case_with_metadata_thumbnail_and_geometry()
    {
        var client = await App.As(Role.DataEngineer);
        var (_, row) = await App.SendStudy(client, await App.Centre("INT1"), study: 101);
        Assert.Equal("INT1-000001", (string?)row["label"]);
        Assert.Equal(4, (int)row["instanceCount"]!);
        var id = CaseId.From(Guid.Parse((string)row["id"]!));
        await App.InScope(async s =>
        {
            var cases = s.GetRequiredService<ICases>();
            var found = (await cases.Find(id, default))!;
            var geometry = await cases.Geometry(id, found.Series[0].SeriesInstanceUid, default);
            Assert.Equal(4, geometry!.Slices);
            Assert.Equal(3.0, geometry.Spacing.Slice, 6);
            Assert.Equal(4, (await cases.Files(id, default)).Count);
            return 0;
        });
        var picture = await client.GetAsync($"/api/v1/cases/{id}/thumbnail");
        Assert.Equal("image/jpeg", picture.Content.Headers.ContentType!.MediaType);
    }

    [SkippableFact]
    public async Task The_report_tells_what_was_done_to_which_attribute_and_the_evidence_states_it_again()
    {
        var client = await App.As(Role.DataEngineer);
        var (batch, _) = await App.SendStudy(client, await App.Centre("INT2"), study: 102);
        var report = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}"))!;
        Assert.Equal("complete", (string?)report["state"]);
        Assert.Equal($"2024e, rules {DeidentificationProfile.Rules}", (string?)report["profileVersion"]);
        Assert.Equal((DeidentificationProfile.Basic.Name, DeidentificationProfile.Basic.Sha256), ((string?)report["profileName"], (string?)report["profileSha256"]));
        Assert.Contains($"PS3.15, редакция 2024e, правила {DeidentificationProfile.Rules}", WebUtility.HtmlDecode(await client.GetStringAsync($"/archive/batches/{batch}")), StringComparison.Ordinal);
        var actions = report["actions"]!.AsArray().Select(a => ((string?)a!["keyword"], (string?)a["what"], (int)a["count"]!)).ToArray();
        Assert.Contains(("PatientName", "replaced", 4), actions);
        Assert.Contains(("StudyInstanceUID", "uidRemapped", 4), actions.Select(a => (a.Item1!.Replace("Uid", "UID", StringComparison.Ordinal), a.Item2!, a.Item3)));
        await App.InScope(async s =>
        {
            var reference = await s.GetRequiredService<EvidenceChain>().Find(ArchiveEvidence.Batch, Guid.Parse(batch), default);
            var walked = await s.GetRequiredService<EvidenceVerifier>().Walk(reference!, null, default);
            Assert.True(walked.IsWhole, string.Join(", ", walked.Links.Select(l => $"{l.Fault} {l.Where}")));
            Assert.Equal(4, walked.FilesRead);
            return 0;
        });
    }

    [SkippableFact]
    public async Task The_same_file_sent_twice_is_a_duplicate_and_is_known_by_its_bytes_alone()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INT3"));
        var bytes = SyntheticCt.File(SyntheticCt.Slice(103, 0, 0));
        var first = await client.SendFile(batch, "a/1.dcm", bytes);
        var second = await client.SendFile(batch, "a/1.dcm", bytes);
        Assert.Equal(("accepted", "duplicate"), ((string)first["outcome"]!, (string)second["outcome"]!));
        Assert.Equal((string?)first["sopInstanceUid"], (string?)second["sopInstanceUid"]);
        // Another patient's disk: the same name, the same size, other bytes.
        var other = SyntheticCt.File(SyntheticCt.Slice(104, 0, 0));
        Assert.Equal(bytes.Length, other.Length);
        string[] hashes = [.. new[] { bytes, other }.Select(b => Convert.ToHexStringLower(XxHash128.Hash(b)))];
        var known = await client.PostAsJsonAsync($"/api/v1/batches/{batch}/known", new { files = hashes.Append("not a hash") });
        Assert.Equal($$"""{"known":["{{hashes[0]}}"],"judged":1}""", await known.Content.ReadAsStringAsync());
        Assert.Equal(1, await App.InDatabase(db => db.Set<IncomingFile>().CountAsync(f => f.BatchId == BatchId.From(Guid.Parse(batch)))));
    }

    [SkippableFact]
    public async Task An_instance_of_a_complete_batch_is_a_duplicate_in_the_next_one()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("INT4");
        await App.SendStudy(client, centre, study: 104, slices: 3);
        var batch = await client.OpenBatch(centre);
        Assert.Equal("duplicate", (string?)(await client.SendFile(batch, "x", SyntheticCt.File(SyntheticCt.Slice(104, 0, 0))))["outcome"]);
        var changed = SyntheticCt.Slice(104, 1, 3).Set(DicomTags.BodyPartExamined, "CHEST");
        Assert.Equal(FileRefused.SameUidOtherContent, (await client.SendFile(batch, "y", SyntheticCt.File(changed))).ReasonOf());
    }

    [SkippableFact]
    public async Task An_instance_that_waits_for_a_reviewer_keeps_another_of_its_uid_out_and_the_batch_completes()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INTQ"));
        var marked = SyntheticCt.File(SyntheticCt.Slice(107, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES"));
        Assert.Equal("quarantined", (string?)(await client.SendFile(batch, "marked", marked))["outcome"]);
        Assert.Equal(FileRefused.SameUidOtherContent, (await client.SendFile(batch, "plain", SyntheticCt.File(SyntheticCt.Slice(107, 0, 0)))).ReasonOf());
        var item = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/review"))!["items"]![0]!;
        await client.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{item["id"]}/image");
        await client.PostAsJsonAsync($"/api/v1/batches/{batch}/review/{item["id"]}", new { decision = "accepted" });
        await App.Close(client, batch);
        var report = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}"))!;
        Assert.Equal(("complete", 1, 1), ((string)report["state"]!, (int)report["counts"]!["accepted"]!, (int)report["counts"]!["refused"]!));
        // After the review too: the same original is known, another image that would be reviewed is not called a duplicate.
        var next = await client.OpenBatch(await App.Centre("INTQ"));
        Assert.Equal("duplicate", (string?)(await client.SendFile(next, "again", marked))["outcome"]);
        var other = SyntheticCt.File(SyntheticCt.Slice(107, 0, 0).Set(DicomTags.BurnedInAnnotation, "YES").Set(DicomTags.PixelData, DicomVr.OW, new byte[2 * 64 * 64]));
        Assert.Equal(FileRefused.SameUidOtherContent, (await client.SendFile(next, "other", other)).ReasonOf());
    }

    [SkippableFact]
    public async Task Opening_a_batch_of_the_same_name_goes_on_in_the_one_that_is_open()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("INTR");
        var first = await client.OpenBatch(centre, "Прерванная");
        Assert.Equal(first, await client.OpenBatch(centre, "Прерванная"));
    }

    [SkippableFact]
    public async Task Two_open_batches_with_the_same_instances_keep_them_once()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("INT5");
        var (one, two) = (await client.OpenBatch(centre, "Первая"), await client.OpenBatch(centre, "Вторая"));
        foreach (var slice in SyntheticCt.Slices(105, 0, 3, 6))
        {
            Assert.Equal("accepted", (string?)(await client.SendFile(one, "f", SyntheticCt.File(slice)))["outcome"]);
            Assert.Equal("accepted", (string?)(await client.SendFile(two, "f", SyntheticCt.File(slice)))["outcome"]);
        }

        Assert.Equal(1, (int)(await App.Close(client, one))["cases"]!);
        var second = await App.Close(client, two);
        Assert.Equal((0, 3), ((int)second["cases"]!, (int)second["counts"]!["duplicates"]!));
    }

    [SkippableFact]
    public async Task What_another_batch_completed_first_with_other_content_is_refused_and_not_called_a_duplicate()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("INT8");
        var (one, two) = (await client.OpenBatch(centre, "Первая"), await client.OpenBatch(centre, "Вторая"));
        await client.SendFile(one, "f", SyntheticCt.File(SyntheticCt.Slice(108, 0, 0)));
        await client.SendFile(two, "f", SyntheticCt.File(SyntheticCt.Slice(108, 0, 0).Set(DicomTags.BodyPartExamined, "CHEST")));
        await App.Close(client, one);
        var second = await App.Close(client, two);
        Assert.Equal((0, 0, 1), ((int)second["cases"]!, (int)second["counts"]!["duplicates"]!, (int)second["counts"]!["refused"]!));
    }

    [SkippableTheory]
    [InlineData("text", "not-dicom")]
    [InlineData("cut", "cut-short")]
    [InlineData("empty", "empty")]
    [InlineData("no-pixels", "no-pixel-data")]
    [InlineData("short-pixels", "pixels-short")]
    [InlineData("no-uid", "missing-uid")]
    [InlineData("syntax", "unsupported-transfer-syntax")]
    public async Task A_bad_file_is_refused_with_its_reason_in_both_languages(string kind, string reason)
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INT6"));
        var slice = SyntheticCt.Slice(106, 0, 0);
        var bytes = kind switch
        {
            "text" => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("Это заметка, а не снимок.\n", 100))),
            "cut" => SyntheticCt.File(slice)[..^5000],
            "empty" => [],
            "no-pixels" => SyntheticCt.File(Without(slice, DicomTags.PixelData)),
            "short-pixels" => SyntheticCt.File(slice.Set(DicomTags.PixelData, DicomVr.OW, new byte[64])),
            "no-uid" => SyntheticCt.File(Without(slice, DicomTags.SopInstanceUid)),
            _ => SyntheticCt.File(Encapsulated(slice), "1.2.840.10008.1.2.4.100"),
        };
        var russian = await client.SendFile(batch, "Выдуманов.dcm", bytes);
        Assert.Equal(("refused", reason), ((string)russian["outcome"]!, russian.ReasonOf()));
        client.DefaultRequestHeaders.AcceptLanguage.Clear();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        var english = await client.SendFile(batch, "Выдуманов.dcm", bytes);
        Assert.NotEqual((string?)russian["reason"]!["title"], (string?)english["reason"]!["title"]);
        Assert.DoesNotContain("problem.", (string?)russian["reason"]!["detail"], StringComparison.Ordinal);
        var files = await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}/files?outcome=refused");
        Assert.Equal(1, (int)files!["items"]![0]!["number"]!);
        Assert.DoesNotContain("Выдуманов", files.ToJsonString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_blank_uid_in_the_data_set_is_taken_from_the_meta_header_with_a_warning()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INT7"));
        var slice = SyntheticCt.Slice(107, 0, 0);
        var uid = slice.GetString(DicomTags.SopInstanceUid)!;
        var file = DicomFile.Create(slice.Set(DicomTags.SopInstanceUid, ""), DicomUids.ExplicitVRLittleEndian, DicomUids.CTImageStorage, uid);
        var sent = await client.SendFile(batch, "x", DicomWriter.ToBytes(file));
        Assert.Equal("accepted", (string?)sent["outcome"]);
        Assert.Contains(BlankUids.InstanceFromMetaHeader, sent["warnings"]!.AsArray().Select(w => (string?)w));
    }

    [SkippableFact]
    public async Task Russian_text_without_a_declared_character_set_is_reported_with_the_encoding_it_was_read_in()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INTC"));
        for (var k = 0; k < 2; k++)
        {
            var slice = SyntheticCt.Slice(191, k, k);
            slice.Remove(DicomTags.SpecificCharacterSet);
            foreach (var (tag, text) in new[] { (DicomTags.PatientName, SyntheticCt.Name), (DicomTags.InstitutionName, SyntheticCt.Institution), (DicomTags.ReferringPhysicianName, "Ё") })
                slice.Set(tag, tag == DicomTags.InstitutionName ? DicomVr.LO : DicomVr.PN, DicomCharacterSet.Page(1251).GetBytes(text));
            var sent = await client.SendFile(batch, "x", SyntheticCt.File(slice));
            Assert.Equal(["undeclared-character-set:windows-1251"], sent["warnings"]!.AsArray().Select(w => (string?)w));
        }

        var report = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{batch}"))!;
        Assert.Contains(("undeclared-character-set:windows-1251", 2), report["warnings"]!.AsArray().Select(w => ((string)w!["code"]!, (int)w["count"]!)));
        var page = WebUtility.HtmlDecode(await client.GetStringAsync($"/archive/batches/{batch}"));
        Assert.Contains("Кодировка текста в файле не указана: прочитан как windows-1251 — 2", page, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_bomb_in_a_zip_is_named_and_the_rest_goes_through()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INT8"));
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (slice, k) in SyntheticCt.Slices(108, 0, 3).Select((s, k) => (s, k)))
                await Write(zip, $"study/{k}.dcm", SyntheticCt.File(slice));
            await Write(zip, "study/bomb.dcm", new byte[Admission.LargestFile + 1]);
            await Write(zip, "study/note.txt", "просто текст"u8.ToArray());
        }

        var sent = await client.SendFile(batch, "study.zip", packed.ToArray());
        var entries = sent["entries"]!.AsArray().Select(e => e!.AsObject()).ToArray();
        Assert.Equal(["accepted", "accepted", "refused", "refused"], entries.Select(e => (string)e["outcome"]!));
        Assert.Equal("study.zip/study/bomb.dcm", (string?)entries[2]["name"]);
        Assert.Equal("zip-bomb", entries[2].ReasonOf());
        var again = await client.SendFile(batch, "study.zip", packed.ToArray());
        Assert.Equal(["duplicate", "duplicate", "refused", "refused"], again["entries"]!.AsArray().Select(e => (string)e!["outcome"]!));

        static async Task Write(ZipArchive zip, string name, byte[] bytes)
        {
            await using var stream = await zip.CreateEntry(name).OpenAsync();
            await stream.WriteAsync(bytes);
        }
    }

    [SkippableFact]
    public async Task A_missing_slice_is_noted_in_the_report()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INT9"));
        foreach (var (slice, k) in SyntheticCt.Slices(109, 0, 3, 6, 12, 15).Select((s, k) => (s, k)))
            await client.SendFile(batch, $"{k}", SyntheticCt.File(slice));
        var report = await App.Close(client, batch);
        Assert.Equal("missing-slices:1", (string?)report["quality"]![0]!["notes"]![0]);
    }

    [SkippableFact]
    public async Task A_closed_batch_takes_no_file_and_an_open_one_can_be_given_up()
    {
        var client = await App.As(Role.DataEngineer);
        var centre = await App.Centre("INT10");
        var (batch, _) = await App.SendStudy(client, centre, study: 110, slices: 2);
        var late = await client.PostAsync($"/api/v1/batches/{batch}/files", new ByteArrayContent([1]));
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await client.PostAsync($"/api/v1/batches/{batch}/cancel", null)).StatusCode);
        var open = await client.OpenBatch(centre);
        await client.SendFile(open, "x", SyntheticCt.File(SyntheticCt.Slice(111, 0, 0)));
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync($"/api/v1/batches/{open}/cancel", null)).StatusCode);
        var report = await client.GetFromJsonAsync<JsonObject>($"/api/v1/batches/{open}");
        Assert.Equal(("cancelled", 0), ((string)report!["state"]!, (int)report["counts"]!["received"]!));
    }

    [SkippableFact]
    public async Task Parallel_senders_of_one_file_store_it_once()
    {
        var client = await App.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await App.Centre("INT11"));
        var bytes = SyntheticCt.File(SyntheticCt.Slice(112, 0, 0));
        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(k => client.SendFile(batch, $"{k}.dcm", bytes)));
        Assert.Single(sent, s => (string?)s["outcome"] == "accepted");
        Assert.Equal(5, sent.Count(s => (string?)s["outcome"] == "duplicate"));
    }

    private static DicomDataset Without(DicomDataset dataset, DicomTag tag)
    {
        dataset.Remove(tag);
        return dataset;
    }

    private static DicomDataset Encapsulated(DicomDataset dataset) =>
        dataset.Set(new DicomEncapsulatedPixelData(DicomTags.PixelData, DicomVr.OB, default, [new byte[] { 1, 2, 3, 4 }]));
}

public sealed class IntakeOnSqlite(SqliteApp app) : IntakeTests(app), IClassFixture<SqliteApp>;

public sealed class IntakeOnPostgreSql(PostgreSqlApp app) : IntakeTests(app), IClassFixture<PostgreSqlApp>;
