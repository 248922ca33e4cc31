namespace Pirogov.Labelling.Projects;

/// <summary>Which of a reader's two passes is held against the others'.</summary>
internal enum ComparedPass
{
    Final,
    First,
}

/// <summary>When a reader sees what a model or a file brought.</summary>
internal enum PreLabelTime
{
    Never,

    /// <summary>The reading begins with it.</summary>
    AtStart,

    /// <summary>Read blind, hand in, see, revise: both revisions stay.</summary>
    SecondPass,
}

/// <summary>What makes an untouched pre-label the reader's own.</summary>
internal enum PreLabelConfirmation
{
    PerObject,
    PerCase,
}

/// <param name="Show">Readers see pre-labels.</param>
/// <param name="Compared">With a second pass: which revision is compared.</param>
/// <param name="Confirmation">Nothing that was left untouched counts as read without it.</param>
internal sealed record PassRules(
    PreLabelTime Show = PreLabelTime.Never, ComparedPass Compared = ComparedPass.Final, PreLabelConfirmation Confirmation = PreLabelConfirmation.PerObject)
{
    public static readonly PassRules Default = new();
}
