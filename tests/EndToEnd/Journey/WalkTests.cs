using System.Diagnostics;
using Xunit.Abstractions;

namespace Pirogov.EndToEnd.Journey;

/// <summary>
/// The whole spine in a browser, by its people, from an empty platform: real CT where the shared data stand beside
/// the repository, phantoms elsewhere.
/// </summary>
public sealed class WalkTests(Browser browser, ITestOutputHelper output) : IClassFixture<Browser>
{
    private static readonly (string Name, Func<Walk, Task> Take)[] Steps =
    [
        ("people", AgendaStep.MakePeople),
        ("task and centre", AgendaStep.AskForAnAi),
        ("intake", IntakeStep.SendTheFolder),
        ("schema", LabellingStep.DesignTheSchema),
        ("project", LabellingStep.StartTheProject),
        ("blind readings", LabellingStep.ReadBlind),
        ("arbitration", LabellingStep.Arbitrate),
        ("validation", LabellingStep.Validate),
        ("release", LabellingStep.Release),
        ("bad input", IntakeStep.SendABadFolder),
        ("freezing", DatasetStep.Freeze),
        ("pulling", DatasetStep.Pull),
        ("geometry of the labels", ReleasedGeometry.Check),
        ("competition", CompetitionStep.Announce),
        ("team", CompetitionStep.MakeATeam),
        ("submissions", CompetitionStep.Submit),
        ("boards", CompetitionStep.Close),
        ("solution", SolutionStep.Follow),
        ("verification", SolutionStep.VerifyAndBreak),
        ("fronts", SeeTheFronts),
        ("nothing identifying", LeakCheck.Run),
    ];

    [Fact]
    public async Task A_hospitals_folder_becomes_a_verified_solution_and_the_patients_are_gone()
    {
        using var incoming = IncomingFolder.Make();
        await using var platform = new PlatformProcess(demo: false);
        await platform.Start();
        await using var walk = new Walk(platform, browser, incoming);

        foreach (var (name, take) in Steps)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                await take(walk);
            }
            catch (Exception)
            {
                output.WriteLine($"The step \"{name}\" failed.{Environment.NewLine}{string.Join(Environment.NewLine, walk.ConsoleErrors)}");
                await walk.LookAtEverybody();
                throw;
            }

            output.WriteLine($"{watch.Elapsed.TotalSeconds,6:F1} s  {name}");
        }

        Assert.Empty(walk.ConsoleErrors);
    }

    private static async Task SeeTheFronts(Walk walk)
    {
        var visitor = await walk.NewPage();
        await visitor.Open("/");
        await Expect(visitor.Locator("#showcase")).ToBeVisibleAsync();
        await walk.Look(visitor, "showcase");
        foreach (var login in new[] { "office", "engineer", "manager", "expert1", "lead" })
        {
            var page = walk[login].Page;
            await page.Open("/");
            await Expect(page.Locator("#start")).ToBeVisibleAsync();
            await walk.Look(page, $"start-of-{login}");
        }
    }
}
