using System.Text.Json.Nodes;
using Pirogov.Datasets.Dvc;
using Pirogov.Datasets.Versions;

namespace Pirogov.Datasets.Documents;

/// <summary>
/// <c>croissant.json</c>: the version in Croissant 1.0 (MLCommons), which loaders and dataset search engines read. The
/// images are file sets inside the two directories that DVC tracks.
/// </summary>
internal static class Croissant
{
    private const string Version = "http://mlcommons.org/croissant/1.0";

    public static string Write(Dataset dataset, DatasetVersion version, VersionTargets targets, Passport passport, string publicUrl,
        IReadOnlyList<DatasetFile> files, DirectoryOut train, DirectoryOut test, Func<string, string> sha256OfListing)
    {
        var (versionUrl, answers) = ($"{publicUrl}/api/v1/datasets/{dataset.Slug}/versions/{version.Number}/files", files.Single(f => f.Path == "train/answers.csv"));
        return Passport.Json(new JsonObject
        {
            ["@context"] = Context(),
            ["@type"] = "sc:Dataset",
            ["name"] = dataset.Slug,
            ["alternateName"] = new JsonArray(dataset.NameRu, dataset.NameEn),
            ["description"] = dataset.DescriptionEn,
            ["conformsTo"] = Version,
            ["citeAs"] = passport.CiteAs,
            ["datePublished"] = Manifest.Time(version.FrozenAt)[..10],
            ["license"] = dataset.Licence,
            ["url"] = $"{publicUrl}/datasets/{dataset.Slug}",
            ["version"] = $"{version.Number}.0.0",
            ["isLiveDataset"] = false,
            ["distribution"] = new JsonArray(
                Listing("train", dataset.Slug, publicUrl, train, sha256OfListing(train.Md5)),
                Listing("test", dataset.Slug, publicUrl, test, sha256OfListing(test.Md5)),
                FileObject("train-answers", "text/csv", $"{versionUrl}/{answers.Path}", answers.Size, answers.Sha256),
                FileSet("train-images", "train", "*/image.nii.gz", "application/gzip"),
                FileSet("train-labels", "train", "*/labels.nii.gz", "application/gzip"),
                FileSet("train-dicom", "train", "*/dicom/*/*.dcm", "application/dicom"),
                FileSet("test-images", "test", "*/image.nii.gz", "application/gzip"),
                FileSet("test-dicom", "test", "*/dicom/*/*.dcm", "application/dicom")),
            ["recordSet"] = new JsonArray(Answers(targets)),
        });
    }

    private static JsonObject Listing(string id, string slug, string publicUrl, DirectoryOut directory, string sha256) =>
        FileObject(id, "application/json", $"{publicUrl}/dvc/{slug}/{Platform.Store.BlobKeys.Of(directory.Md5)}", null, sha256);

    private static JsonObject FileObject(string id, string encoding, string url, long? size, string sha256)
    {
        var found = new JsonObject { ["@type"] = "cr:FileObject", ["@id"] = id, ["name"] = id, ["contentUrl"] = url, ["encodingFormat"] = encoding, ["sha256"] = sha256 };
        if (size is not null)
            found["contentSize"] = $"{size} B";
        return found;
    }

    private static JsonObject FileSet(string id, string container, string includes, string encoding) => new()
    {
        ["@type"] = "cr:FileSet",
        ["@id"] = id,
        ["name"] = id,
        ["containedIn"] = new JsonObject { ["@id"] = container },
        ["encodingFormat"] = encoding,
        ["includes"] = includes,
    };

    private static JsonObject Answers(VersionTargets targets)
    {
        string Describe(string column) => targets.Questions.FirstOrDefault(q => q.Id == column)?.Text.En ?? column switch
        {
            "case" => "Folder of the case below train/.",
            "patient" => "Number of the patient inside this dataset.",
            "sex" => "Patient's Sex (0010,0040).",
            _ => "Patient's Age (0010,1010).",
        };
        return new JsonObject
        {
            ["@type"] = "cr:RecordSet",
            ["@id"] = "answers",
            ["name"] = "answers",
            ["description"] = "One record a train case: the validated answers.",
            ["key"] = new JsonObject { ["@id"] = "answers/case" },
            ["field"] = new JsonArray([.. AnswersTable.Columns(targets.Questions).Select((column, n) => (JsonNode)new JsonObject
            {
                ["@type"] = "cr:Field",
                // An id may hold no white space; a question's id may.
                ["@id"] = "answers/" + (n < 4 ? column : $"question-{n - 3}"),
                ["name"] = column,
                ["description"] = Describe(column),
                ["dataType"] = targets.Questions.FirstOrDefault(q => q.Id == column)?.Type == "number" ? "sc:Float" : "sc:Text",
                ["source"] = new JsonObject
                {
                    ["fileObject"] = new JsonObject { ["@id"] = "train-answers" },
                    ["extract"] = new JsonObject { ["column"] = column },
                },
            })]),
        };
    }

    /// <summary>The context that Croissant 1.0 prescribes.</summary>
    private static JsonObject Context()
    {
        var context = new JsonObject { ["@language"] = "en", ["@vocab"] = "https://schema.org/", ["sc"] = "https://schema.org/", ["cr"] = "http://mlcommons.org/croissant/", ["rai"] = "http://mlcommons.org/croissant/RAI/", ["dct"] = "http://purl.org/dc/terms/" };
        string[] own =
        [
            "citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5",
            "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "separator", "source", "subField", "transform",
        ];
        foreach (var term in own)
            context[term] = "cr:" + term;
        context["conformsTo"] = "dct:conformsTo";
        context["dataType"] = new JsonObject { ["@id"] = "cr:dataType", ["@type"] = "@vocab" };
        foreach (var term in new[] { "data", "examples" })
            context[term] = new JsonObject { ["@id"] = "cr:" + term, ["@type"] = "@json" };
        return context;
    }
}
