namespace Pirogov.Labelling.Pages;

/// <summary>What a condition may look at: questions that come earlier and, for questions of the case, classes.</summary>
internal sealed record ConditionScope(IReadOnlyList<QuestionDraft> Earlier, IReadOnlyList<ClassDraft> Classes)
{
    public bool IsEmpty => Earlier.Count + Classes.Count == 0;
}
