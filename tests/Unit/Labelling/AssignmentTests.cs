using System.Text;
using Pirogov.Labelling.Effort;
using Pirogov.Labelling.Experts;
using Pirogov.Labelling.Projects;
using Pirogov.Labelling.Readings;
using Xunit;

namespace Pirogov.Unit.Labelling;

public sealed class AssignmentTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 30, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0-10", "", "0-10")]
    [InlineData("0-10", "0-10", "")]
    [InlineData("0-10", "3-5", "0-3 5-10")]
    [InlineData("0-10", "3-5 4-7 9-20", "0-3 7-9")]
    [InlineData("5-10", "0-7", "7-10")]
    [InlineData("5-10", "0-5 10-12", "5-10")]
    [InlineData("5-10", "8-8", "5-10")]
    public void What_was_counted_before_is_not_counted_again(string claimed, string known, string fresh) =>
        Assert.Equal(Stretches(fresh), Stretches(claimed).Single().Without(Stretches(known)));

    [Fact]
    public void A_price_of_a_level_comes_before_the_price_for_all()
    {
        var terms = new AssignmentTerms(Prices: [new(ReadingMode.Read, null, 100), new(ReadingMode.Read, QualificationLevel.Senior, 500)]);
        Assert.Equal(500, terms.PriceOf(ReadingMode.Read, QualificationLevel.Senior));
        Assert.Equal(100, terms.PriceOf(ReadingMode.Read, QualificationLevel.Resident));
        Assert.Equal(100, terms.PriceOf(ReadingMode.Read, null));
        Assert.Null(terms.PriceOf(ReadingMode.Validate, null));
    }

    [Fact]
    public void A_level_holds_from_its_moment_on()
    {
        var person = Guid.CreateVersion7();
        QualificationPeriod[] periods = [new(person, QualificationLevel.Senior, Start.AddDays(10)), new(person, QualificationLevel.Resident, Start)];
        Assert.Null(QualificationPeriod.At(periods, Start.AddSeconds(-1)));
        Assert.Equal(QualificationLevel.Resident, QualificationPeriod.At(periods, Start.AddDays(10).AddSeconds(-1)));
        Assert.Equal(QualificationLevel.Senior, QualificationPeriod.At(periods, Start.AddDays(10)));
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+7 900", "'+7 900")]
    [InlineData("-2", "'-2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("Иванова, А. П.", "\"Иванова, А. П.\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("обычный текст", "обычный текст")]
    public void No_text_of_a_csv_becomes_a_formula(string text, string cell)
    {
        var written = Encoding.UTF8.GetString(Csv.Write(["x"], [[text], [-5m]]));
        Assert.Equal($"\uFEFFx\r\n{cell}\r\n-5\r\n", written);
    }

    [Fact]
    public void Cases_are_shared_out_to_those_who_may_read_them()
    {
        Guid[] people = [.. Enumerable.Range(0, 4).Select(_ => Guid.CreateVersion7())];
        var assigned = ReaderAssignment.Balance([2, 3, 2, 4], people, (place, reader) => place != 3 || reader != people[0]);
        Assert.Equal([2, 3, 2, 3], assigned.Select(a => a.Length));
        Assert.DoesNotContain(people[0], assigned[3]);
        Assert.All(assigned, a => Assert.Equal(a.Length, a.Distinct().Count()));
    }

    [Fact]
    public void A_qualification_says_what_is_missing_first()
    {
        var required = new RequiredQualification([Specialty.Radiology], 5, "груд", QualificationLevel.Senior, 0.8);
        var profile = new ExpertProfile(Guid.CreateVersion7());
        Assert.Equal("specialty", required.Lacks(null, null, Start)?.Reason);
        Assert.Null(profile.Qualify(Specialty.Radiology, "Грудная полость", 2024, QualificationLevel.Specialist, [], Start));
        Assert.Equal("years", required.Lacks(profile, null, Start)?.Reason);
        Assert.Null(profile.Qualify(Specialty.Radiology, "Грудная полость", 2010, QualificationLevel.Leading, [], Start));
        Assert.Equal("exam", required.Lacks(profile, 0.7, Start)?.Reason);
        Assert.Null(required.Lacks(profile, 0.8, Start));
    }

    private static Stretch[] Stretches(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('-'))
        .Select(s => new Stretch(Start.AddSeconds(int.Parse(s[0], System.Globalization.CultureInfo.InvariantCulture)), Start.AddSeconds(int.Parse(s[1], System.Globalization.CultureInfo.InvariantCulture))))];
}
