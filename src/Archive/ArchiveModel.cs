using Microsoft.EntityFrameworkCore;
using Pirogov.Archive.Cases;
using Pirogov.Archive.Intake;
using Pirogov.Archive.Review;
using Pirogov.Platform.Database;

namespace Pirogov.Archive;

internal sealed class ArchiveModel : ModelPart
{
    private const int Uid = 64;
    private const int Hash = 64;

    public override void Configure(ModelBuilder model)
    {
        Intake(model);
        Cases(model);
    }

    private static void Intake(ModelBuilder model)
    {
        model.Entity<CentreKey>(e =>
        {
            e.ToTable("archive_centre_key");
            e.HasKey(k => k.CentreId);
            e.Property(k => k.ProtectedKey).HasMaxLength(1000);
        });
        model.Entity<Batch>(e =>
        {
            e.ToTable("archive_batch");
            e.Property(b => b.Name).HasMaxLength(Batch.NameLimit);
            e.Property(b => b.CentreCode).HasMaxLength(20);
            e.Property(b => b.Door).HasMaxLength(Batch.DoorLimit);
            // Files join an open batch by touching this column in their own transaction: closing waits for them.
            e.Property(b => b.State).HasConversion<string>().HasMaxLength(20).IsConcurrencyToken();
            e.Property(b => b.Options).HasConversion<string>().HasMaxLength(400);
            e.Property(b => b.ProfileName).HasMaxLength(200);
            e.Property(b => b.ProfileVersion).HasMaxLength(50);
            e.Property(b => b.ProfileSha256).HasMaxLength(Hash);
            e.HasIndex(b => b.CentreId);
        });
        model.Entity<IncomingFile>(e =>
        {
            e.ToTable("archive_incoming_file");
            e.Property(f => f.ContentHmac).HasMaxLength(Hash);
            e.Property(f => f.Verdict).HasConversion<string>().HasMaxLength(20);
            e.Property(f => f.SopInstanceUid).HasMaxLength(Uid);
            e.Property(f => f.Reason).HasMaxLength(60);
            e.Property(f => f.Warnings).HasMaxLength(1000);
            e.HasIndex(f => new { f.BatchId, f.ContentHmac }).IsUnique();
            e.HasOne<Batch>().WithMany().HasForeignKey(f => f.BatchId);
        });
        model.Entity<QuarantinedFile>(e =>
        {
            e.ToTable("archive_quarantined_file");
            e.Ignore(f => f.Regions);
            e.Property(f => f.SopInstanceUid).HasMaxLength(Uid);
            e.Property(f => f.Reason).HasMaxLength(60);
            e.Property(f => f.Modality).HasMaxLength(16);
            e.Property(f => f.Md5).HasMaxLength(32);
            e.Property(f => f.Sha256).HasMaxLength(Hash);
            e.Property(f => f.Decision).HasConversion<string>().HasMaxLength(20);
            e.Property(f => f.Version).IsConcurrencyToken();
            e.HasIndex(f => new { f.BatchId, f.SopInstanceUid }).IsUnique();
            e.HasOne<Batch>().WithMany().HasForeignKey(f => f.BatchId);
        });
        model.Entity<ShownFrames>(e =>
        {
            e.ToTable("archive_shown_frames");
            e.HasKey(s => new { s.FileId, s.AccountId, s.First, s.Last });
            e.HasOne<QuarantinedFile>().WithMany().HasForeignKey(s => s.FileId);
        });
        model.Entity<CentreProfile>(e =>
        {
            e.ToTable("archive_centre_profile");
            e.HasKey(p => p.CentreId);
            e.Property(p => p.Options).HasConversion<string>().HasMaxLength(400);
        });
        model.Entity<BatchAction>(e =>
        {
            e.ToTable("archive_batch_action");
            e.HasKey(a => new { a.BatchId, a.Tag, a.Action });
            e.Property(a => a.Tag).HasMaxLength(8);
            e.Property(a => a.Action).HasConversion<string>().HasMaxLength(20);
            e.HasOne<Batch>().WithMany().HasForeignKey(a => a.BatchId);
        });
    }

    private static void Cases(ModelBuilder model)
    {
        model.Entity<Case>(e =>
        {
            e.ToTable("archive_case");
            e.Ignore(c => c.Title);
            e.Property(c => c.Label).HasMaxLength(40);
            e.Property(c => c.DataKind).HasConversion<string>().HasMaxLength(20);
            e.Property(c => c.StudyInstanceUid).HasMaxLength(Uid);
            e.Property(c => c.PatientPseudonym).HasMaxLength(64);
            e.Property(c => c.PatientSex).HasMaxLength(16);
            e.Property(c => c.PatientAge).HasMaxLength(16);
            e.Property(c => c.AccessionNumber).HasMaxLength(64);
            e.Property(c => c.StudyDate).HasMaxLength(8);
            e.Property(c => c.StudyTime).HasMaxLength(16);
            e.Property(c => c.PatientBirthDate).HasMaxLength(8);
            e.Property(c => c.TimezoneOffset).HasMaxLength(16);
            e.Property(c => c.ContentSha256).HasMaxLength(Hash);
            e.HasIndex(c => c.Label).IsUnique();
            e.HasIndex(c => new { c.CentreId, c.Number }).IsUnique();
            e.HasIndex(c => c.StudyInstanceUid);
            e.HasIndex(c => c.StudyDate);
            e.HasIndex(c => c.PatientPseudonym);
            e.HasIndex(c => c.BatchId);
            e.HasOne<Batch>().WithMany().HasForeignKey(c => c.BatchId);
            e.HasMany(c => c.Series).WithOne().HasForeignKey("CaseId").IsRequired();
        });
        model.Entity<Series>(e =>
        {
            e.ToTable("archive_series");
            e.Property(s => s.StudyInstanceUid).HasMaxLength(Uid);
            e.Property(s => s.SeriesInstanceUid).HasMaxLength(Uid);
            e.Property(s => s.FrameOfReferenceUid).HasMaxLength(Uid);
            e.Property(s => s.Modality).HasMaxLength(16);
            e.Property(s => s.SeriesDate).HasMaxLength(8);
            e.Property(s => s.SeriesTime).HasMaxLength(16);
            e.Property(s => s.StepStartDate).HasMaxLength(8);
            e.Property(s => s.StepStartTime).HasMaxLength(16);
            e.HasIndex(s => s.Reading);
            e.Property(s => s.QualityNotes).HasMaxLength(500);
            e.Property(s => s.ThumbnailMd5).HasMaxLength(32);
            e.Property(s => s.MetadataMd5).HasMaxLength(32);
            e.HasIndex(s => s.SeriesInstanceUid);
        });
        model.Entity<Instance>(e =>
        {
            e.ToTable("archive_instance");
            e.Property(i => i.StudyInstanceUid).HasMaxLength(Uid);
            e.Property(i => i.SeriesInstanceUid).HasMaxLength(Uid);
            e.Property(i => i.SopInstanceUid).HasMaxLength(Uid);
            e.Property(i => i.SopClassUid).HasMaxLength(Uid);
            e.Property(i => i.TransferSyntaxUid).HasMaxLength(Uid);
            e.Property(i => i.ArchivedUid).HasMaxLength(Uid);
            e.Property(i => i.Md5).HasMaxLength(32);
            e.Property(i => i.Sha256).HasMaxLength(Hash);
            e.Property(i => i.SentSha256).HasMaxLength(Hash);
            e.HasIndex(i => new { i.BatchId, i.SopInstanceUid }).IsUnique();
            e.HasIndex(i => i.ArchivedUid).IsUnique();
            e.HasIndex(i => i.CaseId);
            e.HasIndex(i => i.SeriesInstanceUid);
            e.HasOne<Batch>().WithMany().HasForeignKey(i => i.BatchId);
        });
    }
}
