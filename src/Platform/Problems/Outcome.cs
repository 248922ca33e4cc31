using System.Diagnostics.CodeAnalysis;

namespace Pirogov.Platform.Problems;

/// <summary>A value or the reason why not.</summary>
public readonly struct Outcome<T>
{
    private readonly T? value;

    private Outcome(T? value, Refusal? refusal) => (this.value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    public T Value => Refusal is null ? value! : throw new InvalidOperationException($"Refused: {Refusal.Code}");

    public bool IsRefused([NotNullWhen(true)] out Refusal? refusal) => (refusal = Refusal) is not null;

    /// <param name="given">The value, or the type's default when it was refused.</param>
    public bool IsRefused([NotNullWhen(true)] out Refusal? refusal, [MaybeNull] out T given)
    {
        given = value;
        return (refusal = Refusal) is not null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    public static Outcome<T> Of(T value) => new(value, null);

    public static Outcome<T> No(Refusal refusal) => new(default, refusal);
}

/// <summary>What a use case gives that has nothing to give.</summary>
public readonly record struct Done
{
    public static readonly Done Value;
}
