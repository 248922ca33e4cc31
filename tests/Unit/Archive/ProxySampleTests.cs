using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Pirogov.Archive.Dicomweb;
using Pirogov.Unit.Architecture;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed partial class ProxySampleTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void The_sample_of_a_proxy_lets_through_what_the_doors_take(string language)
    {
        var largest = (long)typeof(StoreInstances).GetField("LargestBody", BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        var sample = Size().Match(File.ReadAllText(Path.Combine(House.Root, "docs", "guides", language, "operations.md")));
        Assert.True(long.Parse(sample.Groups[1].Value, CultureInfo.InvariantCulture) << (sample.Groups[2].Value == "g" ? 30 : 20) >= largest);
    }

    [GeneratedRegex(@"client_max_body_size (\d+)([mg]);")]
    private static partial Regex Size();
}
