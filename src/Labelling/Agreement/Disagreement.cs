using System.ComponentModel.DataAnnotations;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Agreement;

internal enum DisagreementKind
{
    /// <summary>Not every reader has it.</summary>
    Missing,

    /// <summary>All have it, and its outlines, ends or places differ by more than the class allows.</summary>
    Shape,
    Attribute,
    Answer,
    Relation,
}

/// <summary>What one reading has to say to a disagreement.</summary>
/// <param name="Name">A, B, C …: never a person.</param>
/// <param name="Has">Whether the reading has the object, the mask's pixels, the relation or an answer.</param>
/// <param name="Objects">Ids in that reading's document: the object, or the ends of a relation; empty for masks and answers.</param>
/// <param name="Value">Of an answer or an attribute, in one spelling.</param>
/// <param name="Pixels">Of a mask, inside the disagreement's region.</param>
internal sealed record DisagreementSource(string Name, bool Has, IReadOnlyList<string> Objects, string? Value = null, long? Pixels = null);

/// <summary>Where to look.</summary>
/// <param name="LastFrame">Of an event or a track.</param>
/// <param name="Box">Left, top, right, bottom in pixels of the frame.</param>
/// <param name="Text">The name of the case's text in which <paramref name="Span"/> lies.</param>
/// <param name="FirstSeconds">Presentation timestamps of an event's or a track's stretch, where the readings tell them.</param>
internal sealed record DisagreementPlace(
    string? SopInstanceUid = null, int? Frame = null, int? LastFrame = null, IReadOnlyList<double>? Box = null, string? Text = null, TextSpan? Span = null,
    double? FirstSeconds = null, double? LastSeconds = null);

/// <summary>One thing about which the readings of a case differ, to be decided on its own.</summary>
/// <param name="Id">Stable for one comparison.</param>
/// <param name="Class">None for an answer and a relation.</param>
/// <param name="Question">The question, the attribute or the type of the relation.</param>
/// <param name="Object">The id that the object or the relation has, or will have, in the adjudicator's document; none for masks and answers.</param>
/// <param name="Geometry">"mask" or the object's type; none for answers and relations.</param>
/// <param name="Figure">How far they agree, by <paramref name="Measure"/>: the worst pair.</param>
/// <param name="Measure">"dice", a distance in "mm" or "px", or "votes": the share of readings that have it, or that gave the most frequent answer.</param>
/// <param name="Frames">Of a mask: on how many frames its region lies.</param>
internal sealed record Disagreement(
    Guid Id, DisagreementKind Kind, string? Class, string? Question, Guid? Object, string? Geometry, IReadOnlyList<DisagreementSource> Sources,
    DisagreementPlace? Place, double Figure, [property: AllowedValues("dice", "mm", "px", "votes")] string Measure, int Frames = 0)
{
    /// <summary>Whether it is about an object's attribute, whose object other decisions may take away.</summary>
    internal bool IsOfObject => Kind == DisagreementKind.Attribute;
}

/// <summary>Objects that are the same thing in the eyes of their readers: at most one of each source.</summary>
/// <param name="Id">That of the one object that becomes of them.</param>
/// <param name="Members">Object ids by source; null where a reader has none.</param>
internal sealed record ObjectGroup(Guid Id, string Class, IReadOnlyList<string?> Members);

/// <param name="From">Groups.</param>
/// <param name="Has">By source; null where the reader lacks an end, and so was not asked.</param>
internal sealed record RelationGroup(Guid Id, string Type, Guid From, Guid To, IReadOnlyList<bool?> Has);

/// <summary>How far the readers differ on one frame, over the masks of one class.</summary>
/// <param name="Drawn">Pixels that anybody drew.</param>
/// <param name="Disputed">Of these, pixels that not everybody drew.</param>
/// <param name="Entropy">Bits, summed over the pixels: of the vote "belongs to the class" (0 where all agree, 1 where half do).</param>
internal sealed record FrameDisagreement(string Class, string SopInstanceUid, int Frame, long Drawn, long Disputed, double Entropy);

/// <summary>What a comparison found, object by object: kept as a file, for it can be long.</summary>
/// <param name="Undisputed">How the document was made that holds what all agree about.</param>
internal sealed record ComparisonDetail(
    int Sources, IReadOnlyList<Disagreement> Disagreements, IReadOnlyList<ObjectGroup> Groups, IReadOnlyList<RelationGroup> Relations,
    IReadOnlyList<FrameDisagreement> Frames, ConsensusProvenance? Undisputed = null)
{
    public static string Letter(int source) => ((char)('A' + source)).ToString();
}

/// <summary>Pixels of one frame about which a mask's disagreement is.</summary>
/// <param name="Runs">Base64 of <see cref="Imaging.RunLengthMask"/>'s bytes.</param>
internal sealed record RegionFrame(string SopInstanceUid, int Frame, int Rows, int Columns, string Runs);
