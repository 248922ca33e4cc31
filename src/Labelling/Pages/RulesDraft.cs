using Pirogov.Labelling.Agreement;
using Pirogov.Labelling.Projects;

namespace Pirogov.Labelling.Pages;

/// <summary>What a manager is choosing about consensus and pre-labels.</summary>
internal sealed class RulesDraft
{
    public ConsensusRules Consensus { get; set; } = ConsensusRules.Default;
    public PassRules Passes { get; set; } = PassRules.Default;
}
