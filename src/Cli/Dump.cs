using System.CommandLine;
using System.Text;
using Pirogov.Dicom;

namespace Pirogov.Cli;

/// <summary>
/// Prints what stands in a DICOM file, as a tree or in the JSON or native XML model. It prints names and numbers of patients
/// too: it is run by whoever holds the file.
/// </summary>
internal static class Dump
{
    private const int LongestValue = 80;

    public static Command Command()
    {
        var path = new Argument<FileInfo>("file") { Description = Words.Of["cli.dump.file"] };
        var json = new Option<bool>("--json") { Description = Words.Of["cli.dump.json"] };
        var xml = new Option<bool>("--xml") { Description = Words.Of["cli.dump.xml"] };
        var command = new Command("dump", Words.Of["cli.dump"]) { path, json, xml };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                // The models leave large values out, as the tree cuts them short.
                var file = DicomReader.ReadFile(parsed.GetRequiredValue(path).FullName);
                var text = parsed.GetValue(json) ? DicomJson.ToText(file.Dataset) : parsed.GetValue(xml) ? DicomXml.ToText(file.Dataset) : Tree(file);
                await Console.Out.WriteLineAsync(text.AsMemory(), cancellation);
                return ExitCode.Done;
            }
            catch (DicomFormatException fault)
            {
                await Console.Error.WriteLineAsync(Words.Of["cli.dump.unreadable", new { code = fault.Code, offset = fault.Offset }]);
                return ExitCode.No;
            }
            catch (IOException problem)
            {
                await Console.Error.WriteLineAsync(problem.Message);
                return ExitCode.Refused;
            }
        });
        return command;
    }

    internal static string Tree(DicomFile file)
    {
        var text = new StringBuilder();
        Append(text, file.Meta, 0);
        text.Append("# ").AppendLine(DicomUids.NameOf(file.TransferSyntax.Uid));
        Append(text, file.Dataset, 0);
        foreach (var warning in file.Warnings)
        {
            text.Append("! ").Append(warning.Code).Append(' ').Append(warning.Tag).Append(" @").Append(warning.Offset);
            text.AppendLine(warning.Detail is null ? "" : " " + warning.Detail);
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>"(gggg,eeee) VR length Name = value", two spaces deeper in each item.</summary>
    private static void Append(StringBuilder text, DicomDataset dataset, int depth)
    {
        foreach (var element in dataset)
        {
            text.Append(' ', depth * 2).Append(element.Tag).Append(' ').Append(element.Vr).Append(' ');
            switch (element)
            {
                case DicomSequence sequence:
                    text.Append(sequence.Items.Count).Append(' ').AppendLine(NameOf(dataset, element.Tag));
                    for (var i = 0; i < sequence.Items.Count; i++)
                    {
                        text.Append(' ', depth * 2 + 2).Append('#').Append(i + 1).AppendLine();
                        Append(text, sequence.Items[i], depth + 2);
                    }

                    break;
                case DicomEncapsulatedPixelData pixels:
                    text.Append(pixels.Fragments.Sum(f => (long)f.Length)).Append(' ').Append(NameOf(dataset, element.Tag)).Append(" = ")
                        .Append(pixels.Fragments.Count).AppendLine(" fragments");
                    break;
                default:
                    text.Append(element.Bytes.Length).Append(' ').Append(NameOf(dataset, element.Tag)).Append(" = ").AppendLine(Value(dataset, element));
                    break;
            }
        }
    }

    private static string NameOf(DicomDataset dataset, DicomTag tag) => DicomDictionary.Find(tag)?.Keyword
        ?? (tag.IsPrivateCreator ? "PrivateCreator" : tag.IsGroupLength ? "GroupLength" : DicomPrivateDictionary.Find(dataset.PrivateCreatorOf(tag), tag)?.Name ?? "?");

    private static string Value(DicomDataset dataset, DicomElement element)
    {
        var value = element.Vr.IsBinary() ? Convert.ToHexString(element.Bytes.Span[..Math.Min(element.Bytes.Length, LongestValue / 2)])
            : string.Join('\\', dataset.GetStrings(element.Tag));
        // Control characters would steer the terminal.
        var shown = new string([.. value.Select(c => char.IsControl(c) ? '·' : c)]);
        var name = element.Vr == DicomVr.UI && DicomUids.Find(shown) is { } uid ? $" ({uid.Name})" : "";
        return (shown.Length > LongestValue || (element.Vr.IsBinary() && element.Bytes.Length > LongestValue / 2) ? shown[..Math.Min(shown.Length, LongestValue)] + "…" : shown) + name;
    }
}
