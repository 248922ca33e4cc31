using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Pirogov.Competitions.Door;
using Pirogov.Competitions.Scoring;
using Pirogov.Competitions.Submissions;
using Pirogov.Competitions.Teams;
using Pirogov.Platform;
using Pirogov.Platform.Database;

namespace Pirogov.Competitions;

internal sealed class CompetitionsModel : ModelPart
{
    public override void Configure(ModelBuilder model)
    {
        Competitions(model);
        TeamTables(model);
        SubmissionTables(model);
    }

    private static void Competitions(ModelBuilder model)
    {
        model.Entity<Competition>(e =>
        {
            e.ToTable("competition");
            e.Property(c => c.TitleRu).HasMaxLength(Competition.TitleLimit);
            e.Property(c => c.TitleEn).HasMaxLength(Competition.TitleLimit);
            e.Property(c => c.DescriptionRu).HasMaxLength(Competition.DescriptionLimit);
            e.Property(c => c.DescriptionEn).HasMaxLength(Competition.DescriptionLimit);
            e.Property(c => c.QuestionId).HasMaxLength(100);
            e.Property(c => c.PositiveOption).HasMaxLength(100);
            e.Property(c => c.TimeZone).HasMaxLength(60);
            e.Property(c => c.Kind).HasConversion<string>().HasMaxLength(20);
            e.Property(c => c.Primary).HasConversion<string>().HasMaxLength(30);
            e.PrimitiveCollection(c => c.Secondary).ElementType(t => t.HasConversion<string>());
            e.Property(c => c.State).HasConversion<string>().HasMaxLength(10);
            e.HasIndex(c => c.State);
        });
        model.Entity<CompetitionCase>(e =>
        {
            e.ToTable("competition_case");
            e.HasKey(c => new { c.CompetitionId, c.Name });
            e.Property(c => c.Name).HasMaxLength(200);
            e.Property(c => c.Split).HasConversion<string>().HasMaxLength(20);
            e.HasOne<Competition>().WithMany().HasForeignKey(c => c.CompetitionId);
        });
    }

    private static void TeamTables(ModelBuilder model)
    {
        model.Entity<Team>(e =>
        {
            e.ToTable("competition_team");
            e.Property(t => t.Name).HasMaxLength(Team.NameLimit);
            e.Property(t => t.NameKey).HasMaxLength(Team.NameLimit * 2);
            e.HasIndex(t => new { t.CompetitionId, t.NameKey }).IsUnique();
            e.HasOne<Competition>().WithMany().HasForeignKey(t => t.CompetitionId);
            e.HasMany(t => t.Members).WithOne().HasForeignKey(m => m.TeamId);
            e.HasMany(t => t.Invitations).WithOne().HasForeignKey(i => i.TeamId);
        });
        model.Entity<TeamMember>(e =>
        {
            e.ToTable("competition_team_member");
            // One person is in one team of a competition, whoever is faster.
            e.HasKey(m => new { m.CompetitionId, m.AccountId });
            e.Property(m => m.Role).HasConversion<string>().HasMaxLength(20);
        });
        model.Entity<Invitation>(e =>
        {
            e.ToTable("competition_invitation");
            e.Property(i => i.Id).ValueGeneratedNever();
            e.Property(i => i.Role).HasConversion<string>().HasMaxLength(20);
            e.Property(i => i.State).HasConversion<string>().HasMaxLength(20);
            e.HasIndex(i => new { i.TeamId, i.AccountId }).IsUnique();
            e.HasIndex(i => i.AccountId);
        });
    }

    private static void SubmissionTables(ModelBuilder model)
    {
        model.Entity<Submission>(e =>
        {
            e.ToTable("competition_submission");
            e.Property(s => s.FileName).HasMaxLength(Submission.FileNameLimit);
            e.Property(s => s.Md5).HasMaxLength(36);
            e.Property(s => s.Sha256).HasMaxLength(64);
            e.Property(s => s.VersionEvidence).HasMaxLength(64);
            e.Property(s => s.State).HasConversion<string>().HasMaxLength(20);
            e.Property(s => s.Faults).HasConversion(
                faults => JsonSerializer.Serialize(faults, PlatformJson.Options),
                text => JsonSerializer.Deserialize<List<DoorFault>>(text, PlatformJson.Options)!,
                new ValueComparer<List<DoorFault>>((a, b) => a!.SequenceEqual(b!), faults => faults.Count, faults => faults.ToList()));
            e.HasIndex(s => new { s.TeamId, s.Day, s.Ordinal }).IsUnique();
            e.HasIndex(s => new { s.CompetitionId, s.State });
            e.HasOne<Team>().WithMany().HasForeignKey(s => s.TeamId);
        });
        model.Entity<Score>(e =>
        {
            e.ToTable("competition_score");
            e.HasKey(s => s.SubmissionId);
            e.Property(s => s.SubmissionEvidence).HasMaxLength(64);
            e.HasOne<Submission>().WithOne().HasForeignKey<Score>(s => s.SubmissionId);
            e.HasMany(s => s.Metrics).WithOne().HasForeignKey(m => m.SubmissionId);
            e.HasMany(s => s.Cases).WithOne().HasForeignKey(c => c.SubmissionId);
            e.HasIndex(s => s.CompetitionId);
        });
        model.Entity<MetricScore>(e =>
        {
            e.ToTable("competition_metric_score");
            e.HasKey(m => new { m.SubmissionId, m.Split, m.Metric });
            e.Property(m => m.Split).HasConversion<string>().HasMaxLength(20);
            e.Property(m => m.Metric).HasConversion<string>().HasMaxLength(30);
        });
        model.Entity<CaseScore>(e =>
        {
            e.ToTable("competition_case_score");
            e.HasKey(c => new { c.SubmissionId, c.Name });
            e.Property(c => c.Name).HasMaxLength(200);
            e.Property(c => c.Split).HasConversion<string>().HasMaxLength(20);
        });
    }
}
