using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Contracts;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Platform.Audit;

namespace Pirogov.Integration.Archive;

/// <summary>C-FIND and C-MOVE of many, and as it was agreed; what an association leaves behind when it has not ended.</summary>
public sealed class DimseQueryTests(DimseApp app) : IClassFixture<DimseApp>
{
    private const string Find = DicomUids.StudyRootQueryRetrieveInformationModelFind;
    private const string Move = DicomUids.StudyRootQueryRetrieveInformationModelMove;
    private static readonly DicomTag Level = new(0x0008, 0x0052);

    [Fact]
    public async Task Fuzzy_names_and_a_date_and_time_as_one_are_matched_where_they_were_agreed_and_only_there()
    {
        var batch = await Batch();
        await app.Index(batch, 101, IndexedStudies.Study("1.5.1").Set(DicomTags.StudyDate, "20240110").Set(DicomTags.StudyTime, "091500").Set(DicomTags.ReferringPhysicianName, "Щербакова^Юлия"));
        await app.Index(batch, 102, IndexedStudies.Study("1.5.2").Set(DicomTags.StudyDate, "20240305").Set(DicomTags.StudyTime, "070000").Set(DicomTags.ReferringPhysicianName, "Королёв^Семён"));
        var moment = Asked("STUDY", "1.5.1\\1.5.2").Set(DicomTags.StudyDate, "20240110-20240305").Set(DicomTags.StudyTime, "120000-125959");
        var name = Asked("STUDY", "1.5.1\\1.5.2").Set(DicomTags.SpecificCharacterSet, "ISO_IR 192").Set(DicomTags.ReferringPhysicianName, "Yulia Shcherbakova");
        foreach (var (wanted, agreed, moments, names) in new (byte[] Wanted, byte[]? Agreed, int Moments, int Names)[]
                 {
                     ([], null, 0, 0), ([1], [1], 0, 0), ([1, 1, 0], [1, 1, 0], 1, 0), ([1, 0, 1], [1, 0, 1], 0, 1), ([0, 1, 1, 1], [0, 1, 1], 1, 1),
                 })
        {
            await using var peer = await QueryingPeer.Connect(app.Port, "PACS", Find, wanted);
            Assert.Equal(agreed, peer.Agreed);
            Assert.Equal(moments, (await peer.Find(moment)).Matches.Count);
            Assert.Equal(names, (await peer.Find(name)).Matches.Count);
        }

        // Of C-MOVE the second byte is another matter: enhanced images, which are not converted.
        await using var mover = await QueryingPeer.Connect(app.Port, "PACS", Move, 1, 1, 1);
        Assert.Equal([1, 0], mover.Agreed);
    }

    [Fact]
    public async Task As_many_as_there_are_are_found_and_more_than_can_be_counted_are_not_moved()
    {
        var batch = await Batch();
        await app.Index(batch, 111, IndexedStudies.Study("1.6.1"));
        await app.Index(batch, 112, IndexedStudies.Study("1.6.2"));
        await Instances("1.6.1", 10_001);
        await Instances("1.6.2", 65_536);
        await using (var peer = await QueryingPeer.Connect(app.Port, "PACS", Find))
        {
            var (status, matches) = await peer.Find(Asked("IMAGE", "1.6.1").Set(DicomTags.SopInstanceUid, ""));
            Assert.Equal(0, status);
            Assert.Equal(10_001, matches.Select(m => m.GetString(DicomTags.SopInstanceUid)).Distinct().Count());
            Assert.Equal(10_001, matches.Count);
            // Keys of the series hold for its images too.
            Assert.Empty((await peer.Find(Asked("IMAGE", "1.6.1").Set(DicomTags.Modality, "MR"))).Matches);
        }

        await using (var mover = await QueryingPeer.Connect(app.Port, "PACS", Move))
        {
            var (status, comment) = await mover.Move(Asked("STUDY", "1.6.2"), "PACS");
            Assert.Equal(0xA702, status);
            Assert.Contains("65535", comment, StringComparison.Ordinal);
            // Without the level's own key everything would match (PS3.4 C.4.2.2.1).
            Assert.Equal(0xA900, (await mover.Move(Asked("SERIES", "1.6.2"), "PACS")).Status);
            Assert.Equal(0xA900, (await mover.Move(Asked("STUDY", "1.6.*"), "PACS")).Status);
        }

        await app.Settle();
        var notes = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.Action == "archive.dimse-find").Select(e => e.Details).ToArrayAsync());
        Assert.Contains(notes, n => n.Contains("10001", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Studies_and_patients_beyond_one_page_are_all_told_once()
    {
        var batch = await Batch();
        for (var i = 0; i < 501; i++)
            await app.Index(batch, 2000 + i, IndexedStudies.Study($"1.7.{i}"));
        await using var peer = await QueryingPeer.Connect(app.Port, "PACS", Find);
        var (status, studies) = await peer.Find(Asked("STUDY", "").Set(DicomTags.PatientID, "P-1X7X*"));
        Assert.True(status == 0, app.Log.Errors);
        Assert.Equal(501, studies.Count);
        Assert.Equal(501, studies.Select(m => m.GetString(DicomTags.StudyInstanceUid)).Distinct().Count());
        Assert.Equal(501, (await peer.Find(Asked("SERIES", "").Set(DicomTags.PatientID, "P-1X7X*"))).Matches.Count);
        await using var patients = await QueryingPeer.Connect(app.Port, "PACS", DicomUids.PatientRootQueryRetrieveInformationModelFind);
        Assert.Equal(501, (await patients.Find(Asked("PATIENT", "").Set(DicomTags.PatientID, "P-1X7X*"))).Matches.Count);
    }

    /// <summary>Keys within sequences, and keys that have no column, as QIDO-RS matches them.</summary>
    [Fact]
    public async Task Keys_inside_sequences_are_matched_and_the_sequence_is_told()
    {
        var batch = await Batch();
        var study = IndexedStudies.Study("1.8.1");
        await app.Index(batch, 121, study, IndexedStudies.Series(study, "1", Request("SPS-1")), IndexedStudies.Series(study, "2", Request("SPS-2")));
        await using var peer = await QueryingPeer.Connect(app.Port, "PACS", Find);
        foreach (var (asked, expected) in new[] { ("SPS-1", 1), ("SPS-*", 2), ("SPS-3", 0) })
        {
            var key = Asked("SERIES", "1.8.1").SetItems(DicomTags.RequestAttributesSequence, new DicomDataset().Set(DicomTags.ScheduledProcedureStepID, asked));
            var (status, matches) = await peer.Find(key);
            Assert.Equal((0, expected), (status, matches.Count));
            Assert.All(matches, m => Assert.StartsWith("SPS-", m.GetItems(DicomTags.RequestAttributesSequence).Single().GetString(DicomTags.ScheduledProcedureStepID), StringComparison.Ordinal));
        }

        // An item without a value asks for the sequence alone.
        var all = Asked("SERIES", "1.8.1").SetItems(DicomTags.RequestAttributesSequence, new DicomDataset().SetEmpty(DicomTags.ScheduledProcedureStepID));
        Assert.Equal(2, (await peer.Find(all)).Matches.Count);

        static string Request(string id) => "[{\"00400009\":{\"vr\":\"SH\",\"Value\":[\"" + id + "\"]}}]";
    }

    [Fact]
    public async Task Keys_that_stand_in_the_headers_alone_are_matched_at_each_level()
    {
        var client = await app.As(Role.DataEngineer);
        await Batch();
        var batch = await client.OpenBatch("D1", "Заголовки");
        for (var k = 0; k < 3; k++)
        {
            var slice = SyntheticCt.Slice(850, k, 3 * k).Set(DicomTags.KVP, 120.0)
                .SetItems(DicomTags.CTDIPhantomTypeCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, "113691").Set(DicomTags.CodingSchemeDesignator, "DCM").Set(DicomTags.CodeMeaning, "IEC"));
            Assert.Equal("accepted", (string?)(await client.SendFile(batch, $"{k}", SyntheticCt.File(slice)))["outcome"]);
        }

        await app.Close(client, batch);
        var study = await app.InDatabase(db => db.Set<Case>().AsNoTracking().Where(c => c.BatchId == BatchId.From(Guid.Parse(batch))).Select(c => c.StudyInstanceUid).SingleAsync());
        await using var peer = await QueryingPeer.Connect(app.Port, "PACS", Find);
        foreach (var (level, count) in new[] { ("STUDY", 1), ("SERIES", 1), ("IMAGE", 3) })
        {
            Assert.Equal(count, (await peer.Find(Phantom(level, "113691"))).Matches.Count);
            Assert.Empty((await peer.Find(Phantom(level, "113690"))).Matches);
        }

        DicomDataset Phantom(string level, string code) =>
            Asked(level, study).SetItems(DicomTags.CTDIPhantomTypeCodeSequence, new DicomDataset().Set(DicomTags.CodeValue, code));
    }

    [Fact]
    public async Task An_instance_that_is_too_large_for_memory_is_moved_as_it_is_and_in_the_other_native_syntax()
    {
        const int side = 6000;
        var client = await app.As(Role.DataEngineer);
        await Batch();
        var batch = await client.OpenBatch("D1", "Большой");
        var pixels = new byte[side * side * 2];
        RandomNumberGenerator.Fill(pixels);
        var large = SyntheticCt.Slice(851, 0, 0).Set(DicomTags.Rows, side).Set(DicomTags.Columns, side).Set(DicomTags.PixelData, DicomVr.OW, pixels);
        Assert.Equal("accepted", (string?)(await client.SendFile(batch, "large", SyntheticCt.File(large)))["outcome"]);
        await app.Close(client, batch);
        var study = await app.InDatabase(db => db.Set<Case>().AsNoTracking().Where(c => c.BatchId == BatchId.From(Guid.Parse(batch))).Select(c => c.StudyInstanceUid).SingleAsync());
        foreach (var syntax in new[] { DicomUids.ExplicitVRLittleEndian, DicomUids.ImplicitVRLittleEndian })
        {
            await using var destination = new ReceivingPeer(app.DestinationPort, syntax);
            await using (var mover = await QueryingPeer.Connect(app.Port, "PACS", Move))
                Assert.Equal(0, (await mover.Move(Asked("STUDY", study), "PACS")).Status);
            var moved = DicomReader.Read(Assert.Single(destination.Received));
            Assert.Equal(syntax, moved.TransferSyntax.Uid);
            Assert.Equal("YES", moved.Dataset.GetString(DicomTags.PatientIdentityRemoved));
            Assert.True(pixels.AsSpan().SequenceEqual(moved.Dataset.Find(DicomTags.PixelData)!.Bytes.Span));
        }
    }

    [Fact]
    public async Task That_a_device_stores_is_noted_before_it_ends()
    {
        await Batch();
        await using var client = await DicomClient.Connect(new("127.0.0.1", app.Port, "PIROGOV", "SCANNER"), [(DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian])], default);
        var slice = SyntheticCt.Slice(830, 0, 0);
        var stored = await client.Store(DicomUids.CTImageStorage, slice.GetString(DicomTags.SopInstanceUid)!, DicomUids.ExplicitVRLittleEndian,
            DicomWriter.DatasetToBytes(slice, DicomTransferSyntax.ExplicitLittleEndian), default);
        Assert.Equal(0, stored.Code);
        await app.Settle();
        var notes = await app.InDatabase(db => db.Set<AuditEntry>().AsNoTracking().Where(e => e.ObjectId == "SCANNER").Select(e => e.Action).ToArrayAsync());
        Assert.Equal(["archive.dimse-storing"], notes);
        await client.Release();
    }

    private async Task<string> Batch()
    {
        await app.Centre("D1");
        await app.Centre("D2");
        return await (await app.As(Role.DataEngineer)).OpenBatch("D1");
    }

    private static DicomDataset Asked(string level, string study) => new DicomDataset().Set(Level, DicomVr.CS, level).Set(DicomTags.StudyInstanceUid, study);

    /// <summary>Rows of instances without files, multiplied by the database (of this host SQLite).</summary>
    private Task<int> Instances(string study, int count) => app.InDatabase(db => db.Database.ExecuteSqlAsync($"""
        WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {count})
        INSERT INTO archive_instance ("BatchId", "CaseId", "StudyInstanceUid", "SeriesInstanceUid", "SopInstanceUid", "ArchivedUid", "SopClassUid", "InstanceNumber", "Frames",
            "Rows", "Columns", "BitsAllocated", "TransferSyntaxUid", "Md5", "Sha256", "Size")
        SELECT c."BatchId", c."Id", c."StudyInstanceUid", c."StudyInstanceUid" || '.1', c."StudyInstanceUid" || '.1.' || k, c."StudyInstanceUid" || '.1.' || k,
            '1.2.840.10008.5.1.4.1.1.2', k, 1, 64, 64, 16, '1.2.840.10008.1.2.1', 'none', 'none', 1
        FROM n, archive_case c WHERE c."StudyInstanceUid" = {study}
        """));
}
