using System.Globalization;
using Pirogov.Benchmarks;
using Pirogov.Benchmarks.Fuzz;

// Each benchmark prints one number a line; its run.sh pairs it with a peer and writes the table.
return args switch
{
    ["store", var folder, var objects, var size] => await StoreBenchmark.Run(folder, Number(objects), Number(size)),
    ["overlap", var columns, var rows, var slices] => OverlapBenchmark.Run(Number(columns), Number(rows), Number(slices)),
    ["deid-make", var folder, var files] => DeidBenchmark.Make(folder, Number(files)),
    ["deid", var input, var output] => DeidBenchmark.Run(input, output),
    ["metadata", var list, var rounds] => MetadataBenchmark.Run(list, Number(rounds)),
    ["fuzz", var folder, var runs, var seed, var finds] => FuzzBenchmark.Run(folder, Number(runs), Number(seed), finds),
    ["codecs", var seconds] => CodecsBenchmark.Run(Number(seconds)),
    _ => throw new ArgumentException(
        "Known: store FOLDER OBJECTS BYTES | overlap COLUMNS ROWS SLICES | deid-make FOLDER FILES | deid IN OUT | metadata LIST ROUNDS | fuzz FOLDER RUNS SEED FINDS | codecs SECONDS"),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
