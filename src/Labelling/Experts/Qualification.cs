using Pirogov.Platform.Problems;

namespace Pirogov.Labelling.Experts;

internal sealed record NotQualified(string Reason) : Refusal("labelling.not-qualified", 409)
{
    public override string WordsKey => "reason.labelling.qualification." + Reason;
}

/// <summary>What a project asks of its readers; what is left out is not asked.</summary>
/// <param name="Specialties">Any of them.</param>
/// <param name="Subspecialty">Contained in the profile's, whatever the case of the letters.</param>
/// <param name="ExamScore">The best result of any training on the platform, from 0 to 1.</param>
internal sealed record RequiredQualification(
    IReadOnlyList<Specialty>? Specialties = null, int? Years = null, string? Subspecialty = null, QualificationLevel? Level = null, double? ExamScore = null)
{
    internal bool IsFit => Years is null or (>= 0 and <= 80) && Subspecialty is null or { Length: <= ExpertProfile.SubspecialtyLimit } && ExamScore is null or (>= 0 and <= 1);

    /// <param name="profile">None when nothing is known of the person.</param>
    /// <param name="bestExam">None when no training was finished.</param>
    internal NotQualified? Lacks(ExpertProfile? profile, double? bestExam, DateTimeOffset now)
    {
        if (Specialties is { Count: > 0 } && (profile?.Specialty is not { } specialty || !Specialties.Contains(specialty)))
            return new("specialty");
        if (Years is { } years && (profile?.YearsAt(now) is not { } practised || practised < years))
            return new("years");
        if (!string.IsNullOrWhiteSpace(Subspecialty) && profile?.Subspecialty.Contains(Subspecialty.Trim(), StringComparison.OrdinalIgnoreCase) != true)
            return new("subspecialty");
        if (Level is { } level && (profile?.Level is not { } held || held < level))
            return new("level");
        return ExamScore is { } score && (bestExam is not { } best || best < score) ? new("exam") : null;
    }
}
