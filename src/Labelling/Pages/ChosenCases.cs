using Pirogov.Archive.Contracts;

namespace Pirogov.Labelling.Pages;

/// <summary>What a manager has picked of the archive so far.</summary>
internal sealed class ChosenCases
{
    public HashSet<CaseId> Cases { get; } = [];

    /// <summary>Leaves out what a project that was not cancelled already holds.</summary>
    public bool NotYetLabelled { get; set; }
}
