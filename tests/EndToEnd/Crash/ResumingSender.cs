using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;

namespace Pirogov.EndToEnd.Crash;

/// <summary>
/// Sends over four connections and, when the line is cut, again what was not acknowledged, until everything is or it is told to
/// give up. An acknowledgement is noted only after the whole answer has been read.
/// </summary>
internal abstract class ResumingSender : IDisposable
{
    /// <summary>PS3.4 Table B.2-1.</summary>
    protected const int CannotUnderstand = 0xC000;

    private const int Connections = 4;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, string?> acknowledged = [];

    /// <summary>By the UID that was sent: the UID that the answer names, where the protocol tells it. Of a refused instance, that it was told so.</summary>
    public IReadOnlyDictionary<string, string?> Acknowledged => acknowledged;

    public int Count => acknowledged.Count;

    public virtual void Dispose()
    {
    }

    public async Task Send(IncomingInstance[] instances, CancellationToken giveUp)
    {
        var queue = new ConcurrentQueue<IncomingInstance[]>(instances.Chunk(Together));
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            while (!giveUp.IsCancellationRequested && queue.TryDequeue(out var some))
            {
                try
                {
                    await SendTogether(some);
                }
                catch (Exception cut) when (cut is HttpRequestException or IOException or SocketException or DicomNetworkException or OperationCanceledException)
                {
                    queue.Enqueue(some);
                    await Task.Delay(BetweenTries);
                }
            }
        })));
    }

    /// <summary>How many travel in one request or association.</summary>
    protected abstract int Together { get; }

    protected abstract Task SendTogether(IncomingInstance[] some);

    protected void Acknowledge(string sent, string? kept) => acknowledged.AddOrUpdate(sent, kept, (_, before) =>
    {
        Assert.Equal(before, kept);
        return kept;
    });
}

/// <summary>STOW-RS, ten instances a request.</summary>
internal sealed class StowSender(PlatformProcess platform, string token, string centre, string batch) : ResumingSender
{
    private readonly HttpClient http = platform.Client(token);

    protected override int Together => 10;

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    protected override async Task SendTogether(IncomingInstance[] some)
    {
        using var body = new MultipartContent("related", "part-" + Guid.CreateVersion7().ToString("N"));
        body.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", "\"application/dicom\""));
        foreach (var instance in some)
            body.Add(new ByteArrayContent(instance.File) { Headers = { ContentType = new MediaTypeHeaderValue("application/dicom") } });
        using var answer = await http.PostAsync($"/dicomweb/studies?centre={centre}&batch={Uri.EscapeDataString(batch)}", body);
        var told = await answer.Content.ReadAsStringAsync();
        var isWhole = some.All(i => i.Fate != Fate.Refused);
        Assert.True(answer.StatusCode == (isWhole ? HttpStatusCode.OK : HttpStatusCode.Accepted), $"{answer.StatusCode} {told}");
        var module = DicomJson.Parse(Encoding.UTF8.GetBytes(told));
        var failed = isWhole ? [] : module.GetItems(DicomTags.FailedSopSequence);
        Assert.All(failed, f => Assert.Equal(CannotUnderstand, f.GetInt(DicomTags.FailureReason)));
        Assert.Equal(some.Where(i => i.Fate == Fate.Refused).Select(i => i.SopInstanceUid).Order(), failed.Select(f => f.GetString(DicomTags.ReferencedSopInstanceUid)).Order());
        foreach (var item in failed)
            Acknowledge(item.GetString(DicomTags.ReferencedSopInstanceUid)!, null);
        var stored = module.GetItems(DicomTags.ReferencedSopSequence);
        Assert.Equal(some.Length - failed.Count, stored.Count);
        foreach (var item in stored)
            Acknowledge(item.GetItems(DicomTags.OriginalAttributesSequence)[0].GetItems(DicomTags.ModifiedAttributesSequence)[0].GetString(DicomTags.SopInstanceUid)!,
                item.GetString(DicomTags.ReferencedSopInstanceUid)!);
    }
}

/// <summary>C-STORE, an association for every twenty-five instances.</summary>
internal sealed class DeviceSender(int port, string title) : ResumingSender
{
    protected override int Together => 25;

    protected override async Task SendTogether(IncomingInstance[] some)
    {
        await using var client = await DicomClient.Connect(
            new("127.0.0.1", port, "PIROGOV", title), [(DicomUids.CTImageStorage, [DicomUids.ExplicitVRLittleEndian])], default);
        foreach (var instance in some)
        {
            var status = await client.Store(DicomUids.CTImageStorage, instance.SopInstanceUid, DicomUids.ExplicitVRLittleEndian, instance.Dataset, default);
            Assert.True(status.Code == (instance.Fate == Fate.Refused ? CannotUnderstand : 0), $"{status.Code:X4} {status.Comment}");
            Acknowledge(instance.SopInstanceUid, null);
        }

        await client.Release();
    }
}
