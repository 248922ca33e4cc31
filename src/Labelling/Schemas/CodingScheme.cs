using System.Text.RegularExpressions;

namespace Pirogov.Labelling.Schemas;

/// <summary>
/// Whether a code can be one of its scheme: form and check digit, not whether the scheme has it. Designators are those of PS3.16 table 8-1;
/// of a scheme that is not listed, a code keeps to Code Value's sixteen characters (0008,0100).
/// </summary>
internal static partial class CodingScheme
{
    public const string Snomed = "SCT";
    public const string Icd10 = "I10";
    public const string IcdO3 = "ICDO3";
    public const string RadLex = "RADLEX";

    /// <summary>SH, the value representation of Coding Scheme Designator and Code Value.</summary>
    public const int DesignatorLimit = 16;
    public const int MeaningLimit = 64;
    private const int CodeValueLimit = 16;

    public static bool Fits(LabelCode code) =>
        IsText(code.Scheme, DesignatorLimit) && IsText(code.Meaning, MeaningLimit) && code.Value is { } value && code.Scheme switch
        {
            Snomed => IsSnomedConcept(value),
            Icd10 => Icd10Pattern().IsMatch(value),
            IcdO3 => IcdO3Pattern().IsMatch(value),
            RadLex => RadLexPattern().IsMatch(value),
            _ => IsText(value, CodeValueLimit),
        };

    /// <summary>
    /// SNOMED CT identifiers have 6 to 18 digits, no leading zero, a partition ("00" or, in an extension, "10" for a concept) before the last
    /// digit, and the check digit of Verhoeff's scheme (SNOMED CT Release File Specification, 5.5 and 5.6).
    /// </summary>
    internal static bool IsSnomedConcept(string code) =>
        SnomedPattern().IsMatch(code) && code.AsSpan(code.Length - 3, 2) is "00" or "10" && VerhoeffHolds(code);

    /// <summary>Verhoeff (1969): permutation 1576283094 applied once more at each place, summed in the dihedral group D5.</summary>
    private static bool VerhoeffHolds(string digits)
    {
        var check = 0;
        for (var place = 0; place < digits.Length; place++)
            check = Multiply(check, Permute(digits[^(place + 1)] - '0', place % 8));
        return check == 0;
    }

    /// <summary>D5 with the rotations as 0 to 4 and the reflections as 5 to 9.</summary>
    private static int Multiply(int a, int b) => (a < 5, b < 5) switch
    {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        _ => (a - b + 5) % 5,
    };

    private static int Permute(int digit, int times)
    {
        for (; times > 0; times--)
            digit = "1576283094"[digit] - '0';
        return digit;
    }

    private static bool IsText(string? text, int limit) => !string.IsNullOrWhiteSpace(text) && text.Length <= limit && !text.Contains('\\') && !text.Any(char.IsControl);

    [GeneratedRegex(@"^[1-9][0-9]{5,17}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SnomedPattern();

    /// <summary>A category, a subcategory, and the fifth character that the Russian edition uses in some chapters.</summary>
    [GeneratedRegex(@"^[A-Z][0-9]{2}(\.[0-9]{1,2})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Icd10Pattern();

    /// <summary>Morphology with its behaviour, or topography.</summary>
    [GeneratedRegex(@"^([0-9]{4}/[0-9]|C[0-9]{2}(\.[0-9])?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex IcdO3Pattern();

    [GeneratedRegex(@"^RID[0-9]{1,6}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RadLexPattern();
}
