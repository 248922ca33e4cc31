namespace Pirogov.Labelling.Pages;

/// <summary>A week's mean and its interval.</summary>
internal sealed record TrendPoint(DateOnly Week, double Mean, double? Lower, double? Upper, int Cases);
