using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pirogov.Archive.Intake;
using Pirogov.Dicom;
using Pirogov.Platform.Problems;

namespace Pirogov.Archive.Dicomweb;

/// <summary>
/// The Store Instances Response Module (PS3.18 Annex I). A stored instance is named by its new UID with the warning B000 (coercion of
/// data elements), and its Original Attributes Sequence holds the UID that was sent; a failed one is named as it was sent.
/// </summary>
internal sealed class StoreAnswer
{
    // PS3.4 Table B.2-1, PS3.7 Annex C and PS3.18 Table I.2-2.
    public const int ProcessingFailure = 0x0110;
    public const int DuplicateSopInstance = 0x0111;
    public const int UnsupportedSopClass = 0x0122;
    public const int OutOfResources = 0xA700;
    public const int OtherStudy = 0xA900;
    public const int CannotUnderstand = 0xC000;
    public const int UnsupportedTransferSyntax = 0xC122;
    private const int CoercionOfDataElements = 0xB000;

    private readonly List<DicomDataset> failed = [];
    private readonly List<DicomDataset> others = [];

    /// <summary>Class, UID as it came and UID as it is kept.</summary>
    public List<(string? Class, string? Original, string Uid)> Stored { get; } = [];

    public int FailedCount => failed.Count + others.Count;

    public bool IsEmpty => Stored.Count + FailedCount == 0;

    public int Status => FailedCount == 0 ? StatusCodes.Status200OK : Stored.Count > 0 ? StatusCodes.Status202Accepted : StatusCodes.Status409Conflict;

    public static int ReasonOf(ProblemDetails reason) => reason.Type?[(ProblemResponses.TypePrefix.Length + "archive.file.".Length)..] switch
    {
        FileRefused.NotDicom or FileRefused.CutShort or FileRefused.Unreadable or FileRefused.Empty or FileRefused.MissingUid or FileRefused.DeflateBomb => CannotUnderstand,
        FileRefused.TooLarge => OutOfResources,
        FileRefused.UnsupportedTransferSyntax => UnsupportedTransferSyntax,
        FileRefused.SameUidOtherContent => DuplicateSopInstance,
        "unsupported-sop-class" => UnsupportedSopClass,
        _ => ProcessingFailure,
    };

    public void Store(string? sopClass, string? original, string uid) => Stored.Add((sopClass, original, uid));

    /// <param name="code">The problem's stable code, which goes into Error Comment.</param>
    public void Fail(string? sopClass, string? sop, int reason, string code)
    {
        var item = new DicomDataset().Set(DicomTags.FailureReason, reason).Set(DicomTags.ErrorComment, code);
        // What is made of other letters is no UID, names nothing, and may be anything.
        if (!IsTold(sopClass) || !IsTold(sop))
        {
            others.Add(item);
            return;
        }

        failed.Add(item.Set(DicomTags.ReferencedSopClassUid, sopClass!).Set(DicomTags.ReferencedSopInstanceUid, sop!));
    }

    private static bool IsTold(string? uid) => uid is { Length: > 0 and <= 64 } && uid.All(c => char.IsAsciiDigit(c) || c == '.');

    /// <param name="places">Study and series of the stored instances.</param>
    /// <param name="root">Of the service.</param>
    public DicomDataset ToDataset(IReadOnlyDictionary<string, (string Study, string Series)> places, string root)
    {
        var answer = new DicomDataset().Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        var studies = places.Values.Select(p => p.Study).Distinct().ToArray();
        _ = studies is [var only] ? answer.Set(DicomTags.RetrieveURL, $"{root}/studies/{only}") : answer.SetEmpty(DicomTags.RetrieveURL);
        if (failed.Count > 0)
            answer.SetItems(DicomTags.FailedSopSequence, failed);
        if (Stored.Count > 0)
            answer.SetItems(DicomTags.ReferencedSopSequence, Stored.Select(s => Item(s.Class, s.Original, s.Uid, places, root)));
        return others.Count > 0 ? answer.SetItems(DicomTags.OtherFailuresSequence, others) : answer;
    }

    private static DicomDataset Item(string? sopClass, string? original, string uid, IReadOnlyDictionary<string, (string Study, string Series)> places, string root)
    {
        var item = new DicomDataset().Set(DicomTags.ReferencedSopClassUid, sopClass ?? "").Set(DicomTags.ReferencedSopInstanceUid, uid)
            .Set(DicomTags.WarningReason, CoercionOfDataElements);
        if (places.TryGetValue(uid, out var place))
            item.Set(DicomTags.RetrieveURL, $"{root}/studies/{place.Study}/series/{place.Series}/instances/{uid}");
        return original is null ? item : item.SetItems(DicomTags.OriginalAttributesSequence,
            new DicomDataset().SetItems(DicomTags.ModifiedAttributesSequence, new DicomDataset().Set(DicomTags.SopInstanceUid, original)));
    }
}
