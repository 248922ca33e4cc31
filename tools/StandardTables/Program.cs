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
var privates = DictionarySource.ReadPrivate(Path.Combine(standards, "dicom-pydicom", "private_dictionary.json"));
var dictionary = Path.Combine(root, "src", "Dicom", "Dictionary");

File.WriteAllText(Path.Combine(dictionary, "DicomDictionary.generated.cs"), DictionaryTables.Dictionary(elements));
File.WriteAllText(Path.Combine(dictionary, "DicomTags.generated.cs"), DictionaryTables.Tags(elements));
File.WriteAllText(Path.Combine(dictionary, "DicomUids.generated.cs"), DictionaryTables.Uids(uids));
File.WriteAllText(Path.Combine(dictionary, "DicomPrivateDictionary.generated.cs"), DictionaryTables.PrivateDictionary(privates));
var deidentification = Path.Combine(root, "src", "Deidentification");
File.WriteAllText(Path.Combine(deidentification, "confidentiality-profile.json"), ConfidentialityProfile.Generate(
    Path.Combine(standards, "dicom-innolitics", "confidentiality_profile_attributes.json"),
    Path.Combine(standards, "dicom-pydicom", "context_groups.json"),
    Path.Combine(standards, "dicom-pydicom", "private_dictionary.json")));
File.WriteAllText(Path.Combine(deidentification, "attribute-types.json"), AttributeTypes.Generate(standards));
File.WriteAllText(Path.Combine(deidentification, "burned-in-filters.json"), BurnedInRecipes.Generate(Path.Combine(standards, "deid-recipes", "deid.dicom")));
File.WriteAllBytes(Path.Combine(root, "src", "Labelling", "Schemas", "codes.tsv.br"), CodingTables.Generate(standards));
return 0;
