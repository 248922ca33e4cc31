using System.Text.Json.Nodes;
using Pirogov.Datasets.Versions;
using Pirogov.Labelling.Contracts;

namespace Pirogov.Datasets.Documents;

/// <summary><c>labels.json</c>: what the values of a label volume and the columns of the answers mean.</summary>
internal static class LabelsDocument
{
    public static string Write(VersionTargets targets) => Passport.Json(new JsonObject
    {
        ["background"] = 0,
        ["classes"] = new JsonArray([.. targets.Classes.Select((c, k) => (JsonNode)new JsonObject
        {
            ["value"] = k + 1,
            ["id"] = c.Id,
            ["name"] = Both(c.Name),
            ["color"] = c.Color,
        })]),
        ["overlap"] = "Where classes overlap, the one with the higher value lies on top; then labels-class-<value>.nii.gz holds each class whole (1 inside, 0 outside).",
        ["questions"] = new JsonArray([.. targets.Questions.Select(q => (JsonNode)new JsonObject
        {
            ["id"] = q.Id,
            ["text"] = Both(q.Text),
            ["type"] = q.Type,
            ["options"] = new JsonArray([.. q.Options.Select(o => (JsonNode)o.Id)]),
        })]),
    });

    private static JsonObject Both(Bilingual text) => new() { ["ru"] = text.Ru, ["en"] = text.En };
}
