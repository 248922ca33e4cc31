using Microsoft.Extensions.Configuration;
using Pirogov.Archive.Dimse;
using Xunit;

namespace Pirogov.Unit.Archive;

public sealed class DimseOptionsTests
{
    [Fact]
    public void The_door_is_shut_and_nobody_is_let_in_until_somebody_configures_it()
    {
        var options = DimseOptions.From(new ConfigurationBuilder().Build());
        Assert.False(options.IsOn);
        Assert.Empty(options.Peers);
    }
}
