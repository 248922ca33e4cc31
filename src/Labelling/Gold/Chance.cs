namespace Pirogov.Labelling.Gold;

/// <summary>A number from 0 up to <paramref name="below"/>, all equally likely and not to be foretold.</summary>
internal delegate int Chance(int below);
