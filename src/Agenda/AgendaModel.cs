using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Centres;
using Pirogov.Agenda.Tasks;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Agenda;

internal sealed class AgendaModel : ModelPart
{
    public override void Configure(ModelBuilder model)
    {
        model.Entity<ClinicalTask>(e =>
        {
            e.ToTable("agenda_clinical_task");
            e.Property(t => t.Title).HasMaxLength(ClinicalTask.TitleLimit);
            e.Property(t => t.SearchText).HasMaxLength(ClinicalTask.TitleLimit + ClinicalTask.LineLimit + 1);
            e.Property(t => t.DataKind).HasConversion<string>().HasMaxLength(20);
            e.Property(t => t.Target).HasMaxLength(ClinicalTask.LineLimit);
            e.Property(t => t.Question).HasMaxLength(ClinicalTask.TextLimit);
            e.Property(t => t.Metric).HasMaxLength(ClinicalTask.LineLimit);
            e.Property(t => t.ExpectedBenefit).HasMaxLength(ClinicalTask.TextLimit);
            e.Property(t => t.Owner).HasMaxLength(ClinicalTask.LineLimit);
            e.Property(t => t.Revision).IsConcurrencyToken();
            e.HasIndex(t => t.Priority);
        });
        model.Entity<ReferenceCentre>(e =>
        {
            e.ToTable("agenda_reference_centre");
            e.Property(c => c.Code).HasMaxLength(ReferenceCentre.CodeLimit);
            e.Property(c => c.Name).HasMaxLength(ReferenceCentre.NameLimit);
            e.Property(c => c.Revision).IsConcurrencyToken();
            e.HasIndex(c => c.Code).IsUnique();
            e.HasOne<Organisation>().WithMany().HasForeignKey(c => c.OrganisationId);
            e.OwnsMany(c => c.Readiness, r =>
            {
                r.ToTable("agenda_centre_readiness");
                r.WithOwner().HasForeignKey("CentreId");
                r.HasKey("CentreId", nameof(CentreReadiness.DataKind));
                r.Property(x => x.DataKind).HasConversion<string>().HasMaxLength(20);
            });
        });
    }
}
