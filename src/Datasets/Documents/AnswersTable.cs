using System.Text;
using Pirogov.Datasets.Versions;
using Pirogov.Labelling.Contracts;

namespace Pirogov.Datasets.Documents;

/// <summary><c>answers.csv</c> of one split (RFC 4180 with line feeds, UTF-8): a row a case; an unanswered question is empty.</summary>
internal static class AnswersTable
{
    public static string[] Columns(IReadOnlyList<ReleasedQuestion> questions) => ["case", "patient", "sex", "age", .. questions.Select(q => q.Id)];

    public static byte[] Write(IReadOnlyList<ReleasedQuestion> questions, IEnumerable<DatasetCase> cases)
    {
        var text = new StringBuilder();
        Row(text, Columns(questions));
        foreach (var one in cases.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var (answers, facts) = (one.ReadAnswers(), one.ReadFacts());
            Row(text, [one.Name, one.Patient, facts.Sex ?? "", facts.Age ?? "", .. questions.Select(q => answers.GetValueOrDefault(q.Id) ?? "")]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Quote)).Append('\n');

    private static string Quote(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : "\"" + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
