using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Labelling.Validation;

namespace Pirogov.Labelling.Pages;

/// <summary>Remarks about a case, with what names their reasons and places.</summary>
internal sealed record Remarks(IReadOnlyList<CommentView> Comments, IReadOnlyList<ReturnReason> Reasons, SchemaView Schema);
