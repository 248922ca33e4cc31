using System.Text;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Integration.Archive;
using Pirogov.Integration.Harness;
using Pirogov.Platform.Access;
using Pirogov.Unit.Deidentification;

namespace Pirogov.Integration.Hospital;

/// <summary>
/// Objects in which every attribute of the profile is a marker, in folders and files that are named by markers, and over C-STORE: queued, set aside and
/// refused while nobody answers. No marker may stand, in any form, in what the gateway keeps, notes and says.
/// </summary>
public sealed class MarkersAtTheGatewayTests(HospitalApp app) : IClassFixture<HospitalApp>, IDisposable
{
    private readonly Scratch scratch = new();
    private int next;

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task No_marker_of_any_kind_of_object_is_left_in_the_queue_the_journal_or_the_log()
    {
        var (_, token) = await app.Person("GatewayMarkers", [Role.DataEngineer]);
        await using var gateway = new GatewayProcess(scratch, new Uri("http://127.0.0.1:9"), token, await app.Centre("GWM"));
        await gateway.Configure();
        string[] classes = [DicomUids.CTImageStorage, DicomUids.UltrasoundImageStorage, DicomUids.BasicTextSRStorage, DicomUids.EncapsulatedPDFStorage];
        foreach (var sopClass in classes)
            scratch.Write($"in/МаркерПапки/MRKFILE{next}Z.dcm", Sent(Marked(sopClass)));
        scratch.Write("in/МаркерПапки/MRKFILE99Z.dcm", Sent(Marked(DicomUids.CTImageStorage))[..1500]);
        await gateway.Start();
        await using (var device = await gateway.Connect())
        {
            Assert.Equal(0, (await GatewayProcess.Store(device, Marked(DicomUids.CTImageStorage))).Code);
            await device.Release();
        }

        await gateway.Until(() => gateway.Noted("original") == 5 && gateway.Count("queue") == 2);
        var status = await gateway.Command("status");
        Assert.Equal(0, await gateway.Stop());
        var traces = new Traces([.. new MarkerCorpus(Encoding.UTF8).Markers.Select(m => m.Bytes).Where(b => b.Length >= Traces.Shortest), .. Text("МаркерПапки", "MRKFILE", "1.2.999.800")]);
        Assert.NotEmpty(traces.In(DicomWriter.ToBytes(DicomFile.Create(Marked(DicomUids.CTImageStorage), DicomUids.DeflatedExplicitVRLittleEndian))));
        foreach (var (name, bytes) in scratch.Files("state"))
        {
            traces.AreNotIn(name, bytes);
            traces.AreNotIn("a name of a file", Encoding.UTF8.GetBytes(name));
        }

        traces.AreNotIn("the log", Encoding.UTF8.GetBytes(gateway.Log));
        traces.AreNotIn("the status", Encoding.UTF8.GetBytes(status.Told + status.Errors));
    }

    private DicomDataset Marked(string sopClass)
    {
        // Each in another encoding, declared or not.
        var (page, declared) = (next % 4) switch { 0 => (1251, null), 1 => (65001, "ISO_IR 192"), 2 => (28595, "ISO_IR 144"), _ => (20866, (string?)null) };
        var dataset = new MarkerCorpus(CodePagesEncodingProvider.Instance.GetEncoding(page) ?? Encoding.GetEncoding(page), declared).File.Dataset;
        dataset.Set(DicomTags.SopClassUid, sopClass).Set(DicomTags.SopInstanceUid, $"1.2.999.800{next++}").Set(DicomTags.BitsStored, 12).Set(DicomTags.HighBit, 11);
        foreach (var overlay in dataset.Where(e => e.Tag.Group is >= 0x6000 and <= 0x60FF).Select(e => e.Tag).ToArray())
            dataset.Remove(overlay);
        return dataset;
    }

    private static byte[] Sent(DicomDataset dataset) =>
        MarkerCorpus.ToBytes(DicomFile.Create(dataset, DicomUids.ExplicitVRLittleEndian), new MarkerCorpus(Encoding.UTF8).File.Preamble.Span);

    private static IEnumerable<byte[]> Text(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);
}
