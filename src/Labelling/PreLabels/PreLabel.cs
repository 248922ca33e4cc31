using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform.Database;
using Pirogov.Platform.Store;

namespace Pirogov.Labelling.PreLabels;

/// <summary>Labels of a case that nobody read: a model made them, or a file brought them. Never a reading; the newest of a case is what readers see.</summary>
internal sealed class PreLabel
{
    public const string Model = "model";
    public const string Import = "import";
    public const int SourceNameLimit = 200;

    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectCaseId ProjectCaseId { get; private set; }

    /// <summary>Which model, or which file.</summary>
    public string SourceName { get; private set; } = "";

    /// <summary><see cref="Model"/> or <see cref="Import"/>.</summary>
    public string Origin { get; private set; } = "";

    /// <summary>Under which the document was made; none: the one of the project's beginning.</summary>
    public SchemaVersionId? SchemaVersionId { get; init; }
    public string DocumentMd5 { get; private set; } = "";
    public string DocumentSha256 { get; private set; } = "";
    public long DocumentSize { get; private set; }
    public DateTimeOffset At { get; private set; }

    private PreLabel()
    {
    }

    public PreLabel(ProjectCaseId projectCaseId, string sourceName, string origin, StoredObject document, DateTimeOffset now) =>
        (ProjectCaseId, SourceName, Origin, DocumentMd5, DocumentSha256, DocumentSize, At) =
        (projectCaseId, sourceName, origin, document.Md5, document.Sha256, document.Size, now);
}
