using System.Text.Json;
using Pirogov.Archive.Contracts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;
using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Validation;

/// <param name="Reason">What is wrong, stable.</param>
/// <param name="Place">Of the remark in the request, from 0.</param>
internal sealed record RemarkUnfit(string Reason, int Place) : Refusal("labelling/remark-unfit", 422)
{
    public override string WordsKey => $"reason.labelling.remark.{Reason}";
}

/// <summary>Where a remark points: an object of the consensus, a mask of a class on a frame, a question, or a place in the data.</summary>
/// <param name="ObjectId">Of the consensus that is judged.</param>
/// <param name="Class">Of a mask; also the class that an object should have had.</param>
/// <param name="Frame">From 1.</param>
/// <param name="Point">Pixels of the frame: column, row; (0, 0) is the corner.</param>
/// <param name="Text">The case's text in which <paramref name="Span"/> lies.</param>
/// <param name="Seconds">Of a video, from its beginning.</param>
internal sealed record RemarkPlace(
    string? ObjectId = null, string? Class = null, string? Question = null, string? SopInstanceUid = null, int? Frame = null, double[]? Point = null,
    string? Text = null, TextSpan? Span = null, double? Seconds = null)
{
    internal bool IsAnywhere => ObjectId is not null || Class is not null || Question is not null || SopInstanceUid is not null || Text is not null;
}

/// <param name="Reason">One of the project's reasons.</param>
/// <param name="Text">Needed where nothing is pinned.</param>
/// <param name="At">None: the whole case is meant.</param>
internal sealed record Remark(string? Reason, string? Text, RemarkPlace? At);

/// <summary>What a validator (or a manager who reopens a case) says about a consensus: to the adjudicator at once, to the readers when the case is through.</summary>
internal sealed class CaseComment
{
    public const int Limit = 4_000;

    /// <summary>Of one verdict.</summary>
    public const int Most = 200;

    public Guid Id { get; private set; } = Guid.CreateVersion7();
    public ProjectCaseId ProjectCaseId { get; private set; }

    /// <summary>0 for a manager.</summary>
    public int Level { get; private set; }
    public int? ConsensusNumber { get; private set; }
    public string Reason { get; private set; } = "";
    public string Text { get; private set; } = "";
    public string? PlaceJson { get; private set; }
    public DateTimeOffset At { get; private set; }

    /// <summary>Among those of one verdict.</summary>
    public int Position { get; private set; }

    private CaseComment()
    {
    }

    public CaseComment(ProjectCaseId projectCaseId, int level, int? consensusNumber, Remark remark, DateTimeOffset now, int position = 0) =>
        (ProjectCaseId, Level, ConsensusNumber, Reason, Text, PlaceJson, At, Position) = (projectCaseId, level, consensusNumber, remark.Reason!, remark.Text?.Trim() ?? "",
            remark.At is { } at ? JsonSerializer.Serialize(at, PlatformJson.Options) : null, now, position);

    public RemarkPlace? Place => PlaceJson is null ? null : JsonSerializer.Deserialize<RemarkPlace>(PlaceJson, PlatformJson.Options);

    /// <param name="field">What the request calls it.</param>
    public static Refusal? Check(string? text, string field = "comment") =>
        string.IsNullOrWhiteSpace(text) ? new Missing(field) : text.Length > Limit ? new TooLong(field, Limit) : null;
}

/// <summary>Holds remarks against the project's reasons, the consensus that they speak of, and the case's images and texts.</summary>
internal sealed class RemarkCheck(
    IReadOnlyList<ReturnReason> reasons, SchemaContent schema, LabelDocument consensus, IReadOnlyDictionary<string, CaseFile> images, IReadOnlyList<CaseText> texts)
{
    private const int NameLimit = 200;

    public Refusal? First(IReadOnlyList<Remark> remarks)
    {
        if (remarks.Count > CaseComment.Most)
            return new RemarkUnfit("too-many", CaseComment.Most);
        foreach (var (place, remark) in remarks.Index())
        {
            if (Fault(remark) is { } reason)
                return new RemarkUnfit(reason, place);
        }

        return null;
    }

    private string? Fault(Remark? remark)
    {
        if (remark is null || reasons.FirstOrDefault(r => r.Id == remark.Reason && !r.Retired) is not { } reason)
            return "reason-unknown";
        if (remark.Text is { Length: > CaseComment.Limit })
            return "text-too-long";
        if (remark.At is not { IsAnywhere: true } at)
            return reason.Pinned ? "place-missing" : string.IsNullOrWhiteSpace(remark.Text) ? "text-missing" : null;
        if (at.ObjectId is { } id && !consensus.Objects.Any(o => string.Equals(o.Id, id, StringComparison.OrdinalIgnoreCase)))
            return "object-unknown";
        if (at.Class is { } @class && schema.Class(@class) is null)
            return "class-unknown";
        if (at.Question is { } question && schema.Question(question) is null)
            return "question-unknown";
        return ImageFault(at) ?? TextFault(at);
    }

    private string? ImageFault(RemarkPlace at)
    {
        if (at.SopInstanceUid is null)
            return at.Frame is null && at.Point is null && at.Seconds is null ? null : "image-missing";
        if (at.SopInstanceUid.Length > NameLimit || !images.TryGetValue(at.SopInstanceUid, out var image))
            return "image-of-other-case";
        if (at.Frame is { } frame && (frame < 1 || frame > Math.Max(1, image.Frames)))
            return "frame-unknown";
        if (at.Seconds is { } seconds && !(double.IsFinite(seconds) && seconds >= 0))
            return "time-unfit";
        var (columns, rows) = image.TotalPixelMatrix ?? (image.Columns, image.Rows);
        return at.Point is null || at.Point is [var column, var row] && column >= 0 && column <= columns && row >= 0 && row <= rows ? null : "point-outside-image";
    }

    private string? TextFault(RemarkPlace at)
    {
        if (at.Text is null)
            return at.Span is null ? null : "text-unknown";
        if (texts.FirstOrDefault(t => t.Name == at.Text) is not { } text)
            return "text-unknown";
        return at.Span is not { } span || span.Start >= 0 && span.Start < span.End && span.End <= text.Text.EnumerateRunes().Count() ? null : "span-outside-text";
    }
}
