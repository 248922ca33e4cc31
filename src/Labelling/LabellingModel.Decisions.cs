using Microsoft.EntityFrameworkCore;
using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Validation;

namespace Pirogov.Labelling;

/// <summary>What comes of readings: comparisons, decisions, consensuses, verdicts, and how good each source was.</summary>
internal sealed partial class LabellingModel
{
    private static void Decisions(ModelBuilder model)
    {
        model.Entity<Comparison>(e =>
        {
            e.ToTable("labelling_comparison");
            e.Property(c => c.Id).ValueGeneratedNever();
            e.Ignore(c => c.Figures);
            e.Ignore(c => c.SourceIds);
            e.Property(c => c.DetailMd5).HasMaxLength(Address);
            e.Property(c => c.DetailSha256).HasMaxLength(Hash);
            e.Property(c => c.RegionsMd5).HasMaxLength(Address);
            e.Property(c => c.DraftMd5).HasMaxLength(Address);
            e.Property(c => c.Sources).HasMaxLength(Sources);
            e.HasIndex(c => new { c.ProjectCaseId, c.Round }).IsUnique();
            e.HasIndex(c => c.ProjectId);
        });
        model.Entity<Consensus>(e =>
        {
            e.ToTable("labelling_consensus");
            e.Property(c => c.Id).ValueGeneratedNever();
            e.Property(c => c.Origin).HasConversion<string>().HasMaxLength(Word);
            e.Property(c => c.Sources).HasMaxLength(Sources);
            e.Property(c => c.DocumentMd5).HasMaxLength(Address);
            e.Property(c => c.DocumentSha256).HasMaxLength(Hash);
            e.Property(c => c.CaseSha256).HasMaxLength(Hash);
            e.Ignore(c => c.Document);
            e.Property(c => c.ProvenanceMd5).HasMaxLength(Address);
            e.Property(c => c.ProvenanceSha256).HasMaxLength(Hash);
            e.HasIndex(c => new { c.ProjectCaseId, c.Number }).IsUnique();
        });
        model.Entity<Decision>(e =>
        {
            e.ToTable("labelling_decision");
            e.Property(d => d.Id).ValueGeneratedNever();
            e.Property(d => d.Choice).HasConversion<string>().HasMaxLength(Word);
            e.Property(d => d.Source).HasMaxLength(1);
            e.HasIndex(d => d.ComparisonId);
            // A decision is a revision, and of two on one base one wins.
            e.HasIndex(d => new { d.ReadingId, d.Revision }).IsUnique();
        });
        model.Entity<GivenRating>(e =>
        {
            e.ToTable("labelling_given_rating");
            e.HasKey(r => new { r.ProjectCaseId, r.Question, r.AccountId });
            e.Property(r => r.Question).HasMaxLength(64);
            e.HasIndex(r => new { r.ProjectId, r.Question });
        });
        model.Entity<SourceScore>(e =>
        {
            e.ToTable("labelling_source_score");
            e.Property(s => s.Id).ValueGeneratedNever();
            e.Ignore(s => s.Figures);
            e.HasIndex(s => new { s.ConsensusId, s.AccountId, s.Pass }).IsUnique();
            e.HasIndex(s => s.ProjectId);
        });
        model.Entity<Verdict>(e =>
        {
            e.ToTable("labelling_verdict");
            e.Property(v => v.Id).ValueGeneratedNever();
            e.Property(v => v.Kind).HasConversion<string>().HasMaxLength(Word);
            e.HasIndex(v => new { v.ConsensusId, v.Level }).IsUnique();
            e.HasIndex(v => v.ProjectCaseId);
        });
    }
}
