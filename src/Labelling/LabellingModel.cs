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

internal sealed partial class LabellingModel : ModelPart
{
    private const int Hash = 64;
    private const int Address = 36;
    private const int Word = 20;

    /// <summary>Ten readers and an adjudicator, by their identifiers.</summary>
    private const int Sources = 500;

    public override void Configure(ModelBuilder model)
    {
        Schemas(model);
        Projects(model);
        Readings(model);
        Decisions(model);
        Validation(model);
        Dashboards(model);
        Releases(model);
        Exchange(model);
        Evidence(model);
    }

    private static void Schemas(ModelBuilder model)
    {
        model.Entity<LabellingSchema>(e =>
        {
            e.ToTable("labelling_schema");
            e.Property(s => s.Id).ValueGeneratedNever();
            e.Property(s => s.Name).HasMaxLength(LabellingSchema.NameLimit);
            e.Property(s => s.NormalizedName).HasMaxLength(LabellingSchema.NameLimit);
            e.Property(s => s.DataKind).HasConversion<string>().HasMaxLength(Word);
            e.HasIndex(s => s.NormalizedName).IsUnique();
            e.HasMany(s => s.Versions).WithOne().HasForeignKey(v => v.SchemaId);
            e.Navigation(s => s.Versions).AutoInclude();
            e.Ignore(s => s.Newest);
            e.Ignore(s => s.NewestPublished);
        });
        model.Entity<SchemaVersion>(e =>
        {
            e.ToTable("labelling_schema_version");
            e.Property(v => v.Id).ValueGeneratedNever();
            e.Ignore(v => v.Content);
            e.Ignore(v => v.Migration);
            e.HasIndex(v => new { v.SchemaId, v.Number }).IsUnique();
        });
    }

    private static void Projects(ModelBuilder model)
    {
        model.Entity<LabellingProject>(e =>
        {
            e.ToTable("labelling_project");
            e.Property(p => p.Id).ValueGeneratedNever();
            e.Property(p => p.Name).HasMaxLength(LabellingProject.NameLimit);
            e.Property(p => p.NormalizedName).HasMaxLength(LabellingProject.NameLimit);
            e.Property(p => p.State).HasConversion<string>().HasMaxLength(Word).IsConcurrencyToken();
            e.Property(p => p.PlanRevision).IsConcurrencyToken();
            e.Property(p => p.Rule).HasConversion<string>().HasMaxLength(Word);
            e.HasIndex(p => p.NormalizedName).IsUnique();
            e.HasOne<SchemaVersion>().WithMany().HasForeignKey(p => p.SchemaVersionId);
            e.Ignore(p => p.Thresholds);
            e.Ignore(p => p.Levels);
            e.Ignore(p => p.Consensus);
            e.Ignore(p => p.Passes);
            e.Ignore(p => p.Terms);
            e.Ignore(p => p.Planned);
            e.Property(p => p.Distribution).HasConversion<string>().HasMaxLength(Word);
            e.HasMany(p => p.Members).WithOne().HasForeignKey(m => m.ProjectId);
            e.Navigation(p => p.Members).AutoInclude();
        });
        model.Entity<ProjectMember>(e =>
        {
            e.ToTable("labelling_project_member");
            // One part for each person.
            e.HasKey(m => new { m.ProjectId, m.AccountId });
            e.Property(m => m.Mode).HasConversion<string>().HasMaxLength(Word);
            e.Property(m => m.Standing).HasConversion<string>().HasMaxLength(Word).IsConcurrencyToken();
            e.HasIndex(m => m.AccountId);
        });
        model.Entity<ProjectCase>(e =>
        {
            e.ToTable("labelling_case");
            e.Property(c => c.Id).ValueGeneratedNever();
            e.Property(c => c.Label).HasMaxLength(100);
            e.Property(c => c.ContentSha256).HasMaxLength(Hash);
            e.Property(c => c.PatientPseudonym).HasMaxLength(Hash);
            e.Property(c => c.State).HasConversion<string>().HasMaxLength(Word).IsConcurrencyToken();
            e.Property(c => c.Level).IsConcurrencyToken();
            e.HasOne<LabellingProject>().WithMany().HasForeignKey(c => c.ProjectId);
            e.Property(c => c.Stratum).HasMaxLength(AssignmentTerms.NameLimit);
            // What is set aside while a release is being frozen does not go into it unnoticed.
            e.Property(c => c.AsideAt).IsConcurrencyToken();
            e.Property(c => c.AsideReason).HasMaxLength(CaseComment.Limit);
            // A case that was labelled here may come back as one with known labels, to those who had no part in it.
            e.HasIndex(c => new { c.ProjectId, c.CaseId, c.IsGold }).IsUnique();
            e.HasIndex(c => new { c.ProjectId, c.State });
        });
    }

    private static void Readings(ModelBuilder model)
    {
        model.Entity<Reading>(e =>
        {
            e.ToTable("labelling_reading");
            e.Property(r => r.Id).ValueGeneratedNever();
            e.Property(r => r.Mode).HasConversion<string>().HasMaxLength(Word);
            e.Property(r => r.State).HasConversion<string>().HasMaxLength(Word).IsConcurrencyToken();
            e.Property(r => r.Revision).IsConcurrencyToken();
            e.Ignore(r => r.IsOpen);
            e.Ignore(r => r.IsHandedIn);
            e.HasOne<ProjectCase>().WithMany().HasForeignKey(r => r.ProjectCaseId);
            e.Property(r => r.Purpose).HasConversion<string>().HasMaxLength(Word);
            e.Property(r => r.ReasonLeft).HasConversion<string>().HasMaxLength(Word);
            e.Property(r => r.SkipReason).HasConversion<string>().HasMaxLength(Word);
            e.Property(r => r.SkipText).HasMaxLength(CaseComment.Limit);
            e.Property(r => r.LeftAt).IsConcurrencyToken();
            // Who left a case takes part in nothing any more; assignment alone looks behind the filter.
            e.HasQueryFilter(r => r.LeftAt == null);
            // Nobody has two parts in one case: a reader is never its adjudicator, its validator, its other reader or one who knows it from a control.
            e.HasIndex(r => new { r.ProjectId, r.CaseId, r.AccountId }).IsUnique();
            // Of those who hold a place in a case, no two hold the same one.
            e.HasIndex(r => new { r.ProjectCaseId, r.Mode, r.Slot }).IsUnique().HasFilter("\"LeftAt\" IS NULL");
            e.HasIndex(r => new { r.AccountId, r.CaseId });
            e.HasIndex(r => new { r.ProjectId, r.AccountId });
            // Every hand-out asks which reservations have run out.
            e.HasIndex(r => new { r.ProjectId, r.State });
        });
        model.Entity<ReadingRevision>(e =>
        {
            e.ToTable("labelling_revision");
            e.Property(r => r.Id).ValueGeneratedNever();
            e.Property(r => r.DocumentMd5).HasMaxLength(Address);
            e.Property(r => r.DocumentSha256).HasMaxLength(Hash);
            e.Property(r => r.CaseSha256).HasMaxLength(Hash);
            e.HasOne<Reading>().WithMany().HasForeignKey(r => r.ReadingId);
            // Of two saves on one base, one wins.
            e.HasIndex(r => new { r.ReadingId, r.Number }).IsUnique();
        });
        model.Entity<SideDraft>(e =>
        {
            e.ToTable("labelling_side_draft");
            e.Property(d => d.Id).ValueGeneratedNever();
            e.Property(d => d.Refusal).HasMaxLength(100);
            e.Property(d => d.DocumentMd5).HasMaxLength(Address);
            e.HasOne<Reading>().WithMany().HasForeignKey(d => d.ReadingId);
        });
        model.Entity<PreLabel>(e =>
        {
            e.ToTable("labelling_prelabel");
            e.Property(p => p.Id).ValueGeneratedNever();
            e.Property(p => p.SourceName).HasMaxLength(PreLabel.SourceNameLimit);
            e.Property(p => p.Origin).HasMaxLength(Word);
            e.Property(p => p.DocumentMd5).HasMaxLength(Address);
            e.Property(p => p.DocumentSha256).HasMaxLength(Hash);
            e.HasOne<ProjectCase>().WithMany().HasForeignKey(p => p.ProjectCaseId);
        });
        model.Entity<PendingLabel>(e =>
        {
            e.ToTable("labelling_pending");
            e.Property(p => p.Id).ValueGeneratedNever();
            e.Property(p => p.Class).HasMaxLength(64);
            e.Ignore(p => p.Part);
            e.HasOne<Reading>().WithMany().HasForeignKey(p => p.ReadingId);
        });
        model.Entity<MaskBlob>(e =>
        {
            e.ToTable("labelling_mask");
            e.HasKey(m => m.Sha256);
            e.Property(m => m.Sha256).HasMaxLength(Hash);
            e.Property(m => m.Md5).HasMaxLength(Address);
        });
        model.Entity<CaseComment>(e =>
        {
            e.ToTable("labelling_comment");
            e.Property(c => c.Id).ValueGeneratedNever();
            e.Property(c => c.Text).HasMaxLength(CaseComment.Limit);
            e.Property(c => c.Reason).HasMaxLength(ReturnReason.IdLimit);
            e.Ignore(c => c.Place);
            e.HasIndex(c => c.ProjectCaseId);
        });
    }
}
