using Microsoft.EntityFrameworkCore;
using Pirogov.Agenda.Contracts;
using Pirogov.Archive.Contracts;
using Pirogov.Datasets.Versions;
using Pirogov.Labelling.Contracts;
using Pirogov.Platform.Database;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Pirogov.Platform.Jobs;

namespace Pirogov.Datasets;

internal sealed class DatasetsModel : ModelPart
{
    public override void Configure(ModelBuilder model)
    {
        model.Entity<Dataset>(e =>
        {
            e.ToTable("dataset");
            e.Property(d => d.Slug).HasMaxLength(Dataset.SlugLimit);
            e.Property(d => d.ClinicalTaskId).HasConversion(new ValueConverter<ClinicalTaskId, Guid>(id => id.Value, id => new ClinicalTaskId(id)));
            e.Ignore(d => d.Name).Ignore(d => d.Description).Ignore(d => d.Terms);
            e.HasIndex(d => d.Slug).IsUnique();
        });
        model.Entity<DatasetVersion>(e =>
        {
            e.ToTable("dataset_version");
            e.Property(v => v.State).HasConversion<string>().HasMaxLength(20);
            e.Property(v => v.ReleaseId).HasConversion(id => id.Value, id => new ReleaseId(id));
            e.Property(v => v.JobId).HasConversion(id => id.Value, id => new JobId(id));
            e.ComplexProperty(v => v.Train);
            e.ComplexProperty(v => v.Test);
            e.Ignore(v => v.Tag);
            e.HasOne<Dataset>().WithMany().HasForeignKey(v => v.DatasetId).OnDelete(DeleteBehavior.Restrict);
            // Two requests at once would make the same number.
            e.HasIndex(v => new { v.DatasetId, v.Number }).IsUnique();
        });
        model.Entity<DatasetCase>(e =>
        {
            e.ToTable("dataset_case");
            e.HasKey(c => new { c.VersionId, c.Name });
            e.Property(c => c.Name).HasMaxLength(30);
            e.Property(c => c.Patient).HasMaxLength(30);
            e.Property(c => c.CaseId).HasConversion(id => id.Value, id => new CaseId(id));
            e.Property(c => c.Split).HasConversion<string>().HasMaxLength(20);
            e.HasOne<DatasetVersion>().WithMany().HasForeignKey(c => c.VersionId).OnDelete(DeleteBehavior.Cascade);
            e.HasIndex(c => new { c.VersionId, c.CaseId }).IsUnique();
        });
        model.Entity<DatasetFile>(e =>
        {
            e.ToTable("dataset_file");
            e.HasKey(f => new { f.VersionId, f.Path });
            e.Property(f => f.Path).HasMaxLength(300);
            e.Property(f => f.Md5).HasMaxLength(32);
            e.Property(f => f.Sha256).HasMaxLength(64);
            e.Property(f => f.Audience).HasConversion<string>().HasMaxLength(20);
            e.HasOne<DatasetVersion>().WithMany().HasForeignKey(f => f.VersionId).OnDelete(DeleteBehavior.Cascade);
            e.HasIndex(f => f.Md5);
        });
        model.Entity<DatasetAdmission>(e =>
        {
            e.ToTable("dataset_admission");
            e.HasKey(a => new { a.DatasetId, a.AccountId });
            e.HasOne<Dataset>().WithMany().HasForeignKey(a => a.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
