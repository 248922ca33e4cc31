using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pirogov.Statistics;
using Xunit;

namespace Pirogov.Unit.Statistics;

/// <summary>Every public function says what it gives, of what, in which units and by whose formula: read from the documentation that is shipped.</summary>
public partial class DocumentationTests
{
    private static readonly Dictionary<string, XElement> Members = XElement.Load(Path.ChangeExtension(typeof(CohenKappa).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(m => (string)m.Attribute("name")!);

    private static readonly (Type Type, MethodBase Method)[] Functions =
    [
        .. from type in typeof(CohenKappa).Assembly.GetExportedTypes()
           where !typeof(Delegate).IsAssignableFrom(type) && !typeof(Exception).IsAssignableFrom(type) && !type.IsEnum
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Cast<MethodBase>()
               .Concat(type.GetConstructors().Where(c => !IsRecords(type, c)))
           where !method.IsSpecialName || method.IsConstructor
           where method.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null && !IsRecords(type, method)
           select (type, method),
    ];

    [Fact]
    public void Every_public_function_has_a_summary_and_says_what_its_parameters_are()
    {
        Assert.True(Functions.Length > 90);
        var missing = new List<string>();
        foreach (var (type, method) in Functions)
        {
            var (name, said) = (Name(type, method), Of(method));
            if (said?.Element("summary") is null) missing.Add($"{name}: summary");
            missing.AddRange(method.GetParameters().Where(p => said?.Elements("param").Any(e => (string?)e.Attribute("name") == p.Name && e.Value.Trim().Length > 0) is not true).Select(p => $"{name}: {p.Name}"));
        }

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    /// <summary>A paper or a book by its year, or a formula of the Digital Library of Mathematical Functions, at the function or at its type.</summary>
    [Fact]
    public void Every_public_function_names_its_source()
    {
        var missing = Functions.Where(f => f.Type != typeof(Position) && !HasSource(Of(f.Method)) && !HasSource(Members.GetValueOrDefault("T:" + f.Type.FullName!.Replace('+', '.')))).Select(f => Name(f.Type, f.Method)).ToArray();
        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    /// <summary>Whoever refuses arguments, in its own code or in a check that it calls, says which: found in the compiled code.</summary>
    [Fact]
    public void Every_public_function_that_refuses_arguments_says_so()
    {
        var missing = Functions.Where(f => Calls.Refuses(f.Method) && Of(f.Method)?.Elements("exception").Any() is not true).Select(f => Name(f.Type, f.Method)).ToArray();
        Assert.True(missing.Length == 0, string.Join('\n', missing));
        Assert.InRange(Functions.Count(f => Calls.Refuses(f.Method)), 70, Functions.Length - 20);
    }

    private static bool HasSource(XElement? said) => said is not null && Source().IsMatch(said.Value);

    private static XElement? Of(MethodBase method)
    {
        var start = $"M:{method.DeclaringType!.FullName!.Replace('+', '.')}.{method.Name.Replace('.', '#')}";
        var parameters = method.GetParameters();
        return Members.Where(m => m.Key == start || m.Key.StartsWith(start + "(", StringComparison.Ordinal) || m.Key.StartsWith(start + "`", StringComparison.Ordinal))
            .Select(m => m.Value).FirstOrDefault(m => Count((string)m.Attribute("name")!) == parameters.Length && Fits((string)m.Attribute("name")!, parameters));
    }

    // Names of types without their namespaces, as both ways of writing them have in common.
    private static bool Fits(string member, ParameterInfo[] parameters) =>
        Types(member).Zip(parameters).All(p => p.First.Contains(Bare(p.Second.ParameterType), StringComparison.Ordinal) || p.First.Contains('`', StringComparison.Ordinal));

    private static string Bare(Type type) => (type.IsByRef || type.IsArray ? Bare(type.GetElementType()!) : type.Name).Split('`')[0];

    private static int Count(string member) => Types(member).Count;

    private static List<string> Types(string member)
    {
        var types = new List<string>();
        var open = member.IndexOf('(', StringComparison.Ordinal);
        if (open < 0) return types;
        var (depth, from) = (0, open + 1);
        for (var at = from; at < member.Length; at++)
        {
            if (member[at] is '{' or '[') depth++;
            else if (member[at] is '}' or ']') depth--;
            else if (member[at] is ',' or ')' && depth == 0)
            {
                types.Add(member[from..at]);
                from = at + 1;
            }
        }

        return types;
    }

    // What the compiler writes for a record.
    private static bool IsRecords(Type type, MethodBase method) => method.Name is "ToString" or "GetHashCode" or "Equals" or "Deconstruct" or "<Clone>$" or "PrintMembers"
        || (method.IsConstructor && (type.GetMethod("<Clone>$") is not null || type.IsValueType));

    private static string Name(Type type, MethodBase method) => $"{type.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.Name))})";

    [GeneratedRegex(@"\b(1[89]|20)\d\d\b|\bDLMF \d")]
    private static partial Regex Source();

    /// <summary>What a method calls, read from its IL (ECMA-335, III).</summary>
    private static class Calls
    {
        private static readonly Dictionary<int, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => (int)(ushort)c.Value);

        /// <summary>In its own body, in a private method of its class, or in a check of the library.</summary>
        public static bool Refuses(MethodBase method) => RefusesItself(method) || Of(method).Any(called => called.DeclaringType?.Assembly == typeof(CohenKappa).Assembly
            && (called.Name.StartsWith("Check", StringComparison.Ordinal) || (called.IsPrivate && called.DeclaringType == method.DeclaringType && Refuses(called))));

        private static bool RefusesItself(MethodBase method) => Of(method).Any(called => typeof(ArgumentException).IsAssignableFrom(called.DeclaringType));

        private static IEnumerable<MethodBase> Of(MethodBase method)
        {
            var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
            for (var at = 0; at < il.Length;)
            {
                var code = il[at] == 0xFE ? Codes[0xFE00 | il[at + 1]] : Codes[il[at]];
                at += code.Size;
                if (code.OperandType is OperandType.InlineMethod)
                    yield return method.Module.ResolveMethod(BitConverter.ToInt32(il, at), method.DeclaringType!.GetGenericArguments(), method.IsConstructor ? null : method.GetGenericArguments())!;
                at += code.OperandType switch
                {
                    OperandType.InlineNone => 0,
                    OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                    OperandType.InlineVar => 2,
                    OperandType.InlineI8 or OperandType.InlineR => 8,
                    OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                    _ => 4,
                };
            }
        }
    }
}
