using Pirogov.Benchmarks;

// Each benchmark prints one number a line; its run.sh pairs it with a peer and writes the table.
return args switch
{
    ["store", var folder, var objects, var size] => await StoreBenchmark.Run(folder, int.Parse(objects), int.Parse(size)),
    ["overlap", var columns, var rows, var slices] => OverlapBenchmark.Run(int.Parse(columns), int.Parse(rows), int.Parse(slices)),
    _ => throw new ArgumentException("Known: store FOLDER OBJECTS BYTES | overlap COLUMNS ROWS SLICES"),
};
