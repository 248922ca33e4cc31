using Pirogov.Dicom;

namespace Pirogov.Deidentification;

/// <summary>Numbers, dates and times that are none may be anything: a name typed into the wrong field.</summary>
public static class PlausibleValues
{
    /// <returns>True of every VR whose values may be words.</returns>
    public static bool Holds(DicomElement element)
    {
        var characters = element.Vr switch
        {
            DicomVr.DS or DicomVr.IS => "0123456789+-.eE",
            DicomVr.DA or DicomVr.TM or DicomVr.DT => "0123456789+-.:",
            DicomVr.AS => "0123456789DWMY",
            _ => null,
        };
        if (characters is null)
        {
            return true;
        }

        foreach (var b in element.Bytes.Span)
        {
            if (b is not ((byte)' ' or 0 or (byte)'\\') && !characters.Contains((char)b))
            {
                return false;
            }
        }

        return true;
    }
}
