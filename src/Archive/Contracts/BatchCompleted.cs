using Pirogov.Agenda.Contracts;

namespace Pirogov.Archive.Contracts;

/// <summary>A batch has become cases.</summary>
public sealed record BatchCompleted(BatchId BatchId, ReferenceCentreId CentreId, IReadOnlyList<CaseId> Cases);
