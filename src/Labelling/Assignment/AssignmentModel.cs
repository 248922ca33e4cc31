using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Effort;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Gold;
using Pirogov.Labelling.Projects;
using Pirogov.Platform.Database;

namespace Pirogov.Labelling.Assignment;

/// <summary>Who experts are, which labels are known, and what time work took.</summary>
internal sealed class AssignmentModel : ModelPart
{
    private const int Hash = 64;
    private const int Address = 36;
    private const int Word = 20;

    public override void Configure(ModelBuilder model)
    {
        Experts(model);
        Gold(model);
    }

    private static void Experts(ModelBuilder model)
    {
        model.Entity<ExpertProfile>(e =>
        {
            e.ToTable("labelling_expert");
            e.HasKey(p => p.AccountId);
            e.Property(p => p.AccountId).ValueGeneratedNever();
            e.Property(p => p.Specialty).HasConversion<string>().HasMaxLength(Word * 2);
            e.Property(p => p.Level).HasConversion<string>().HasMaxLength(Word);
            e.Property(p => p.Subspecialty).HasMaxLength(ExpertProfile.SubspecialtyLimit);
            e.Ignore(p => p.Centres);
            e.Ignore(p => p.Availability);
        });
        model.Entity<QualificationPeriod>(e =>
        {
            e.ToTable("labelling_qualification");
            e.Property(p => p.Id).ValueGeneratedNever();
            e.Property(p => p.Level).HasConversion<string>().HasMaxLength(Word);
            e.HasIndex(p => new { p.AccountId, p.Since });
        });
        model.Entity<Exam>(e =>
        {
            e.ToTable("labelling_exam");
            e.Property(x => x.Id).ValueGeneratedNever();
            e.HasIndex(x => x.AccountId);
        });
        model.Entity<ActivityInterval>(e =>
        {
            e.ToTable("labelling_activity");
            e.Property(i => i.Id).ValueGeneratedNever();
            e.Ignore(i => i.Stretch);
            e.HasIndex(i => new { i.AccountId, i.From });
            e.HasIndex(i => i.ReadingId);
            e.HasIndex(i => i.ProjectId);
        });
    }

    private static void Gold(ModelBuilder model)
    {
        model.Entity<GoldCase>(e =>
        {
            e.ToTable("labelling_gold");
            e.HasKey(g => g.ProjectCaseId);
            e.Property(g => g.ProjectCaseId).ValueGeneratedNever();
            e.Property(g => g.DocumentMd5).HasMaxLength(Address);
            e.Property(g => g.DocumentSha256).HasMaxLength(Hash);
            e.HasOne<ProjectCase>().WithMany().HasForeignKey(g => g.ProjectCaseId);
            e.HasIndex(g => g.ProjectId);
        });
        model.Entity<GoldScore>(e =>
        {
            e.ToTable("labelling_gold_score");
            e.HasKey(s => s.ReadingId);
            e.Property(s => s.ReadingId).ValueGeneratedNever();
            e.Property(s => s.Purpose).HasConversion<string>().HasMaxLength(Word);
            e.HasIndex(s => new { s.ProjectId, s.AccountId });
            e.HasIndex(s => s.ProjectCaseId);
        });
    }
}
