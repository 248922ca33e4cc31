using Pirogov.Archive.Contracts;

namespace Pirogov.Archive.Cases;

/// <summary>What a list of cases is narrowed by.</summary>
internal sealed record CaseFilter(CaseQuery Query)
{
    public IQueryable<Case> Of(IQueryable<Case> cases)
    {
        if (!string.IsNullOrWhiteSpace(Query.Text))
        {
            var wanted = Query.Text.Trim().ToUpperInvariant();
            cases = cases.Where(c => c.SearchText.Contains(wanted));
        }

        if (Query.DataKind is { } kind)
            cases = cases.Where(c => c.DataKind == kind);
        if (Query.CentreId is { } centre)
            cases = cases.Where(c => c.CentreId == centre);
        if (Query.BatchId is { } batch)
            cases = cases.Where(c => c.BatchId == batch);
        if (!string.IsNullOrWhiteSpace(Query.Modality))
            cases = cases.Where(c => c.Series.Any(s => s.Modality == Query.Modality));
        if (!string.IsNullOrWhiteSpace(Query.BodyPart))
            cases = cases.Where(c => c.Series.Any(s => s.BodyPart == Query.BodyPart));
        if (!string.IsNullOrWhiteSpace(Query.Sex))
            cases = cases.Where(c => c.PatientSex == Query.Sex);
        if (Query.AgeFrom is { } from)
            cases = cases.Where(c => c.PatientAgeYears >= from);
        if (Query.AgeTo is { } to)
            cases = cases.Where(c => c.PatientAgeYears <= to);
        return Query.FewestInstances is { } fewest ? cases.Where(c => c.InstanceCount >= fewest) : cases;
    }
}
