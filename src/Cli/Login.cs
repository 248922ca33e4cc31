using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;

namespace Pirogov.Cli;

/// <summary>Exchanges login and password (and the second factor) for a token, once.</summary>
internal static class Login
{
    public static Command Command()
    {
        var address = new Argument<Uri>("url") { Description = Words.Of["cli.login.url"], CustomParser = Address };
        var login = new Option<string>("--login") { Description = Words.Of["cli.login.login"], Required = true };
        var code = new Option<string?>("--code") { Description = Words.Of["cli.login.code"] };
        var command = new Command("login", Words.Of["cli.login"]) { address, login, code };
        command.SetAction(async (parsed, cancellation) =>
        {
            var session = new Session(parsed.GetRequiredValue(address), null);
            if (!session.IsSafe)
                throw new CannotFollow(Words.Of["cli.no-https"]);
            using var client = new PlatformClient(session);
            var answer = await client.Post("/api/v1/tokens/issue",
                new { login = parsed.GetRequiredValue(login), password = AskPassword(), code = parsed.GetValue(code), name = Environment.MachineName }, cancellation);
            (session with { Token = (string)answer["token"]! }).Keep();
            Console.WriteLine(Words.Of["cli.login.done"]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Uri? Address(ArgumentResult given)
    {
        if (Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
            return address;
        given.AddError(Words.Of["cli.url-wrong", new { name = given.Tokens[0].Value }]);
        return null;
    }

    private static string AskPassword()
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine() ?? "";
        Console.Write(Words.Of["cli.login.password"]);
        var password = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
                password.Length = Math.Max(0, password.Length - 1);
            else
                password.Append(key.KeyChar);
        }

        Console.WriteLine();
        return password.ToString();
    }
}
