using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Unit.Deidentification;

namespace Pirogov.Integration.Archive;

/// <summary>
/// Objects in which every attribute of the profile, and every name a sender gives, is a marker: through the upload, STOW-RS and C-STORE, accepted, set aside
/// and refused; and a work item that names people and the hospital's objects. No marker may stand, in any form, in any byte that is left: the store, the
/// database, the log, what is answered over HTTP and DIMSE, previews included.
/// </summary>
public sealed class MarkersAtTheDoorsTests : IClassFixture<DimseApp>
{
    private const string Study = "1.2.999.7001";
    private const string Physician = "МаркерВрача";
    private const string PatientId = "MRKPID7654321Z";
    private const string Address = "http://pacs.hospital.example/studies/1.2.999.700.1.2.3";

    private readonly DimseApp app;
    private readonly List<byte[]> markers;
    private readonly Traces traces;

    /// <summary>PS3.18 10.5.3 tells a sender its own UIDs, and nobody else.</summary>
    private readonly Traces tracesButUids;
    private readonly List<byte[]> answers = [];
    private int next;

    public MarkersAtTheDoorsTests(DimseApp app)
    {
        this.app = app;
        // Of one corpus in UTF-8: in other encodings the markers are the same words, and traces of them are looked for in each.
        markers = [.. new MarkerCorpus(Encoding.UTF8).Markers.Select(m => m.Bytes).Where(b => b.Length >= Traces.Shortest)];
        byte[][] named = [.. ((string[])["МаркерИмени", Physician, PatientId, "MRKACC123456Z"]).Select(Encoding.UTF8.GetBytes)];
        traces = new Traces([.. markers, .. named, "1.2.999.700"u8.ToArray()]);
        tracesButUids = new Traces([.. markers, .. named]);
    }

    [Fact]
    public async Task No_marker_of_any_kind_of_object_is_left_behind_any_door()
    {
        var client = await app.As(Role.DataEngineer);
        var batch = await client.OpenBatch(await app.Centre("D1"));
        Assert.Equal("accepted", await Upload(client, batch, Marked(DicomUids.CTImageStorage)));
        Assert.Equal("accepted", await Upload(client, batch, Marked(DicomUids.MRImageStorage, "ISO_IR 144")));
        Assert.Equal("quarantined", await Upload(client, batch, Marked(DicomUids.UltrasoundImageStorage)));
        Assert.Equal("quarantined", await Upload(client, batch, Marked(DicomUids.SecondaryCaptureImageStorage, "ISO_IR 192")));
        Assert.Equal("refused", await Upload(client, batch, Marked(DicomUids.BasicTextSRStorage)));
        Assert.Equal("refused", await Upload(client, batch, Marked(DicomUids.EncapsulatedPDFStorage)));
        Assert.Equal("accepted", await Upload(client, batch, Marked(DicomUids.PositronEmissionTomographyImageStorage, "KOI8")));
        var whole = Marked(DicomUids.CTImageStorage, "ISO_IR 192");
        Assert.True(markers.Count(m => whole.AsSpan().IndexOf(m) >= 0) > 400, "What is sent is marked.");
        foreach (var end in new[] { whole.Length / 3, whole.Length - 3 })
            Assert.Equal("refused", await Upload(client, batch, whole[..end]));
        await StoreOverTheWeb(client);
        await StoreFromADevice();
        await PlanWork(client);
        await Review(client, batch);
        answers.Add(Encoding.UTF8.GetBytes((await app.Close(client, batch)).ToJsonString()));
        answers.Add(await client.GetByteArrayAsync($"/api/v1/batches/{batch}/files?size=200"));
        await ReadEverything(client, batch);
        await AskFromAWorkstation(client);
        await SearchEverything();
    }

    /// <param name="characterSet">Null and "KOI8" are not declared, as Russian archives have it.</param>
    private byte[] Marked(string sopClass, string? characterSet = null)
    {
        var pages = CodePagesEncodingProvider.Instance;
        var encoding = characterSet switch { "ISO_IR 192" => Encoding.UTF8, "ISO_IR 144" => pages.GetEncoding(28595), "KOI8" => pages.GetEncoding(20866), _ => pages.GetEncoding(1251) };
        var corpus = new MarkerCorpus(encoding, characterSet == "KOI8" ? null : characterSet);
        var dataset = corpus.File.Dataset;
        dataset.Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, $"1.2.999.700{next++}").Set(DicomTags.StudyInstanceUid, Study)
            .Set(DicomTags.SamplesPerPixel, 1).Set(DicomTags.PhotometricInterpretation, "MONOCHROME2").Set(DicomTags.BitsAllocated, 16).Set(DicomTags.BitsStored, 12)
            .Set(DicomTags.HighBit, 11).Set(DicomTags.PixelRepresentation, 0);
        foreach (var overlay in dataset.Where(e => e.Tag.Group is >= 0x6000 and <= 0x60FF).Select(e => e.Tag).ToArray())
            dataset.Remove(overlay);
        return MarkerCorpus.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian), corpus.File.Preamble.Span);
    }

    private async Task<string?> Upload(HttpClient client, string batch, byte[] file)
    {
        // The answer repeats the sender's own name to the sender; nobody else is told it.
        var sent = await client.SendFile(batch, $"МаркерИмени {next}.dcm", file);
        sent.Remove("name");
        answers.Add(Encoding.UTF8.GetBytes(sent.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
        return (string?)sent["outcome"];
    }

    private async Task StoreOverTheWeb(HttpClient client)
    {
        using var body = new MultipartContent("related", "marker-boundary");
        foreach (var file in new[] { Marked(DicomUids.CTImageStorage), Marked(DicomUids.EncapsulatedPDFStorage), Marked(DicomUids.CTImageStorage)[..700] })
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
            body.Add(part);
        }

        var answer = await client.PostAsync("/dicomweb/studies?centre=D1", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        tracesButUids.AreNotIn("the answer to the sender", await answer.Content.ReadAsByteArrayAsync());
    }

    private async Task StoreFromADevice()
    {
        string[] classes = [DicomUids.CTImageStorage, DicomUids.EncapsulatedPDFStorage];
        await using var device = await DicomClient.Connect(new("127.0.0.1", app.Port, "PIROGOV", "SCANNER"),
            [.. classes.Select(c => (c, (string[])[DicomUids.ExplicitVRLittleEndian]))], default);
        foreach (var (sopClass, isTaken) in classes.Zip([true, false]))
        {
            var file = DicomReader.Read(Marked(sopClass));
            var status = await device.Store(sopClass, file.SopInstanceUid!, DicomUids.ExplicitVRLittleEndian, DicomWriter.DatasetToBytes(file.Dataset, DicomTransferSyntax.ExplicitLittleEndian), default);
            Assert.Equal(isTaken, status.Code == 0);
            answers.Add(Encoding.UTF8.GetBytes(status.Comment ?? ""));
        }

        await device.Release();
    }

    /// <summary>Who has the instances of a centre may ask for them: what it gets has lost the patient like everything else.</summary>
    private async Task AskFromAWorkstation(HttpClient client)
    {
        var page = (await client.GetFromJsonAsync<JsonObject>("/api/v1/batches?size=100"))!;
        var own = (string)page["items"]!.AsArray().Single(b => ((string)b!["name"]!).StartsWith("SCANNER", StringComparison.Ordinal))!["id"]!;
        answers.Add(Encoding.UTF8.GetBytes((await app.Close(client, own)).ToJsonString()));
        string[] studies = [];
        await using (var finding = await QueryingPeer.Connect(app.Port, "PACS", DicomUids.PatientRootQueryRetrieveInformationModelFind))
        {
            foreach (var level in new[] { "PATIENT", "STUDY", "SERIES", "IMAGE" })
            {
                var (status, matches) = await finding.Find(Everything(level));
                Assert.True(status == 0 && matches.Count > 0, app.Log.Errors);
                studies = level == "STUDY" ? [.. matches.Select(m => m.GetString(DicomTags.StudyInstanceUid)!)] : studies;
                answers.AddRange(matches.Select(m => DicomWriter.DatasetToBytes(m, DicomTransferSyntax.ExplicitLittleEndian).ToArray()));
            }
        }

        await using var destination = new ReceivingPeer(app.DestinationPort);
        await using (var moving = await QueryingPeer.Connect(app.Port, "PACS", DicomUids.PatientRootQueryRetrieveInformationModelMove))
            answers.Add(Encoding.UTF8.GetBytes((await moving.Move(new DicomDataset().Set(new DicomTag(0x0008, 0x0052), "STUDY").Set(DicomTags.StudyInstanceUid, studies), "PACS")).Comment));
        Assert.Equal(6, destination.Received.Count);
        answers.AddRange(destination.Received);
    }

    private static DicomDataset Everything(string level)
    {
        var identifier = new DicomDataset().Set(new DicomTag(0x0008, 0x0052), level);
        foreach (var tag in new MarkerCorpus().File.Dataset.Where(e => e.Tag.Group < 0x5000 && DicomDictionary.Find(e.Tag) is not null).Select(e => e.Tag))
            identifier.SetEmpty(tag);
        return identifier;
    }

    private async Task PlanWork(HttpClient client)
    {
        using var item = Work(Worked());
        var made = await client.PostAsync("/dicomweb/workitems?workitem=2.25.7007&centre=D1", item);
        Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        using (var change = Work(InUtf8().Set(DicomTags.OperatorsName, Physician).Set(DicomTags.StudyInstanceUid, Study)
                   .SetItems(DicomTags.ScheduledHumanPerformersSequence, Performer())))
            Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/dicomweb/workitems/2.25.7007", change)).StatusCode);
        using (var reason = Work(InUtf8().Set(DicomTags.ReasonForCancellation, "Нет врача").Set(DicomTags.ContactDisplayName, "Пост 2")
                   .Set(DicomTags.OperatorsName, Physician)))
            Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("/dicomweb/workitems/2.25.7007/cancelrequest", reason)).StatusCode);
        foreach (var asked in new[] { "/dicomweb/workitems/2.25.7007", "/dicomweb/workitems" })
            answers.Add(await client.GetByteArrayAsync(asked));
        // Nobody but the archive knows under which UID it has the study, and the item names it.
        var kept = JsonNode.Parse(await client.GetStringAsync("/dicomweb/workitems/2.25.7007"))![0]!;
        var study = (string?)kept["0020000D"]!["Value"]![0];
        Assert.StartsWith("2.25.", study, StringComparison.Ordinal);
        Assert.Contains(await app.InDatabase(db => db.Set<Instance>().AsNoTracking().Select(i => i.StudyInstanceUid).ToArrayAsync()), u => u == study);
        await app.Settle();
    }

    private static DicomDataset Worked()
    {
        var references = new DicomDataset().Set(DicomTags.TypeOfInstances, "DICOM").Set(DicomTags.StudyInstanceUid, Study).Set(DicomTags.SeriesInstanceUid, "1.2.999.70055")
            .SetItems(DicomTags.ReferencedSopSequence, new DicomDataset().Set(DicomTags.ReferencedSopClassUid, DicomUids.CTImageStorage).Set(DicomTags.ReferencedSopInstanceUid, "1.2.999.70056"))
            .SetItems(DicomTags.WADORSRetrievalSequence, new DicomDataset().Set(DicomTags.RetrieveURL, Address));
        return InUtf8()
            .Set(DicomTags.ProcedureStepState, "SCHEDULED").Set(DicomTags.ScheduledProcedureStepPriority, "MEDIUM").Set(DicomTags.InputReadinessState, "READY")
            .Set(DicomTags.ProcedureStepLabel, $"Смотрит МаркерВрача Анна, пациент МаркерИмени, {PatientId}").Set(DicomTags.ScheduledProcedureStepStartDateTime, "20250101080000")
            .Set(DicomTags.PatientName, "МаркерИмени^Тест").Set(DicomTags.PatientID, PatientId).Set(DicomTags.OperatorsName, Physician + "^Анна").Set(DicomTags.PerformingPhysicianName, Physician + "^Анна")
            .Set(DicomTags.StudyInstanceUid, Study).Set(DicomTags.StationName, "MRK100007Z")
            .SetItems(DicomTags.ScheduledHumanPerformersSequence, Performer())
            .SetItems(DicomTags.ScheduledProcessingParametersSequence, InUtf8().Set(DicomTags.ValueType, "PNAME").SetItems(DicomTags.ConceptNameCodeSequence, Coded("121008"))
                .Set(DicomTags.PersonName, Physician + "^Анна"))
            .SetItems(DicomTags.ReferencedRequestSequence, InUtf8().Set(DicomTags.StudyInstanceUid, Study).Set(DicomTags.AccessionNumber, "MRKACC123456Z")
                .Set(DicomTags.RequestedProcedureID, PatientId).Set(DicomTags.RequestedProcedureDescription, "По заявке MRKACC123456Z"))
            .SetItems(DicomTags.InputInformationSequence, references);
    }

    private static DicomDataset InUtf8() => new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");

    private static DicomDataset Performer() => InUtf8()
        .SetItems(DicomTags.HumanPerformerCodeSequence, Coded("P7").Set(DicomTags.CodeMeaning, Physician + " А."))
        .Set(DicomTags.HumanPerformerName, Physician + "^Анна").Set(DicomTags.HumanPerformerOrganization, "Кабинет");

    private static DicomDataset Coded(string value) => InUtf8().Set(DicomTags.CodeValue, value).Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, value);

    private static ByteArrayContent Work(DicomDataset item)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"[{DicomJson.ToText(item)}]"));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom+json");
        return content;
    }

    private async Task Review(HttpClient client, string batch)
    {
        var view = await client.GetStringAsync($"/api/v1/batches/{batch}/review");
        answers.Add(Encoding.UTF8.GetBytes(view));
        var items = JsonNode.Parse(view)!["items"]!.AsArray();
        Assert.Equal(2, items.Count);
        foreach (var item in items)
        {
            answers.Add(await client.GetByteArrayAsync($"/api/v1/batches/{batch}/review/{item!["id"]}/image"));
            var decided = await client.PostAsJsonAsync($"/api/v1/batches/{batch}/review/{item["id"]}", new { decision = "accepted", regions = Array.Empty<object>(), version = (int)item["version"]! });
            Assert.True(decided.IsSuccessStatusCode, await decided.Content.ReadAsStringAsync());
        }
    }

    private async Task ReadEverything(HttpClient client, string batch)
    {
        var rows = (await client.GetFromJsonAsync<JsonObject>($"/api/v1/cases?batch={batch}&size=200"))!["items"]!.AsArray();
        Assert.NotEmpty(rows);
        var instances = (await client.GetFromJsonAsync<JsonArray>("/dicomweb/instances?includefield=all"))!;
        Assert.Equal(5, instances.Count);
        answers.Add(Encoding.UTF8.GetBytes(instances.ToJsonString()));
        foreach (var row in rows)
        {
            answers.Add(await client.GetByteArrayAsync($"/api/v1/cases/{row!["id"]}"));
            answers.Add(await client.GetByteArrayAsync($"/api/v1/cases/{row["id"]}/viewer"));
        }

        foreach (var instance in instances)
        {
            string Uid(string tag) => (string)instance![tag]!["Value"]![0]!;
            var address = $"/dicomweb/studies/{Uid("0020000D")}/series/{Uid("0020000E")}/instances/{Uid("00080018")}";
            foreach (var part in new[] { "", "/metadata", "/rendered", "/thumbnail", "/frames/1", "/frames/1/rendered", "/frames/1/thumbnail", "/bulkdata/7FE00010", "/bulkdata", "/pixeldata" })
                answers.Add(await client.GetByteArrayAsync(address + part));
        }
    }

    private async Task SearchEverything()
    {
        foreach (var answer in answers)
            traces.AreNotIn("an answer", answer);
        traces.AreNotIn("the log", Encoding.UTF8.GetBytes(app.Log.All));
        foreach (var path in Directory.EnumerateFiles(app.DataFolder, "*", SearchOption.AllDirectories))
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes);
            traces.AreNotIn(path, bytes.ToArray());
        }
    }
}
