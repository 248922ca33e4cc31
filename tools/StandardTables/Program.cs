using Pirogov.StandardTables;

// Regenerates the committed tables of the DICOM standard:
//   dotnet run --project tools/StandardTables -- <standards folder> <repository root>
// The folder holds the published extracts named in the header of each generated file.
if (args.Length != 2)
{
    Console.Error.WriteLine("usage: StandardTables <standards folder> <repository root>");
    return 2;
}

var (standards, root) = (args[0], args[1]);
var elements = DictionarySource.ReadElements(Path.Combine(standards, "dicom-pydicom", "data_dictionary.json"));
var uids = DictionarySource.ReadUids(Path.Combine(standards, "dicom-pydicom", "uids.json"));
var dictionary = Path.Combine(root, "src", "Dicom", "Dictionary");

File.WriteAllText(Path.Combine(dictionary, "DicomDictionary.generated.cs"), DictionaryTables.Dictionary(elements));
File.WriteAllText(Path.Combine(dictionary, "DicomTags.generated.cs"), DictionaryTables.Tags(elements));
File.WriteAllText(Path.Combine(dictionary, "DicomUids.generated.cs"), DictionaryTables.Uids(uids));
File.WriteAllText(
    Path.Combine(root, "src", "Archive", "Deidentification", "basic-profile.json"),
    ConfidentialityProfile.Generate(
        Path.Combine(standards, "dicom-innolitics", "confidentiality_profile_attributes.json")));
return 0;
