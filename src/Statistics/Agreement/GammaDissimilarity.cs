namespace Pirogov.Statistics;

/// <summary>How far two spans are apart (Mathet, Widlöcher &amp; Métivier 2015, section 4): α·positional + β·categorical, with a span left alone at 1.</summary>
/// <param name="Positional">α.</param>
/// <param name="Categorical">β.</param>
/// <param name="Categories">Categories × categories, symmetric, 0 on the diagonal, none negative; null: 1 between any two.</param>
public sealed record GammaDissimilarity(double Positional = 1, double Categorical = 1, double[,]? Categories = null)
{
    /// <summary>((|Δstart| + |Δend|) / (both lengths))² (eq. 2): 1 where one span ends as the other, equally long, begins.</summary>
    /// <param name="first">A span of the one annotator.</param>
    /// <param name="second">A span of the other.</param>
    public static double OfPositions(LabelledSpan first, LabelledSpan second)
    {
        var distance = (Math.Abs(first.Start - second.Start) + Math.Abs(first.End - second.End)) / (first.Length + second.Length);
        return distance * distance;
    }

    /// <summary>The declared distance of the spans' categories; undeclared, 0 for equal ones and 1 for others.</summary>
    /// <param name="first">A span of the one annotator.</param>
    /// <param name="second">A span of the other.</param>
    public double OfCategories(LabelledSpan first, LabelledSpan second) =>
        Categories is null ? first.Category == second.Category ? 0 : 1 : Categories[first.Category, second.Category];

    /// <summary>Both parts, weighted.</summary>
    /// <param name="first">A span of the one annotator.</param>
    /// <param name="second">A span of the other.</param>
    public double Of(LabelledSpan first, LabelledSpan second) => Positional * OfPositions(first, second) + Categorical * OfCategories(first, second);

    internal void Check(IReadOnlyList<IReadOnlyList<LabelledSpan>> annotators)
    {
        if (!(Positional >= 0 && Categorical >= 0 && Positional + Categorical > 0 && double.IsFinite(Positional + Categorical)))
            throw new ArgumentException($"The weights of position and category are {Positional} and {Categorical}; neither may be negative, nor both 0.", nameof(annotators));
        if (Categories is null) return;
        var k = Categories.GetLength(0);
        if (Categories.GetLength(1) != k) throw new ArgumentException("Distances of categories are a square.", nameof(annotators));
        for (var i = 0; i < k; i++)
            for (var j = 0; j < k; j++)
                if (!(Categories[i, j] >= 0) || !double.IsFinite(Categories[i, j]) || Categories[i, j] != Categories[j, i] || (i == j && Categories[i, j] != 0))
                    throw new ArgumentException($"The distance of categories {i} and {j} breaks the rule: symmetric, 0 on the diagonal, not negative.", nameof(annotators));
        if (annotators.Any(spans => spans.Any(span => span.Category >= k)))
            throw new ArgumentException($"A span has a category beyond the {k} with declared distances.", nameof(annotators));
    }
}
