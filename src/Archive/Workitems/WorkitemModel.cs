using Microsoft.EntityFrameworkCore;
using Pirogov.Platform.Database;

namespace Pirogov.Archive.Workitems;

internal sealed class WorkitemModel : ModelPart
{
    private const int Uid = 64;

    public override void Configure(ModelBuilder model)
    {
        model.Entity<Workitem>(e =>
        {
            e.ToTable("archive_workitem");
            e.Property(w => w.Uid).HasMaxLength(Uid);
            e.Property(w => w.TransactionUid).HasMaxLength(Uid);
            e.Property(w => w.State).HasConversion<string>().HasMaxLength(20);
            e.Property(w => w.Dataset).HasField("dataset");
            e.Property(w => w.Version).IsConcurrencyToken();
            e.HasIndex(w => w.Uid).IsUnique();
            e.HasIndex(w => new { w.CentreId, w.State });
        });
        model.Entity<WorkitemSubscription>(e =>
        {
            e.ToTable("archive_workitem_subscription");
            e.Property(s => s.Subscriber).HasMaxLength(Subscribers.LongestName);
            e.Property(s => s.Workitem).HasMaxLength(Uid);
            e.HasIndex(s => new { s.Subscriber, s.Workitem }).IsUnique();
            e.HasIndex(s => s.Workitem);
        });
    }
}
