namespace Pirogov.Dicom;

internal sealed partial class DicomParser
{
    /// <summary>Failed attempts to see a sequence in a value that says it is none; more are not worth their time.</summary>
    private const int MostAttempts = 100;

    private readonly Stack<Level> open = new();
    private int elements;
    private int attempts;

    /// <summary>
    /// Reads to the end, or to the pixel data where asked. Open sequences and items are on a stack of our own: their depth
    /// costs memory that the file pays for byte by byte, never the thread's stack.
    /// </summary>
    private void ReadElements(DicomDataset root, Encoding encoding)
    {
        open.Clear();
        open.Push(new Level(root, null, Position, data.Length, encoding, closedByDelimiter: false));
        while (true)
        {
            try
            {
                StepToEnd();
                return;
            }
            catch (DicomFormatException) when (attempts < MostAttempts && open.Any(l => l.Attempt is not null))
            {
                Abandon();
            }
        }
    }

    private void StepToEnd()
    {
        Level level;
        do
        {
            level = open.Peek();
            ReadPlain(level);
        }
        while (Step(level));
        level.Settle();
    }

    /// <summary>One element, or the beginning or end of a sequence or item; false at the end of the data set.</summary>
    private bool Step(Level level)
    {
        if (level.Items is not null)
        {
            StepSequence(level);
            return true;
        }

        if (Position >= level.End)
        {
            return Position > level.End || level.ClosedByDelimiter
                ? throw Fault(Position > level.End ? DicomFault.LengthBeyondEnd : DicomFault.Truncated, Math.Min(Position, data.Length))
                : CloseItem(level);
        }

        if (open.Count == 1 && IsZeroTail())
        {
            Warn("trailing-zeros", default);
            Position = level.End;
            return false;
        }

        var start = Position;
        Need(8, start);
        var tag = TagAt(Position, level.Encoding);
        if (tag.Group == 0xFFFE)
        {
            return StepDelimiter(level, tag, start);
        }

        if (options.StopsBeforePixelData && open.Count == 1 && tag.IsPixelData)
        {
            StoppedBeforePixelData = true;
            return false;
        }

        if (ReadElement(level) is { } element)
        {
            if (Position > level.End)
            {
                throw Fault(DicomFault.LengthBeyondEnd, start);
            }

            Add(level, element);
        }

        return true;
    }

    private bool StepDelimiter(Level level, DicomTag tag, int start)
    {
        if (tag.Value == DicomTag.ItemDelimitationValue && level.ClosedByDelimiter)
        {
            Position += 8;
            return CloseItem(level);
        }

        if (tag.Value != DicomTag.ItemDelimitationValue && (tag.Value != DicomTag.SequenceDelimitationValue || level.ClosedByDelimiter))
        {
            throw Fault(DicomFault.UnexpectedItem, start);
        }

        Position += 8;
        Warn("stray-delimiter", tag);
        return true;
    }

    /// <summary>False when what ended is the data set itself.</summary>
    private bool CloseItem(Level level)
    {
        if (open.Count == 1)
        {
            return false;
        }

        level.Settle();
        open.Pop();
        open.Peek().Items!.Add(level.Dataset);
        return true;
    }

    private void StepSequence(Level level)
    {
        if (Position >= level.End)
        {
            if (level.ClosedByDelimiter)
            {
                throw Fault(DicomFault.Truncated, Position);
            }

            CloseSequence(level);
            return;
        }

        var start = Position;
        Need(8, start);
        var (tag, length) = (TagAt(Position, level.Encoding), UInt32At(Position + 4, level.Encoding));
        Position += 8;
        if (tag.Value == DicomTag.SequenceDelimitationValue)
        {
            if (level.ClosedByDelimiter)
            {
                CloseSequence(level);
                return;
            }

            Warn("stray-delimiter", tag);
            return;
        }

        if (tag.Value != DicomTag.ItemValue)
        {
            throw Fault(DicomFault.UnexpectedItem, start);
        }

        if (length != Undefined && (!Fits(length, Position) || Position + (int)length > level.End))
        {
            throw Fault(DicomFault.LengthBeyondEnd, start);
        }

        Count(start);
        var end = length == Undefined ? level.End : Position + (int)length;
        open.Push(new Level(new DicomDataset(level.Dataset), null, start, end, level.Encoding, length == Undefined));
    }

    private void CloseSequence(Level level)
    {
        open.Pop();
        Add(open.Peek(), DicomSequence.Of(level.Tag, level.Items!));
    }

    private void Add(Level level, DicomElement element)
    {
        if (level.Dataset.TryAppend(element))
        {
            return;
        }

        Warn(level.Dataset.Contains(element.Tag) ? "repeated-element" : "unordered-elements", element.Tag);
        level.AddLate(element);
    }

    private void Count(int start)
    {
        if (++elements > options.MaximumElements)
        {
            throw Fault(DicomFault.TooManyElements, start);
        }
    }

    /// <summary>Goes back to the element whose value was tried as a sequence, and keeps it as bytes.</summary>
    private void Abandon()
    {
        attempts++;
        Level level;
        do
        {
            level = open.Pop();
        }
        while (level.Attempt is null);

        var (tag, vr, length, start) = level.Attempt.Value;
        Position = level.Start;
        Warn("not-a-sequence", tag);
        Add(open.Peek(), new DicomElement(tag, vr == DicomVr.SQ ? DicomVr.UN : vr, Take(length, start)));
    }

    /// <summary>
    /// What is open: a data set or item (<see cref="Items"/> null), or a sequence (<see cref="Dataset"/> then is the one
    /// around it).
    /// </summary>
    private sealed class Level(DicomDataset dataset, List<DicomDataset>? items, int start, int end, Encoding encoding, bool closedByDelimiter)
    {
        private uint block;
        private string? creator;
        private List<DicomElement>? late;

        public DicomDataset Dataset => dataset;

        public List<DicomDataset>? Items => items;

        public int Start => start;

        public int End => end;

        public Encoding Encoding => encoding;

        public bool ClosedByDelimiter => closedByDelimiter;

        public DicomTag Tag { get; init; }

        /// <summary>Set for a value that is tried as a sequence: the header to fall back on.</summary>
        public Header? Attempt { get; init; }

        public void AddLate(DicomElement element) => (late ??= []).Add(element);

        /// <summary>Puts the elements that came out of order into their places.</summary>
        public void Settle()
        {
            if (late is not null)
            {
                dataset.Merge(late);
            }
        }

        /// <summary>Creator of the block of a private tag; the last one asked for is remembered.</summary>
        public string? CreatorOf(DicomTag tag)
        {
            var wanted = new DicomTag(tag.Group, (ushort)(tag.Element >> 8)).Value;
            if (wanted != block)
            {
                block = wanted;
                // One that came out of order holds as well; among very many of those nobody looks.
                var element = late is { Count: <= 1000 } && late.FindLast(e => e.Tag.Value == wanted) is { } found ? found : dataset.Find(new DicomTag(wanted));
                creator = tag.Element >= 0x1000 && element is not null
                    ? System.Text.Encoding.Latin1.GetString(element.Bytes.Span).Trim(' ', '\0') : null;
            }

            return creator;
        }
    }
}
