namespace Pirogov.Dicom;

/// <summary>The five components of one component group of a person's name (PS3.5 6.2.1.1).</summary>
public sealed record PersonNameGroup(string FamilyName, string GivenName, string MiddleName, string Prefix, string Suffix)
{
    public static PersonNameGroup Parse(string text)
    {
        var parts = text.Split('^');
        return new PersonNameGroup(Part(0), Part(1), Part(2), Part(3), Part(4));

        string Part(int i) => i < parts.Length ? parts[i].Trim() : "";
    }

    /// <summary>"Family^Given^Middle^Prefix^Suffix" without trailing empty components.</summary>
    public override string ToString() => string.Join('^', FamilyName, GivenName, MiddleName, Prefix, Suffix).TrimEnd('^');
}

/// <summary>A PN value: alphabetic, ideographic and phonetic groups; absent groups are null.</summary>
public sealed record DicomPersonName(PersonNameGroup Alphabetic, PersonNameGroup? Ideographic, PersonNameGroup? Phonetic)
{
    public static DicomPersonName Parse(string text)
    {
        var groups = text.Split('=', 3);
        return new DicomPersonName(PersonNameGroup.Parse(groups[0]), Group(1), Group(2));

        PersonNameGroup? Group(int i) => i < groups.Length && groups[i].Length > 0 ? PersonNameGroup.Parse(groups[i]) : null;
    }

    public override string ToString() => string.Join('=', Alphabetic, Ideographic, Phonetic).TrimEnd('=');
}
