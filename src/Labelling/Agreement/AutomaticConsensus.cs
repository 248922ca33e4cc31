using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pirogov.Imaging;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// One document out of two that agree. Masks: their intersection for each class, which is the strict majority of two
/// readers: every voxel of it was drawn by both, blind. Objects: those of source A, whose numbers B confirms. Answers
/// are equal; free text is kept from both. The choice is argued in docs/decisions.
/// </summary>
internal static class AutomaticConsensus
{
    public sealed record Result(LabelDocument Document, IReadOnlyList<NewMask> NewMasks);

    public static Result Build(SchemaContent schema, OpenDocument a, OpenDocument b)
    {
        var (masks, added) = (new List<DocumentMask>(), new List<NewMask>());
        foreach (var @class in schema.Classes)
        {
            var other = b.Of(@class.Id);
            foreach (var (place, mine) in a.Of(@class.Id))
            {
                if (!other.TryGetValue(place, out var theirs))
                    continue;
                var common = mine.Pixels.Intersection(theirs.Pixels);
                if (common.IsEmpty)
                    continue;
                var (mask, bytes) = Describe(mine.Mask, common);
                masks.Add(mask);
                added.Add(new(mask.Blob!, bytes));
            }
        }

        return new(a.Document with { Masks = masks, Answers = Answers(schema, a.Document, b.Document) }, added);
    }

    private static (DocumentMask Mask, byte[] Bytes) Describe(DocumentMask like, RunLengthMask pixels)
    {
        var bytes = pixels.Encode();
        return (like with { PixelCount = pixels.PixelCount, Runs = null, Blob = Convert.ToHexStringLower(SHA256.HashData(bytes)) }, bytes);
    }

    private static Dictionary<string, DocumentAnswer> Answers(SchemaContent schema, LabelDocument a, LabelDocument b)
    {
        var answers = a.Answers.ToDictionary(p => p.Key, p => p.Value);
        foreach (var question in schema.Questions.Where(q => q.Type == Question.FreeText))
        {
            var (first, second) = (AnswerText.Of(a, question), AnswerText.Of(b, question));
            if (second.Value is null || second.Value == first.Value)
                continue;
            var text = new StringBuilder(first.Value).Append(first.Value is null ? "" : "\n").Append(second.Value).ToString();
            answers[question.Id] = new(JsonSerializer.SerializeToElement(text, PlatformJson.Options), first.Uncertain || second.Uncertain);
        }

        return answers;
    }
}
