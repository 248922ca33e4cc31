using Pirogov.Labelling.Readings;

namespace Pirogov.Labelling.Projects;

/// <summary>Whether a member is given work.</summary>
internal enum MemberStanding
{
    Admitted,

    /// <summary>Reads cases with known labels first.</summary>
    Training,

    /// <summary>The training ended below its threshold.</summary>
    NotAdmitted,

    /// <summary>Control cases came out below the threshold: the manager looks before anything more is handed out.</summary>
    Paused,

    Removed,
}

/// <summary>A person's one part in a project.</summary>
internal sealed class ProjectMember
{
    public ProjectId ProjectId { get; private set; }
    public Guid AccountId { get; private set; }
    public ReadingMode Mode { get; private set; }

    /// <summary>The validation level from 1 on; 0 for readers and adjudicators.</summary>
    public int Level { get; private set; }
    public MemberStanding Standing { get; private set; }

    /// <summary>Scores from before say nothing any more of this person's quality.</summary>
    public DateTimeOffset Since { get; private set; }

    private ProjectMember()
    {
    }

    public ProjectMember(ProjectId projectId, Guid accountId, ReadingMode mode, int level, MemberStanding standing, DateTimeOffset now) =>
        (ProjectId, AccountId, Mode, Level, Standing, Since) = (projectId, accountId, mode, level, standing, now);

    /// <summary>As the plan stands when the project starts.</summary>
    internal void Begin(bool trains)
    {
        if (Mode == ReadingMode.Read && Standing is (MemberStanding.Training or MemberStanding.Admitted))
            Standing = trains ? MemberStanding.Training : MemberStanding.Admitted;
    }

    public void EndTraining(bool passed, DateTimeOffset now) => (Standing, Since) = (passed ? MemberStanding.Admitted : MemberStanding.NotAdmitted, now);

    public void Pause() => Standing = MemberStanding.Paused;

    /// <summary>The manager lets the person go on, after training or a pause; quality is counted anew.</summary>
    public void Admit(DateTimeOffset now) => (Standing, Since) = (MemberStanding.Admitted, now);

    public void Leave() => Standing = MemberStanding.Removed;

    internal ProjectMember Return(bool trains, DateTimeOffset now)
    {
        (Standing, Since) = (trains && Mode == ReadingMode.Read ? MemberStanding.Training : MemberStanding.Admitted, now);
        return this;
    }
}
