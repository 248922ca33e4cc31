using Pirogov.Agenda.Contracts;
using Pirogov.Platform.Access;
using Pirogov.Platform.Database;
using Pirogov.Platform.Problems;

namespace Pirogov.Agenda.Centres;

/// <summary>What a centre can do for one kind of data.</summary>
internal sealed class CentreReadiness
{
    public DataKind DataKind { get; init; }
    public bool HasData { get; init; }
    public bool WantsToLabel { get; init; }
    public bool HasExperience { get; init; }

    internal bool SaysNothing => !HasData && !WantsToLabel && !HasExperience;
}

internal sealed record CentreCodeMalformed(int Limit) : Refusal("agenda.centre-code-malformed", 422);

internal sealed record CentreCodeTaken(string Centre) : Refusal("agenda.centre-code-taken", 409);

/// <summary>An institution that gives data or experts. Its code stands in the labels of its cases, so it never changes.</summary>
internal sealed class ReferenceCentre
{
    public const int CodeLimit = 12;
    public const int NameLimit = 200;

    private readonly List<CentreReadiness> readiness = [];

    public ReferenceCentreId Id { get; private set; } = EntityId.New<ReferenceCentreId>();
    public string Code { get; private set; } = "";
    public string Name { get; private set; } = "";
    public OrganisationId? OrganisationId { get; private set; }
    public int Revision { get; private set; }
    public IReadOnlyCollection<CentreReadiness> Readiness => readiness;

    private ReferenceCentre()
    {
    }

    public static string NormalCode(string code) => code.Trim().ToUpperInvariant();

    public static Outcome<ReferenceCentre> Create(string code, string name, OrganisationId? organisation, IEnumerable<CentreReadiness> readiness)
    {
        var normal = NormalCode(code ?? "");
        if (normal.Length is 0 or > CodeLimit || !normal.All(char.IsAsciiLetterOrDigit))
            return new CentreCodeMalformed(CodeLimit);
        var centre = new ReferenceCentre { Code = normal };
        return centre.Describe(name, organisation, readiness) is { } refusal ? refusal : centre;
    }

    public Refusal? Describe(string name, OrganisationId? organisation, IEnumerable<CentreReadiness> ready)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new Missing("name");
        if (name.Length > NameLimit)
            return new TooLong("name", NameLimit);
        (Name, OrganisationId, Revision) = (name.Trim(), organisation, Revision + 1);
        readiness.Clear();
        readiness.AddRange(ready.Where(r => !r.SaysNothing).DistinctBy(r => r.DataKind).OrderBy(r => r.DataKind));
        return null;
    }
}
