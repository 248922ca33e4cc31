using System.Net;
using System.Text.Json.Nodes;
using Pirogov.Archive.Workitems;
using Pirogov.Dicom;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Archive;

public sealed class WorkitemTableOnSqlite(SqliteApp app) : WorkitemTableTests(app), IClassFixture<SqliteApp>;

public sealed class WorkitemTableOnPostgreSql(PostgreSqlApp app) : WorkitemTableTests(app), IClassFixture<PostgreSqlApp>;

/// <summary>PS3.4 Table CC.2.5-3, row by row (<c>ups-attributes.tsv</c>), at the door.</summary>
public abstract class WorkitemTableTests(PirogovApp app) : WorkitemsOverHttp(app)
{
    [SkippableFact]
    public async Task Every_row_of_the_table_is_held_when_an_item_is_made()
    {
        var client = await App.As(Role.DataEngineer);
        await App.Centre("WT1");
        await Made(client, UpsTable.Whole(r => r.Create), null);
        foreach (var row in UpsTable.Rows.Where(r => r.Parents.All(p => UpsTable.IsGiven(p.Create))))
        {
            if (row.Create is "2/2 empty" || (row.Create == UpsTable.No && row.Tag != DicomTags.SopInstanceUid))
                await Made(client, UpsTable.Change(row, r => r.Create, (at, tag) => at.Set(UpsTable.Valued(row, r => r.Set))), row);
            if (row.Create is "1/1" or "1/1 SCHEDULED" or "3/1")
                await Made(client, UpsTable.Change(row, r => r.Create, (at, tag) => at.SetEmpty(tag)), row);
            var made = await Made(client, UpsTable.Change(row, r => r.Create, (at, tag) => at.Remove(tag)), row.Create.StartsWith("1/1", StringComparison.Ordinal) ? row : null);
            if (row.Create is "2/2" or "2/1" or "1C/2" or "2/2 empty" && row.Tag != DicomTags.TransactionUid)
                Assert.True(Holds(made!, row), $"{row.Path} is of type 2: it is there, empty.");
        }
    }

    [SkippableFact]
    public async Task Every_row_of_the_table_is_held_when_an_item_is_changed()
    {
        var client = await App.As(Role.DataEngineer);
        var item = await Planned(client, "WT2", "2.25.8801");
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 200);
        foreach (var row in UpsTable.Rows.Where(r => r.Parents.All(p => UpsTable.IsGiven(p.Set))))
        {
            var given = UpsTable.Alone(row, (at, tag) => at.Set(UpsTable.Valued(row, r => r.Set)));
            await Changed(client, item, given, row.Set == UpsTable.No ? row : null);
            if (row.Set is "1/1" or "3/1")
                await Changed(client, item, UpsTable.Alone(row, (at, tag) => at.SetEmpty(tag)), row);
            if (row.Set is "1/1" or "2/2")
                await Changed(client, item, UpsTable.Alone(row, (at, tag) => at.Remove(tag)), row);
            if (row.Set is "2/2" or "3/2" or "3/3")
                await Changed(client, item, UpsTable.Alone(row, (at, tag) => at.SetEmpty(tag)), null);
        }
    }

    [SkippableFact]
    public async Task Every_row_of_the_table_is_held_when_an_item_ends()
    {
        var client = await App.As(Role.DataEngineer);
        var item = await Planned(client, "WT3", "2.25.8901");
        await Answers(Move(client, item, "IN PROGRESS", Transaction), 200);
        foreach (var row in UpsTable.Rows.Where(r => r.Final == "P" && r.Parents.Length > 0 && r.Tag != DicomTags.OutputInformationSequence))
        {
            await Changed(client, item, UpsTable.Alone(row, (at, tag) => at.Remove(tag)), null);
            var refused = await Move(client, item, "COMPLETED", Transaction);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains(row.Tag.Keyword, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // What is optional in the end is not there.
        await Answers(client.PostAsync(item + "?" + Transaction, Json(Performed())), 200);
        await Answers(Move(client, item, "COMPLETED", Transaction), 200);
        var completed = await Read(client, item);
        Assert.All(UpsTable.Rows.Where(r => r.Final is "R" or "P"), r => Assert.True(Holds(completed, r), r.Path));

        var given = await Planned(client, "WT3", "2.25.8902");
        await Answers(Move(client, given, "IN PROGRESS", Transaction), 200);
        await Answers(Move(client, given, "CANCELED", Transaction), 200);
        var canceled = await Read(client, given);
        Assert.All(UpsTable.Rows.Where(r => r.Final is "R" or "X"), r => Assert.True(Holds(canceled, r, isValued: true), r.Path));
    }

    /// <summary>Tables CC.2.5-2a to 2g: each item lacks one thing.</summary>
    [SkippableFact]
    public async Task Items_of_the_included_macros_are_whole()
    {
        var client = await App.As(Role.DataEngineer);
        await App.Centre("WT4");
        foreach (var (sequence, item, spoil, named) in new (DicomTag, Func<DicomDataset>, Action<DicomDataset>, DicomTag)[]
                 {
                     (DicomTags.ScheduledWorkitemCodeSequence, () => Code("1"), i => i.Remove(DicomTags.CodeMeaning), DicomTags.ScheduledWorkitemCodeSequence),
                     (DicomTags.ScheduledWorkitemCodeSequence, () => Code("1"), i => i.Remove(DicomTags.CodingSchemeDesignator), DicomTags.ScheduledWorkitemCodeSequence),
                     (DicomTags.ScheduledWorkitemCodeSequence, LongCode, i => i.Remove(DicomTags.CodingSchemeDesignator), DicomTags.ScheduledWorkitemCodeSequence),
                     (DicomTags.ScheduledProcessingParametersSequence, UpsTable.Content, i => i.Remove(DicomTags.ValueType), DicomTags.ValueType),
                     (DicomTags.ScheduledProcessingParametersSequence, UpsTable.Content, i => i.Remove(DicomTags.ConceptNameCodeSequence), DicomTags.ConceptNameCodeSequence),
                     (DicomTags.ScheduledProcessingParametersSequence, UpsTable.Content, i => i.Remove(DicomTags.TextValue), DicomTags.TextValue),
                     (DicomTags.ScheduledProcessingParametersSequence, UpsTable.Content, i => i.Set(DicomTags.ValueType, "NUMERIC"), DicomTags.NumericValue),
                     (DicomTags.InputInformationSequence, UpsTable.References, i => i.Remove(DicomTags.TypeOfInstances), DicomTags.TypeOfInstances),
                     (DicomTags.InputInformationSequence, UpsTable.References, i => i.SetEmpty(DicomTags.ReferencedSopSequence), DicomTags.ReferencedSopSequence),
                     (DicomTags.InputInformationSequence, UpsTable.References, i => i.GetItems(DicomTags.ReferencedSopSequence)[0].Remove(DicomTags.ReferencedSopInstanceUid), DicomTags.ReferencedSopInstanceUid),
                     (DicomTags.InputInformationSequence, UpsTable.References, i => i.Set(DicomTags.TypeOfInstances, "CDA"), DicomTags.HL7InstanceIdentifier),
                     (DicomTags.InputInformationSequence, UpsTable.References, i => i.Remove(DicomTags.WADORSRetrievalSequence), DicomTags.DICOMRetrievalSequence),
                     (DicomTags.InputInformationSequence, UpsTable.References, i => i.SetItems(DicomTags.DICOMRetrievalSequence, new DicomDataset()), DicomTags.RetrieveAETitle),
                     (DicomTags.OutputDestinationSequence, UpsTable.Storage, i => i.Remove(DicomTags.STOWRSStorageSequence), DicomTags.DICOMStorageSequence),
                     (DicomTags.OutputDestinationSequence, UpsTable.Storage, i => i.SetItems(DicomTags.XDSStorageSequence, new DicomDataset()), DicomTags.RepositoryUniqueID),
                     (DicomTags.ReplacedProcedureStepSequence, UpsTable.Instance, i => i.Remove(DicomTags.ReferencedSopClassUid), DicomTags.ReferencedSopClassUid),
                     (DicomTags.IssuerOfAdmissionIDSequence, UpsTable.Designator, i => i.Remove(DicomTags.LocalNamespaceEntityID), DicomTags.LocalNamespaceEntityID),
                     (DicomTags.IssuerOfAdmissionIDSequence, UpsTable.Designator, i => i.Set(DicomTags.UniversalEntityID, "1.2"), DicomTags.UniversalEntityIDType),
                 })
        {
            await Answers(client.PostAsync("/dicomweb/workitems?centre=WT4", Json(Item().SetItems(sequence, item()))), 201);
            var spoiled = item();
            spoil(spoiled);
            await IsRefused(await client.PostAsync("/dicomweb/workitems?centre=WT4", Json(Item().SetItems(sequence, spoiled))), named, $"{sequence.Keyword} without {named.Keyword}");
        }
    }

    private static DicomDataset LongCode() => new DicomDataset().Set(DicomTags.LongCodeValue, "12345678901234567890").Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, "Long");

    private static async Task<JsonNode?> Made(HttpClient client, DicomDataset item, UpsRow? named)
    {
        var answer = await client.PostAsync("/dicomweb/workitems?centre=WT1", Json(item));
        if (named is not null)
            return await IsRefused(answer, named.Tag, named.Path);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return await Read(client, answer.Headers.Location!.PathAndQuery);
    }

    private static async Task Changed(HttpClient client, string item, DicomDataset changes, UpsRow? named)
    {
        var answer = await client.PostAsync(item + "?" + Transaction, Json(changes));
        if (named is not null)
            await IsRefused(answer, named.Tag, named.Path);
        else
            Assert.True(answer.StatusCode == HttpStatusCode.OK, DicomJson.ToText(changes) + await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonNode?> IsRefused(HttpResponseMessage answer, DicomTag named, string what)
    {
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest && said.Contains(named.Keyword, StringComparison.Ordinal), $"{what}: {(int)answer.StatusCode} {said}");
        return null;
    }

    private static async Task<JsonNode> Read(HttpClient client, string item) => JsonNode.Parse(await client.GetStringAsync(item))![0]!;

    /// <summary>Whether it is there, in every item of its sequences: who the patient is was taken out with them.</summary>
    private static bool Holds(JsonNode dataset, UpsRow row, bool isValued = false)
    {
        IEnumerable<JsonNode> at = [dataset];
        foreach (var parent in row.Parents)
            at = at.SelectMany(d => d[parent.Tag.Hex]?["Value"]?.AsArray().Select(i => i!) ?? []);
        return at.All(d => isValued ? d[row.Tag.Hex]?["Value"] is not null : d[row.Tag.Hex] is not null);
    }
}

public sealed class WorkitemTable
{
    [Fact]
    public void The_rows_are_those_of_the_standard()
    {
        var ours = Lines(WorkitemAttributes.All, "").ToArray();
        Assert.Equal(UpsTable.Rows.Select(r => $"{r.Path}\t{r.Create}\t{r.Set}\t{r.Final}"), ours);
    }

    private static IEnumerable<string> Lines(IEnumerable<WorkitemAttribute> rows, string above) =>
        rows.SelectMany(r => Lines(r.Inside, above + r.Tag.Keyword + ".").Prepend($"{above}{r.Tag.Keyword}\t{r.Create}\t{r.Set}\t{r.Final}"));
}
