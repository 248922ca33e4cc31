using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pirogov.Imaging;
using Pirogov.Labelling.Readings;
using Pirogov.Labelling.Schemas;
using Pirogov.Platform;

namespace Pirogov.Labelling.Agreement;

/// <summary>
/// One document out of those that agree. Masks: for each class, the pixels that more than half of the agreeing readers drew, blind; of two that is
/// the intersection. Objects: those of the first source, whose numbers the others confirm. Answers are equal; free text is kept from all. The
/// choice is argued in docs/decisions.
/// </summary>
internal static class AutomaticConsensus
{
    public sealed record Result(LabelDocument Document, IReadOnlyList<NewMask> NewMasks);

    /// <param name="agreeing">At least two, in the order of their letters.</param>
    public static Result Build(SchemaContent schema, IReadOnlyList<OpenDocument> agreeing)
    {
        var (masks, added) = (new List<DocumentMask>(), new List<NewMask>());
        foreach (var @class in schema.Classes)
        {
            var drawn = agreeing.Select(d => d.Of(@class.Id)).SelectMany(d => d).GroupBy(d => d.Key);
            foreach (var place in drawn.Where(g => g.Count() * 2 > agreeing.Count))
            {
                var common = Majority([.. place.Select(p => p.Value.Pixels)], agreeing.Count);
                if (common.IsEmpty)
                    continue;
                var (mask, bytes) = Describe(place.First().Value.Mask, common);
                masks.Add(mask);
                added.Add(new(mask.Blob!, bytes));
            }
        }

        return new(agreeing[0].Document with { Masks = masks, Answers = Answers(schema, agreeing) }, added);
    }

    /// <param name="readers">Those who drew nothing here included.</param>
    private static RunLengthMask Majority(IReadOnlyList<RunLengthMask> drawn, int readers)
    {
        if (readers == 2)
            return drawn[0].Intersection(drawn[1]);
        var votes = new byte[drawn[0].Rows * drawn[0].Columns];
        foreach (var one in drawn)
        {
            var bits = one.ToBits();
            for (var i = 0; i < votes.Length; i++)
                votes[i] += bits[i] ? (byte)1 : (byte)0;
        }

        return RunLengthMask.FromBits([.. votes.Select(v => v * 2 > readers)], drawn[0].Rows, drawn[0].Columns);
    }

    private static (DocumentMask Mask, byte[] Bytes) Describe(DocumentMask like, RunLengthMask pixels)
    {
        var bytes = pixels.Encode();
        return (like with { PixelCount = pixels.PixelCount, Runs = null, Blob = Convert.ToHexStringLower(SHA256.HashData(bytes)) }, bytes);
    }

    private static Dictionary<string, DocumentAnswer> Answers(SchemaContent schema, IReadOnlyList<OpenDocument> agreeing)
    {
        var answers = agreeing[0].Document.Answers.ToDictionary(p => p.Key, p => p.Value);
        foreach (var question in schema.Questions.Where(q => q.Type == Question.FreeText))
        {
            var given = agreeing.Select(d => AnswerText.Of(d.Document, question)).ToArray();
            string[] texts = [.. given.Select(g => g.Value).OfType<string>().Distinct()];
            if (texts.Length > 0)
                answers[question.Id] = new(JsonSerializer.SerializeToElement(string.Join('\n', texts), PlatformJson.Options), given.Any(g => g.Uncertain));
        }

        return answers;
    }
}
