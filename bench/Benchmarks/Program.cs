using System.Globalization;
using Pirogov.Benchmarks;
using Pirogov.Benchmarks.Fuzz;
using Pirogov.Benchmarks.Simulation;

// Each benchmark prints one number a line; its run.sh pairs it with a peer and writes the table.
return args switch
{
    ["store", var folder, var objects, var size] => await StoreBenchmark.Run(folder, Number(objects), Number(size)),
    ["overlap", var columns, var rows, var slices] => OverlapBenchmark.Run(Number(columns), Number(rows), Number(slices)),
    ["agreement", var items, var raters, var values, var rounds, var scale] =>
        AgreementBenchmark.Run(Number(items), Number(raters), Number(values), Number(rounds), scale),
    ["consensus", var items, var raters, var classes, var rounds, var tolerance] =>
        ConsensusBenchmark.Run(Number(items), Number(raters), Number(classes), Number(rounds), double.Parse(tolerance, CultureInfo.InvariantCulture)),
    ["deid-make", var folder, var files] => DeidBenchmark.Make(folder, Number(files)),
    ["deid", var input, var output] => DeidBenchmark.Run(input, output, isProfiled: false),
    ["deid-profiled", var input, var output] => DeidBenchmark.Run(input, output, isProfiled: true),
    ["metadata", var list, var rounds] => MetadataBenchmark.Run(list, Number(rounds), isProfiled: false),
    ["metadata-profiled", var list, var rounds] => MetadataBenchmark.Run(list, Number(rounds), isProfiled: true),
    ["fuzz", var folder, var runs, var seed, var finds] => FuzzBenchmark.Run(folder, Number(runs), Number(seed), finds),
    ["doors-make", var folder, var studies, var instances, var size, var set] =>
        DoorsBenchmark.Make(folder, Number(studies), Number(instances), Number(size), Number(set)),
    ["doors-store", var url, var authorization, var folder, var connections, var together] =>
        await DoorsBenchmark.Store(url, authorization, folder, Number(connections), Number(together)),
    ["doors-get", var url, var authorization, var accept, var rounds] => await DoorsBenchmark.Get(url, authorization, accept, Number(rounds)),
    ["doors-sink", var port] => await DoorsBenchmark.Sink(Number(port)),
    ["codecs", var seconds] => CodecsBenchmark.Run(Number(seconds)),
    ["simulation", var platform, var database, var server, var batch, var cases, var readers, var seed] =>
        await SimulationBenchmark.Run(new Uri(platform), database, Number(server), batch, Number(cases), Number(readers), Number(seed)),
    _ => throw new ArgumentException(
        "Known: store FOLDER OBJECTS BYTES | overlap COLUMNS ROWS SLICES | agreement ITEMS RATERS VALUES ROUNDS SCALE | consensus ITEMS RATERS CLASSES ROUNDS TOLERANCE | deid-make FOLDER FILES | deid[-profiled] IN OUT | metadata[-profiled] LIST ROUNDS | fuzz FOLDER RUNS SEED FINDS | codecs SECONDS"
        + " | doors-make FOLDER STUDIES INSTANCES SIZE SET | doors-store URL AUTHORIZATION FOLDER CONNECTIONS TOGETHER | doors-get URL AUTHORIZATION ACCEPT ROUNDS | doors-sink PORT | simulation URL DATABASE PROCESS BATCH CASES READERS SEED"),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
