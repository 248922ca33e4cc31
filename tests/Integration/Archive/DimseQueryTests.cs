using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
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
