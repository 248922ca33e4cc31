namespace Pirogov.Cli;

/// <summary>What was asked for cannot be done as it was asked; the message says why, in the user's language.</summary>
internal sealed class CannotFollow(string message) : Exception(message);
