using System.Text.Json;
using Pirogov.Labelling.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Database;
using Pirogov.Platform.Jobs;
using Pirogov.Platform.Problems;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.Exchange;

internal readonly record struct ImportId(Guid Value) : IEntityId<ImportId>
{
    public static ImportId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ImportId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

internal sealed record LabelFileTooLarge(int LimitMegabytes) : Refusal("labelling.label-file-too-large", 413);

internal sealed record NoLabelFile() : Refusal("labelling.no-label-file", 400);

internal sealed record LabelArchiveDamaged() : Refusal("labelling.label-archive-damaged", 422);

/// <summary>One file of labels that came in, and what became of it: as pre-labels of a project's cases, or in one's own reading.</summary>
internal sealed class LabelImport
{
    public const int NameLimit = 255;

    public ImportId Id { get; private set; } = EntityId.New<ImportId>();
    public ProjectId ProjectId { get; private set; }

    /// <summary>Somebody's own reading; then nobody else sees this.</summary>
    public ReadingId? ReadingId { get; private set; }
    public Guid AccountId { get; private set; }
    public string Format { get; private set; } = "";
    public string FileName { get; private set; } = "";
    public string OptionsJson { get; private set; } = "{}";
    public DateTimeOffset At { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>Until it is finished.</summary>
    public string? UploadMd5 { get; private set; }
    public JobId? JobId { get; private set; }
    public int Cases { get; private set; }
    public int Taken { get; private set; }
    public int Left { get; private set; }

    /// <summary>A line of JSON for each object taken, and for each not taken.</summary>
    public string? TakenMd5 { get; private set; }
    public string? LeftMd5 { get; private set; }

    private LabelImport()
    {
    }

    public LabelImport(ProjectId project, ReadingId? reading, Guid account, string format, string fileName, ImportOptions options, DateTimeOffset now) =>
        (ProjectId, ReadingId, AccountId, Format, FileName, OptionsJson, At) =
        (project, reading, account, format, fileName.Length <= NameLimit ? fileName : fileName[..NameLimit], JsonSerializer.Serialize(options, PlatformJson.Options), now);

    public ImportOptions Options => JsonSerializer.Deserialize<ImportOptions>(OptionsJson, PlatformJson.Options)!;

    public void Await(StoredObject upload, JobId job) => (UploadMd5, JobId) = (upload.Md5, job);

    public void Finish(int cases, FinishedReport report, DateTimeOffset now) =>
        (Cases, Taken, Left, TakenMd5, LeftMd5, UploadMd5, FinishedAt) = (cases, report.Taken, report.Left, report.TakenMd5, report.LeftMd5, null, now);
}
