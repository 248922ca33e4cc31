namespace Pirogov.Dicom.Network;

/// <summary>A proposed presentation context (PS3.8 9.3.2.2): what is to be exchanged and how it may be encoded.</summary>
/// <param name="Id">Odd, 1 to 255.</param>
public sealed record PresentationContext(byte Id, string AbstractSyntax, IReadOnlyList<string> TransferSyntaxes);

/// <summary>A-ASSOCIATE-RQ (PS3.8 9.3.2).</summary>
/// <param name="MaximumLength">Largest P-DATA-TF that the requestor takes; 0 for any.</param>
public sealed record AssociationRequest(
    string CalledTitle, string CallingTitle, IReadOnlyList<PresentationContext> Contexts, uint MaximumLength, string ImplementationVersionName = "")
{
    /// <summary>SOP Class Extended Negotiation (PS3.7 D.3.3.5): what is said of a SOP class, byte for byte as its service class defines it.</summary>
    public IReadOnlyDictionary<string, byte[]> Extended { get; init; } = new Dictionary<string, byte[]>();

    internal const string ApplicationContext = "1.2.840.10008.3.1.1.1";
    internal const int FixedLength = 68;
    internal const int MostContexts = 128;
    private const int MostTransferSyntaxes = 64;

    /// <exception cref="DicomNetworkException">The bytes are no request.</exception>
    internal static AssociationRequest Parse(ReadOnlySpan<byte> body)
    {
        var fields = new PduFields(body);
        // Every bit of the version may be set but the first must be (PS3.8 Table 9-11).
        if ((fields.UInt16() & 1) == 0)
            throw DicomNetworkException.Malformed("The protocol version is not 1.");
        fields.Take(2);
        var (called, calling) = (fields.Title(), fields.Title());
        fields.Take(32);
        var contexts = new List<PresentationContext>();
        var user = UserInformation.None;
        while (!fields.IsEmpty)
        {
            var type = fields.Item(out var item);
            if (type == 0x20)
                contexts.Add(ContextOf(item));
            else if (type == 0x50)
                user = UserInformation.Parse(item);
            if (contexts.Count > MostContexts)
                throw DicomNetworkException.Malformed("There are more presentation contexts than ids.");
        }

        if (contexts.DistinctBy(c => c.Id).Count() != contexts.Count)
            throw DicomNetworkException.Malformed("Two presentation contexts have one id.");
        return new(called, calling, contexts, user.MaximumLength, user.VersionName) { Extended = user.Extended ?? [] };
    }

    internal byte[] ToPdu(int maximumLength)
    {
        var writer = Start(CalledTitle, CallingTitle);
        foreach (var context in Contexts)
        {
            writer.Item(0x20, item =>
            {
                item.Byte(context.Id).Zeros(3).Item(0x30, i => i.Text(context.AbstractSyntax));
                foreach (var syntax in context.TransferSyntaxes)
                    item.Item(0x40, i => i.Text(syntax));
            });
        }

        UserInformation.Write(writer, maximumLength, Extended);
        return writer.ToPdu(PduType.AssociateRequest);
    }

    internal static PduWriter Start(string called, string calling) =>
        new PduWriter().UInt16(1).UInt16(0).Title(called).Title(calling).Zeros(32).Item(0x10, i => i.Text(ApplicationContext));

    private static PresentationContext ContextOf(PduFields item)
    {
        var id = item.Byte();
        item.Take(3);
        if (id % 2 == 0)
            throw DicomNetworkException.Malformed("The id of a presentation context is even.");
        var (abstractSyntax, syntaxes) = ("", new List<string>());
        while (!item.IsEmpty)
        {
            var type = item.Item(out var sub);
            if (type == 0x30)
                abstractSyntax = sub.Uid();
            else if (type == 0x40 && syntaxes.Count < MostTransferSyntaxes)
                syntaxes.Add(sub.Uid());
        }

        return new(id, abstractSyntax, syntaxes);
    }
}

/// <summary>What became of a proposed presentation context (PS3.8 Table 9-18).</summary>
internal enum ContextResult : byte
{
    Accepted = 0,
    UserRejected = 1,
    NoReason = 2,
    AbstractSyntaxNotSupported = 3,
    TransferSyntaxesNotSupported = 4,
}

internal sealed record AnsweredContext(byte Id, ContextResult Result, string TransferSyntax);

/// <summary>A-ASSOCIATE-AC (PS3.8 9.3.3).</summary>
internal sealed record AssociationAnswer(IReadOnlyList<AnsweredContext> Contexts, uint MaximumLength)
{
    public static AssociationAnswer Parse(ReadOnlySpan<byte> body)
    {
        var fields = new PduFields(body);
        fields.Take(AssociationRequest.FixedLength);
        var contexts = new List<AnsweredContext>();
        var user = UserInformation.None;
        while (!fields.IsEmpty)
        {
            var type = fields.Item(out var item);
            if (type == 0x21)
            {
                var id = item.Byte();
                item.Take(1);
                var result = (ContextResult)item.Byte();
                item.Take(1);
                var syntax = "";
                if (!item.IsEmpty && item.Item(out var sub) == 0x40)
                    syntax = sub.Text();
                contexts.Add(new(id, result, syntax));
            }
            else if (type == 0x50)
            {
                user = UserInformation.Parse(item);
            }
        }

        return new(contexts, user.MaximumLength) { Extended = user.Extended ?? [] };
    }

    /// <summary>What is agreed of what the request said of SOP classes.</summary>
    public IReadOnlyDictionary<string, byte[]> Extended { get; init; } = new Dictionary<string, byte[]>();

    public byte[] ToPdu(AssociationRequest request, int maximumLength)
    {
        var writer = AssociationRequest.Start(request.CalledTitle, request.CallingTitle);
        foreach (var context in Contexts)
            writer.Item(0x21, item => item.Byte(context.Id).Byte(0).Byte((byte)context.Result).Byte(0).Item(0x40, i => i.Text(context.TransferSyntax)));
        UserInformation.Write(writer, maximumLength, Extended);
        return writer.ToPdu(PduType.AssociateAccept);
    }
}

/// <summary>User information items of PS3.7 Annex D that matter here; others are read over, as the standard asks.</summary>
internal readonly record struct UserInformation(uint MaximumLength, string VersionName, Dictionary<string, byte[]>? Extended)
{
    public static readonly UserInformation None = new(0, "", null);

    public static UserInformation Parse(PduFields item)
    {
        var found = None;
        while (!item.IsEmpty)
        {
            var type = item.Item(out var sub);
            if (type == 0x51)
                found = found with { MaximumLength = sub.UInt32() };
            else if (type == 0x55)
                found = found with { VersionName = sub.Text() };
            else if (type == 0x56)
                (found = found with { Extended = found.Extended ?? [] }).Extended![new PduFields(sub.Take(sub.UInt16())).Uid()] = sub.Take(sub.Length).ToArray();
        }

        return found;
    }

    public static void Write(PduWriter writer, int maximumLength, IReadOnlyDictionary<string, byte[]> extended) => writer.Item(0x50, item =>
    {
        item.Item(0x51, i => i.UInt32(maximumLength)).Item(0x52, i => i.Text(DicomFile.ImplementationClassUid)).Item(0x55, i => i.Text(DicomFile.ImplementationVersionName));
        foreach (var (uid, said) in extended)
            item.Item(0x56, i => i.UInt16(uid.Length).Text(uid).Bytes(said));
    });
}
