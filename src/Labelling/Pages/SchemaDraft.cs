using System.Text;
using Pirogov.Agenda.Contracts;
using Pirogov.Labelling.Schemas;

namespace Pirogov.Labelling.Pages;

/// <summary>What the form of a schema holds while it is being edited.</summary>
internal sealed class SchemaDraft
{
    /// <summary>Told apart by colour-blind readers too: the palette of Okabe and Ito, then lighter relatives.</summary>
    private static readonly string[] Palette =
        ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999", "#ffd37f", "#a6dcff", "#66d1b0", "#ff9a66"];

    public string Name { get; set; } = "";
    public DataKind DataKind { get; set; }
    public List<ClassDraft> Classes { get; } = [];
    public List<QuestionDraft> Questions { get; } = [];
    public List<RelationDraft> Relations { get; } = [];

    /// <summary>What becomes of the version before; none for the first.</summary>
    public List<ChangeDraft> Changes { get; } = [];

    private SchemaContent? before;

    public static SchemaDraft Of(SchemaPage page)
    {
        var draft = new SchemaDraft { Name = page.Name, DataKind = page.DataKind };
        draft.Classes.AddRange(page.Content.Classes.Select(ClassDraft.Of));
        draft.Questions.AddRange(page.Content.Questions.Select(QuestionDraft.Of));
        draft.Relations.AddRange((page.Content.Relations ?? []).Select(RelationDraft.Of));
        // Of a version that is published as it is, the next one's changes begin anew.
        draft.before = page.Versions is [{ PublishedAt: not null }, ..] ? page.Content : page.Before;
        var migration = page.Versions is [{ PublishedAt: null }, ..] ? page.Migration : null;
        draft.Changes.AddRange((draft.before?.Classes ?? []).Select(c => ChangeDraft.Of(c, migration?.Classes.FirstOrDefault(m => m.From == c.Id))));
        draft.Changes.AddRange((draft.before?.Questions ?? []).Select(q => ChangeDraft.Of(q, migration?.Questions.FirstOrDefault(m => m.From == q.Id))));
        draft.Changes.AddRange((draft.before?.Relations ?? []).Select(r => ChangeDraft.Of(r, migration?.Relations?.FirstOrDefault(m => m.From == r.Id))));
        draft.Changes.AddRange((migration?.Attributes ?? []).Select(a => ChangeDraft.Of(SchemaPart.Of(a), a.To, a.Drop)));
        draft.Changes.AddRange((migration?.Geometries ?? []).Select(g => ChangeDraft.Of(SchemaPart.Of(g), drop: g.Drop)));
        draft.Changes.AddRange((migration?.Options ?? []).Select(o => ChangeDraft.Of(SchemaPart.Of(o), o.To, o.Drop)));
        return draft;
    }

    public void AddClass() => Classes.Add(new() { Color = Palette[Classes.Count % Palette.Length], Geometries = [Geometry.Of(DataKind)[0]] });

    public void AddQuestion() => Questions.Add(new());

    public DesignSchema.Request ToRequest()
    {
        var made = new DesignSchema.Request(Name, DataKind, [.. Classes.Select(c => c.ToClass())], [.. Questions.Select(q => q.ToQuestion())],
            Relations.Count > 0 ? [.. Relations.Select(r => r.ToRelation())] : null);
        RelationFate[] relations = [.. Changes.Where(c => c.IsRelation).Select(c => c.ToRelationChange()).OfType<RelationFate>()];
        var migration = new SchemaMigration([.. Changes.Where(c => c.IsClass).Select(c => c.ToClassChange(made.Content)).OfType<ClassFate>()],
            [.. Changes.Where(c => c.IsQuestion).Select(c => c.ToQuestionChange()).OfType<QuestionFate>()], relations.Length > 0 ? relations : null);
        migration = ChangeDraft.With(migration, Changes);
        var isSaid = migration.Classes.Count + migration.Questions.Count + relations.Length > 0 || migration is not { Attributes: null, Geometries: null, Options: null };
        return isSaid ? made with { Migration = migration } : made;
    }

    /// <summary>Asks about the parts that are left out as the draft now stands; what was said of one stays until it is taken back.</summary>
    private void AskOfParts(DesignSchema.Request request)
    {
        if (before is null)
            return;
        var lost = new LeftOutParts(before, request.Content, request.Changes ?? SchemaMigration.None);
        SchemaPart[] open = [.. lost.All().Select(l => l.Part).Distinct()];
        Changes.RemoveAll(c => c.Part is { } part && c.Kind.Length == 0 && !open.Contains(part));
        Changes.AddRange(lost.All().Where(l => !lost.IsDeclared(l)).Select(l => l.Part).Distinct()
            .Where(p => Changes.All(c => c.Part != p)).Select(p => ChangeDraft.Of(p)));
    }

    /// <returns>What a part may become, as the draft now stands.</returns>
    public IEnumerable<string> Becoming(SchemaPart part)
    {
        var request = ToRequest();
        var (after, migration) = (request.Content, request.Changes ?? SchemaMigration.None);
        if (part.Class is not { } old)
            return after.Question(migration.Question(part.Question!))?.Options.Select(o => o.Id) ?? [];
        var classes = migration.Targets(old).Where(t => part.In is null || part.In == t).Select(after.Class).OfType<LabelClass>().ToArray();
        var sets = part.Kind == SchemaPart.Attribute
            ? classes.Select(c => (c.Attributes ?? []).Select(a => a.Id))
            : classes.Select(c => c.Attribute(migration.AttributeIn(old, part.Question!, c.Id))?.Options.Select(o => o.Id) ?? []);
        return sets.Aggregate((IEnumerable<string>?)null, (both, one) => both?.Intersect(one) ?? one)?.Where(id => id.Length > 0) ?? [];
    }

    /// <summary>What is left to do before publishing; a row nobody has filled yet is one line, not one for every field.</summary>
    public IReadOnlyList<DraftFault> Faults()
    {
        var found = new List<DraftFault>();
        if (string.IsNullOrWhiteSpace(Name))
            found.Add(new("", 0, "title-missing", ""));
        var request = ToRequest();
        AskOfParts(request);
        found.AddRange(new SchemaFaults(request.Content, DataKind, before, request.Changes).All().Select(f => new DraftFault(f.Part, f.Place, Reason(f), f.Where, f.Inner)));
        return [.. found.Distinct()];
    }

    private string Reason(SchemaIsUnfit fault)
    {
        var (id, blank) = fault.Part switch
        {
            "class" => (Classes[fault.Place - 1].Id, Classes[fault.Place - 1].IsBlank),
            "attribute" => OfQuestion(Classes[fault.Place - 1].Attributes[fault.Inner - 1]),
            "question" => OfQuestion(Questions[fault.Place - 1]),
            "relation" => (Relations[fault.Place - 1].Id, Relations[fault.Place - 1].IsBlank),
            "change" => (fault.Where, false),
            _ => (fault.Where, false),
        };
        return blank ? "blank" : fault.Reason == "id-unfit" && id.Length == 0 ? "id-missing" : fault.Reason;
    }

    private static (string, bool) OfQuestion(QuestionDraft one) => (one.Id, one.IsBlank);

    public static void Move<T>(List<T> list, T item, int by)
    {
        var (from, to) = (list.IndexOf(item), list.IndexOf(item) + by);
        if (to < 0 || to >= list.Count)
            return;
        (list[from], list[to]) = (list[to], list[from]);
    }

    /// <summary>An identifier out of an English name, offered while none is given.</summary>
    public static string Slug(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.Trim().ToLowerInvariant())
        {
            if (c is (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                slug.Append(c);
            else if (slug.Length > 0 && slug[^1] != '_')
                slug.Append('_');
        }

        return slug.ToString().TrimEnd('_');
    }
}

/// <summary>One line of the form's check.</summary>
/// <param name="Part">"class", "attribute", "question", "relation" or, for the whole schema, empty.</param>
/// <param name="Place">From one; of an attribute, that of its class.</param>
/// <param name="Inner">Of an attribute in its class.</param>
internal sealed record DraftFault(string Part, int Place, string Reason, string Where, int Inner = 0);
