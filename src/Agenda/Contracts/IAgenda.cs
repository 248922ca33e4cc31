using Pirogov.Platform.Access;
using Pirogov.Platform.Database;

namespace Pirogov.Agenda.Contracts;

public readonly record struct ClinicalTaskId(Guid Value) : IEntityId<ClinicalTaskId>
{
    public static ClinicalTaskId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ClinicalTaskId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public readonly record struct ReferenceCentreId(Guid Value) : IEntityId<ReferenceCentreId>
{
    public static ReferenceCentreId From(Guid value) => new(value);
    public static bool TryParse(string? text, out ReferenceCentreId id) => EntityId.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

public enum DataKind
{
    Radiology,
    Pathology,
    Endoscopy,
    ClinicalText,
}

public sealed record ClinicalTaskSummary(ClinicalTaskId Id, string Title, DataKind DataKind, string Target, string Metric, int Priority);

/// <param name="OrganisationId">Whose representatives speak for the centre.</param>
public sealed record ReferenceCentreSummary(ReferenceCentreId Id, string Code, string Name, OrganisationId? OrganisationId = null);

/// <summary>What the rooms below may ask of the agenda.</summary>
public interface IAgenda
{
    Task<ClinicalTaskSummary?> FindTask(ClinicalTaskId id, CancellationToken cancellation);

    Task<IReadOnlyList<ClinicalTaskSummary>> Tasks(CancellationToken cancellation);

    Task<ReferenceCentreSummary?> FindCentre(ReferenceCentreId id, CancellationToken cancellation);

    Task<ReferenceCentreSummary?> FindCentre(string code, CancellationToken cancellation);

    Task<IReadOnlyList<ReferenceCentreSummary>> Centres(CancellationToken cancellation);
}
