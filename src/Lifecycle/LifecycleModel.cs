using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Evidence;

namespace Pirogov.Lifecycle;

internal sealed class LifecycleModel : ModelPart
{
    public override void Configure(ModelBuilder model)
    {
        model.Entity<Solution>(e =>
        {
            e.ToTable("solution");
            e.Property(s => s.TitleRu).HasMaxLength(200);
            e.Property(s => s.TitleEn).HasMaxLength(200);
            e.Property(s => s.TeamName).HasMaxLength(100);
            e.Property(s => s.Metric).HasMaxLength(40);
            e.HasIndex(s => s.CompetitionId).IsUnique();
            e.HasMany(s => s.Gates).WithOne().HasForeignKey(g => g.SolutionId);
        });
        model.Entity<StageGate>(e =>
        {
            e.ToTable("solution_stage_gate");
            e.Property(g => g.Id).ValueGeneratedNever();
            e.Property(g => g.Stage).HasConversion<string>().HasMaxLength(20);
            e.Property(g => g.Note).HasMaxLength(Solution.NoteLimit);
            e.HasIndex(g => new { g.SolutionId, g.Stage }).IsUnique();
            e.Property(g => g.StandsOn).HasConversion(
                links => JsonSerializer.Serialize(links, PlatformJson.Options),
                text => JsonSerializer.Deserialize<List<EvidenceReference>>(text, PlatformJson.Options)!,
                new ValueComparer<List<EvidenceReference>>((a, b) => a!.SequenceEqual(b!), links => links.Count, links => links.ToList()));
        });
    }
}
