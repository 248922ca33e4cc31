using System.Reflection;
using Pirogov.Labelling;
using Pirogov.Platform.Problems;
using Pirogov.Unit.Architecture;
using Xunit;

namespace Pirogov.Unit.Labelling;

/// <summary>A program goes by a refusal's code: a test that asks only whether something was refused would not see it change.</summary>
public sealed class RefusalNamesTests
{
    [Fact]
    public void Every_refusal_of_labelling_is_asked_for_by_its_name_in_some_test()
    {
        var tests = string.Join('\n', Directory.EnumerateFiles(Path.Combine(House.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith($"{nameof(RefusalNamesTests)}.cs", StringComparison.Ordinal)).Select(File.ReadAllText));
        var codes = typeof(LabellingModule).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Refusal)) && !t.IsAbstract).Select(Code).Distinct().ToArray();
        Assert.True(codes.Length > 70, $"{codes.Length}");
        Assert.DoesNotContain(codes, c => !IsAsked(c));

        bool IsAsked(string code) => new[] { code, code["labelling.".Length..], "/" + code["labelling.".Length..] }.Any(c => tests.Contains($"\"{c}\"", StringComparison.Ordinal));
    }

    private static string Code(Type type)
    {
        var made = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).MinBy(c => c.GetParameters().Length)!;
        var values = made.GetParameters().Select(p => p.ParameterType == typeof(string) ? "" : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null);
        return ((Refusal)made.Invoke([.. values])).Code;
    }
}
