using Pirogov.Archive.Cases;
using Xunit;

namespace Pirogov.Unit.Archive;

public class PatientAgeTests
{
    [Theory]
    [InlineData("072Y", 72)]
    [InlineData("000Y", 0)]
    [InlineData("45Y", 45)]
    [InlineData(" 018M ", 1)]
    [InlineData("011M", 0)]
    [InlineData("012M", 1)]
    [InlineData("104W", 1)]
    [InlineData("105W", 2)]
    [InlineData("365D", 0)]
    [InlineData("366D", 1)]
    [InlineData("090y", 90)]
    public void An_age_is_read_in_completed_years_whatever_its_unit(string text, int years) => Assert.Equal(years, Moment.Years(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Y")]
    [InlineData("072")]
    [InlineData("0072Y")]
    [InlineData("-72Y")]
    [InlineData("7.5Y")]
    [InlineData("072X")]
    [InlineData("ANON")]
    public void What_is_no_age_is_no_number(string? text) => Assert.Null(Moment.Years(text));
}
