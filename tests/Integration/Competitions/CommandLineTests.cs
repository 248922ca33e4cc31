using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;

namespace Pirogov.Integration.Competitions;

public sealed class CompetitionsBehindSocket : CompetitionWorld
{
    public CompetitionsBehindSocket() : base(Engine.Sqlite) => UseKestrel(0);
}

/// <summary>The command line as a script runs it: a process of its own, its words and its exit code.</summary>
public sealed class CommandLineTests(CompetitionsBehindSocket world) : IClassFixture<CompetitionsBehindSocket>
{
    [Fact]
    public async Task A_rejected_submission_is_told_with_every_reason_and_ends_with_1()
    {
        var id = await world.Opened();
        await world.LeadOf(id, "Zoya");
        var (code, _, told) = await Run("Zoya", "submit", id, Save("bad.zip", CompetitionWorld.Zip([("../case-2.nii.gz", [1]), ("case-99.nii.gz", [1])])));
        Assert.Equal(1, code);
        Assert.Contains("bad.zip", told, StringComparison.Ordinal);
        Assert.Contains("case-99", told, StringComparison.Ordinal);
        Assert.Contains("недопустимый путь", told, StringComparison.Ordinal);
        Assert.Contains("нет файла для этого случая", told, StringComparison.Ordinal);
        Assert.Contains("попытки не тратит", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_reasons_than_are_told_are_counted()
    {
        var id = await world.Opened();
        await world.LeadOf(id, "Yana");
        var many = CompetitionWorld.Zip([.. Enumerable.Range(1000, 120).Select(i => ($"case-{i}.txt", new byte[] { 1 }))]);
        var (code, _, told) = await Run("Yana", "submit", id, Save("many.zip", many));
        Assert.Equal(1, code);
        Assert.True(told.Split('\n').Length < 120);
    }

    [Fact]
    public async Task A_scored_submission_ends_with_0()
    {
        var id = await world.Opened();
        await world.LeadOf(id, "Xenia");
        var (code, told, errors) = await Run("Xenia", "submit", id, Save("good.zip", CompetitionWorld.Predictions()));
        Assert.True(code == 0, errors);
        Assert.Contains("100 %", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_ends_with_2_and_says_why()
    {
        var id = await world.Opened();
        Assert.Equal(2, (await Run("Wanda", "submit", id, Path.Combine(world.DataFolder, "absent.zip"))).Code);
        var (code, _, told) = await Run("Wanda", "submit", id, Save("stranger.zip", CompetitionWorld.Predictions()));
        Assert.Equal(2, code);
        Assert.Contains(":", told, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("Wanda", "submit", "not-an-id", "x.zip")).Code);
    }

    [Fact]
    public async Task Who_signs_in_once_is_known_to_the_commands_that_follow()
    {
        var id = await world.Opened();
        await world.LeadOf(id, "Vera");
        var folder = Path.Combine(world.DataFolder, "home-of-vera");
        var home = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = folder };
        Directory.CreateDirectory(folder);
        var wrong = await CommandLine.RunWith("not-the-password\n", home, "login", world.Nobody().BaseAddress!.ToString(), "--login", "Vera");
        Assert.Equal(2, wrong.Code);
        var (code, _, errors) = await CommandLine.RunWith(PirogovApp.Password + "\n", home, "login", world.Nobody().BaseAddress!.ToString(), "--login", "Vera");
        Assert.True(code == 0, errors);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "pirogov", "session.json")));
        var scored = await CommandLine.Run(home, "submit", id, Save("signed-in.zip", CompetitionWorld.Predictions()));
        Assert.True(scored.Code == 0, scored.Errors);
    }

    [Theory]
    [InlineData("pirogov")]
    [InlineData("ftp://pirogov.example")]
    public async Task An_address_that_is_none_is_refused_and_not_tried(string address)
    {
        var (code, _, told) = await CommandLine.Run("login", address, "--login", "x");
        Assert.Equal(2, code);
        Assert.Contains("не адрес", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_not_sent_in_the_open_to_another_machine()
    {
        var (code, _, told) = await Run("Wanda", "login", "http://pirogov.invalid", "--login", "wanda");
        Assert.Equal(2, code);
        Assert.Contains("https://", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("submit", "--help")]
    public async Task Help_lists_the_exit_codes(params string[] arguments)
    {
        var (code, told, _) = await Run("Wanda", arguments);
        Assert.Equal(0, code);
        Assert.Contains("Коды завершения", told, StringComparison.Ordinal);
        Assert.Contains("130", told, StringComparison.Ordinal);
    }

    private string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(world.DataFolder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private async Task<CommandAnswer> Run(string person, params string[] arguments)
    {
        var (_, token) = await world.Person(person, [Role.TeamLead]);
        return await CommandLine.Run(new Dictionary<string, string> { ["PIROGOV_URL"] = world.Nobody().BaseAddress!.ToString(), ["PIROGOV_TOKEN"] = token }, arguments);
    }
}
