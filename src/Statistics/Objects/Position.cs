namespace Pirogov.Statistics;

/// <summary>A place in millimetres; flat images have no z.</summary>
public readonly record struct Position(double X, double Y, double Z = 0)
{
    /// <summary>Euclidean, mm.</summary>
    /// <param name="other">Any place.</param>
    public double DistanceTo(Position other) => Math.Sqrt(Square(X - other.X) + Square(Y - other.Y) + Square(Z - other.Z));

    internal void Check(string parameter)
    {
        if (!double.IsFinite(X + Y + Z)) throw new ArgumentException($"{this} is no place.", parameter);
    }

    private static double Square(double value) => value * value;
}
