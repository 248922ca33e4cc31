namespace Pirogov.ClinicalText;

/// <summary>Check digits of Russian personal numbers.</summary>
public static class CheckDigits
{
    /// <summary>
    /// СНИЛС: nine digits weighted 9 to 1; the sum modulo 101, with 100 as 00, is the last two digits. Numbers up to 001-001-998 were
    /// given out before there was a check.
    /// </summary>
    /// <param name="digits">Eleven digits.</param>
    public static bool IsSnils(ReadOnlySpan<char> digits)
    {
        if (digits.Length != 11 || !AreDigits(digits))
            return false;
        var sum = 0;
        for (var i = 0; i < 9; i++)
            sum += (digits[i] - '0') * (9 - i);
        return sum % 101 % 100 == (digits[9] - '0') * 10 + (digits[10] - '0');
    }

    /// <summary>Number of the unified policy of compulsory health insurance (ЕНП): sixteen digits, the last one modulo 10.</summary>
    /// <param name="digits">Sixteen digits.</param>
    public static bool IsOmsPolicy(ReadOnlySpan<char> digits)
    {
        if (digits.Length != 16 || !AreDigits(digits))
            return false;
        var sum = 0;
        for (var i = 0; i < 16; i++)
        {
            var digit = digits[15 - i] - '0';
            sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
        }

        return sum % 10 == 0;
    }

    private static bool AreDigits(ReadOnlySpan<char> digits)
    {
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return false;
        }

        return true;
    }
}
