namespace Pirogov.Platform.Access;

/// <summary>What an account may be. A role opens doors; rights on one object are checked beside that object.</summary>
public enum Role
{
    Administrator,
    AiOffice,
    DataEngineer,
    LabellingManager,
    Expert,
    CentreRepresentative,
    TeamLead,
    Developer,
    Observer,
}
