using Pirogov.Platform.Store;
using Xunit;

namespace Pirogov.Unit.Platform;

public sealed class DiskFullTests
{
    [SkippableFact]
    public void What_the_system_says_of_a_full_disk_is_known_as_such_and_what_it_says_of_others_is_not()
    {
        Skip.IfNot(File.Exists("/dev/full"), "/dev/full is not here.");
        var full = Assert.ThrowsAny<IOException>(() =>
        {
            using var device = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            device.Write([1]);
        });
        Assert.True(full.IsDiskFull());
        Assert.True(new IOException("An object could not be written.", full).IsDiskFull());
        Assert.False(Assert.ThrowsAny<IOException>(() => File.OpenRead("/nowhere/at/all")).IsDiskFull());
        Assert.False(new InvalidDataException("28").IsDiskFull());
    }
}
