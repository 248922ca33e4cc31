namespace Pirogov.Dicom;

/// <summary>What the JSON and the XML model share: both are text in UTF-8 around values of any VR.</summary>
internal static class ModelText
{
    /// <summary>A data set whose text is kept in UTF-8, whatever it will turn out to declare.</summary>
    public static DicomDataset NewDataset()
    {
        var dataset = new DicomDataset();
        dataset.AssumeCharacterSet(DicomCharacterSet.Utf8);
        return dataset;
    }

    /// <summary>Sets values from their texts; a declared character set has become UTF-8 (PS3.18 F.2.1.1), and says so.</summary>
    /// <exception cref="FormatException">A text is no number of the VR.</exception>
    public static void Set(DicomDataset dataset, DicomTag tag, DicomVr vr, string[] values)
    {
        if (tag == DicomTags.SpecificCharacterSet)
        {
            dataset.Set(tag, values.Length == 0 ? [] : ["ISO_IR 192"]);
            return;
        }

        if (vr.IsText() && !vr.UsesCharacterSet() && values.Any(v => !System.Text.Ascii.IsValid(v)))
        {
            // No character set governs codes and identifiers: what does not belong there is kept in the model's encoding.
            dataset.Set(tag, vr, System.Text.Encoding.UTF8.GetBytes(string.Join('\\', values)));
            return;
        }

        dataset.Set(tag, vr, vr.IsText() ? values : [.. values.Select(Understand)]);
    }

    /// <summary>Declares UTF-8 where text needs it and nothing declares it yet.</summary>
    public static DicomDataset Declare(DicomDataset dataset)
    {
        var open = new Stack<DicomDataset>([dataset]);
        while (open.TryPop(out var each))
        {
            foreach (var element in each)
            {
                if (element is DicomSequence sequence)
                {
                    foreach (var item in sequence.Items)
                    {
                        open.Push(item);
                    }
                }
                else if (element.Vr.UsesCharacterSet() && !System.Text.Ascii.IsValid(element.Bytes.Span))
                {
                    return dataset.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
                }
            }
        }

        return dataset;
    }

    /// <summary>Bytes of an attribute; encapsulated pixel data come as their items.</summary>
    public static DicomElement Binary(DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> bytes) =>
        tag.IsPixelData && vr == DicomVr.OB && DicomEncapsulatedPixelData.FromItems(tag, vr, bytes) is { } pixels ? pixels : new DicomElement(tag, vr, bytes);

    /// <summary>Not a number and the infinities, as the models spell them.</summary>
    public static string Spell(DicomVr vr, string value) => vr is not (DicomVr.FL or DicomVr.FD) ? value : value switch
    {
        "Infinity" => "inf",
        "-Infinity" => "-inf",
        _ => value,
    };

    private static string Understand(string value) => value.ToUpperInvariant() switch
    {
        "INF" or "+INF" => "Infinity",
        "-INF" => "-Infinity",
        "NAN" => "NaN",
        _ => value,
    };
}
