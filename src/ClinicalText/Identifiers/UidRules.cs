namespace Pirogov.ClinicalText;

/// <summary>UIDs of DICOM objects (PS3.5 Annex B): they lead back to the hospital's own study. Shorter numbers with points are versions and sections.</summary>
internal static class UidRules
{
    private const int FewestParts = 6;
    private const int ShortestUid = 14;

    /// <returns>The index of the token after the UID; the same index when there is none.</returns>
    public static int Find(TokenizedText text, int token, List<FoundIdentifier> found)
    {
        if (!text.IsNumber(token, 1) || text.Value(token) > 2)
            return token;
        var (last, parts) = (token, 1);
        while (text.IsMark(last + 1, '.') && text.Touch(last, last + 1) && text.IsNumber(last + 2) && text.Touch(last + 1, last + 2))
            (last, parts) = (last + 2, parts + 1);
        var length = text.Tokens[last].End - text.Tokens[token].Start;
        // 2.25 and one long number: a UUID.
        if (length < ShortestUid || (parts < FewestParts && text.Tokens[last].Length < ShortestUid))
            return token;
        found.Add(new(text.Tokens[token].Start, length, IdentifierKind.Known));
        return last + 1;
    }
}
