namespace Pirogov.ClinicalText;

public enum IdentifierKind
{
    Name,
    Snils,
    OmsPolicy,
    Passport,
    Phone,
    Email,
    Address,
    Date,

    /// <summary>A date or a year beside words for birth: it is none of the dates of an examination.</summary>
    BirthDate,

    /// <summary>Above ninety years.</summary>
    Age,

    /// <summary>Number of a medical record, a referral, an examination.</summary>
    Record,

    /// <summary>Something that the caller knew to be identifying.</summary>
    Known,
}

/// <summary>Where in a text something identifies a person; in UTF-16 units.</summary>
public readonly record struct FoundIdentifier(int Start, int Length, IdentifierKind Kind)
{
    public int End => Start + Length;
}
