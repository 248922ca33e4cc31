using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Dashboards;
using Pirogov.Labelling.Exchange;
using Pirogov.Labelling.PreLabels;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Releases;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling;

/// <summary>What comes of the readings: verdicts, figures, releases, files, evidence.</summary>
internal sealed partial class LabellingModel
{
    private static void Validation(ModelBuilder model)
    {
        model.Entity<ValidationRules>(e =>
        {
            e.ToTable("labelling_validation_rules");
            e.HasKey(r => r.ProjectId);
            e.Property(r => r.ProjectId).ValueGeneratedNever();
            e.Property(r => r.ResultsShown).HasConversion<string>().HasMaxLength(Word);
            e.Property(r => r.Revision).IsConcurrencyToken();
            e.Ignore(r => r.Reasons);
            e.HasOne<LabellingProject>().WithMany().HasForeignKey(r => r.ProjectId);
        });
        model.Entity<ValidationLot>(e =>
        {
            e.ToTable("labelling_lot");
            e.Property(l => l.Id).ValueGeneratedNever();
            e.Property(l => l.State).HasConversion<string>().HasMaxLength(Word);
            e.Ignore(l => l.IsFull);
            e.HasOne<LabellingProject>().WithMany().HasForeignKey(l => l.ProjectId);
            e.HasIndex(l => new { l.ProjectId, l.Level, l.Number }).IsUnique();
        });
        model.Entity<LotCase>(e =>
        {
            e.ToTable("labelling_lot_case");
            e.HasKey(c => new { c.LotId, c.Position });
            e.Ignore(c => c.IsWanted);
            e.HasOne<ValidationLot>().WithMany().HasForeignKey(c => c.LotId);
            e.HasIndex(c => new { c.ProjectCaseId, c.Level }).IsUnique();
        });
    }

    private static void Dashboards(ModelBuilder model)
    {
        model.Entity<CaseDigest>(e =>
        {
            e.ToTable("labelling_case_digest");
            e.HasKey(d => d.ProjectCaseId);
            e.Property(d => d.ProjectCaseId).ValueGeneratedNever();
            e.HasIndex(d => new { d.ProjectId, d.Doubt });
        });
        model.Entity<CaseItem>(e =>
        {
            e.ToTable("labelling_case_item");
            e.HasKey(i => new { i.ProjectCaseId, i.Kind, i.Item });
            e.Property(i => i.Kind).HasConversion<string>().HasMaxLength(Word);
            e.Property(i => i.Item).HasMaxLength(Hash);
            e.Property(i => i.Pattern).HasMaxLength(CaseItem.PatternLimit);
            e.Property(i => i.Answer).HasMaxLength(CaseItem.AnswerLimit);
            e.HasIndex(i => new { i.ProjectId, i.Kind, i.Item, i.Week });
        });
        model.Entity<ReaderItem>(e =>
        {
            e.ToTable("labelling_reader_item");
            e.HasKey(i => new { i.ReadingId, i.Kind, i.Item });
            e.Property(i => i.Kind).HasConversion<string>().HasMaxLength(Word);
            e.Property(i => i.Item).HasMaxLength(Hash);
            e.Property(i => i.Mode).HasConversion<string>().HasMaxLength(Word);
            e.Property(i => i.Patient).HasMaxLength(Hash);
            e.Property(i => i.Answer).HasMaxLength(CaseItem.AnswerLimit);
            e.HasIndex(i => new { i.ProjectId, i.AccountId });
            e.HasIndex(i => i.AccountId);
            e.HasIndex(i => i.ProjectCaseId);
        });
        model.Entity<ClassConfusion>(e =>
        {
            e.ToTable("labelling_class_confusion");
            e.HasKey(c => new { c.ProjectCaseId, c.Unit, c.First, c.Second });
            e.Property(c => c.Unit).HasConversion<string>().HasMaxLength(Word);
            e.Property(c => c.First).HasMaxLength(Hash);
            e.Property(c => c.Second).HasMaxLength(Hash);
            e.HasIndex(c => c.ProjectId);
        });
    }

    private static void Releases(ModelBuilder model)
    {
        model.Entity<Release>(e =>
        {
            e.ToTable("labelling_release");
            e.Property(r => r.Id).ValueGeneratedNever();
            e.Property(r => r.Sha256).HasMaxLength(Hash);
            e.Property(r => r.ManifestMd5).HasMaxLength(Address);
            e.Property(r => r.ReportMd5).HasMaxLength(Address);
            e.Property(r => r.ReportSha256).HasMaxLength(Hash);
            e.Property(r => r.ChangesMd5).HasMaxLength(Address);
            e.Property(r => r.ChangesSha256).HasMaxLength(Hash);
            e.Ignore(r => r.Agreement);
            e.Ignore(r => r.Scope);
            e.HasIndex(r => new { r.ProjectId, r.Number }).IsUnique();
            e.HasMany(r => r.Cases).WithOne().HasForeignKey(c => c.ReleaseId);
            e.Navigation(r => r.Cases).AutoInclude();
        });
        model.Entity<ReleasedCase>(e =>
        {
            e.ToTable("labelling_released_case");
            e.HasKey(c => new { c.ReleaseId, c.CaseId });
            e.Property(c => c.DocumentMd5).HasMaxLength(Address);
            e.Property(c => c.DocumentSha256).HasMaxLength(Hash);
        });
    }

    private static void Exchange(ModelBuilder model)
    {
        model.Entity<LabelImport>(e =>
        {
            e.ToTable("labelling_import");
            e.Property(i => i.Id).ValueGeneratedNever();
            e.Property(i => i.Format).HasMaxLength(Word);
            e.Property(i => i.FileName).HasMaxLength(LabelImport.NameLimit);
            e.Property(i => i.UploadMd5).HasMaxLength(Address);
            e.Property(i => i.TakenMd5).HasMaxLength(Address);
            e.Property(i => i.LeftMd5).HasMaxLength(Address);
            e.Ignore(i => i.Options);
            e.HasOne<LabellingProject>().WithMany().HasForeignKey(i => i.ProjectId);
            e.HasIndex(i => i.ReadingId);
        });
        model.Entity<LabelExport>(e =>
        {
            e.ToTable("labelling_export");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.Property(x => x.Format).HasMaxLength(Word);
            e.Property(x => x.Md5).HasMaxLength(Address);
            e.Ignore(x => x.Cases);
            e.HasOne<Release>().WithMany().HasForeignKey(x => x.ReleaseId);
        });
    }

    private static void Evidence(ModelBuilder model)
    {
        model.Entity<SealedFile>(e =>
        {
            e.ToTable("labelling_sealed_file");
            e.HasKey(f => new { f.Subject, f.Position });
            e.Property(f => f.Md5).HasMaxLength(Address);
            e.Property(f => f.Sha256).HasMaxLength(Hash);
        });
        model.Entity<SealedSupport>(e =>
        {
            e.ToTable("labelling_sealed_support");
            e.HasKey(s => new { s.Subject, s.Position });
            e.Property(s => s.Kind).HasMaxLength(100);
            e.Property(s => s.Sha256).HasMaxLength(Hash);
        });
    }
}
