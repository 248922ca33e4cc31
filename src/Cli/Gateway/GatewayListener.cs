using System.Net;
using System.Security.Cryptography.X509Certificates;
using Pirogov.Deidentification;
using Pirogov.Dicom;
using Pirogov.Dicom.Network;
using Pirogov.Imaging;

namespace Pirogov.Cli;

/// <summary>Takes instances by C-STORE from the titles that are listed. The answer is given when the de-identified bytes are flushed.</summary>
internal static class GatewayListener
{
    /// <exception cref="CannotFollow">The certificate cannot be used.</exception>
    public static DicomListener Create(GatewayConfig.ListenPart listen, GatewayIntake intake, GatewayJournal journal, GatewayLog log)
    {
        try
        {
            foreach (var network in listen.Peers.SelectMany(p => p.From ?? []))
                _ = GatewayConfig.PeerPart.Network(network);
            return new DicomListener(Options(listen), (request, address, _) => ValueTask.FromResult(Judge(listen, request, address, intake, journal, log)));
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or System.Security.Cryptography.CryptographicException)
        {
            throw new CannotFollow(Words.Of["cli.gateway.listen-wrong", new { reason = wrong.Message }]);
        }
    }

    private static AssociationVerdict Judge(
        GatewayConfig.ListenPart listen, AssociationRequest request, IPAddress address, GatewayIntake intake, GatewayJournal journal, GatewayLog log)
    {
        if (request.CalledTitle == listen.Title && listen.Peers.Any(p => p.Title == request.CallingTitle && p.MayComeFrom(address)))
            return new Peer(intake, journal, log);
        log.Say("association-refused", new { address });
        return request.CalledTitle == listen.Title ? AssociationRejection.CallingTitleUnknown : AssociationRejection.CalledTitleUnknown;
    }

    private static DicomListenerOptions Options(GatewayConfig.ListenPart listen)
    {
        var options = new DicomListenerOptions
        {
            Port = listen.Port,
            Address = listen.Address is { } address ? IPAddress.Parse(address) : IPAddress.Any,
            MaximumAssociations = listen.MaximumAssociations,
        };
        if (listen.Certificate is not { } certificate)
            return options;
        return options with
        {
            Certificate = DicomTls.Load(certificate, listen.CertificateKey, listen.CertificatePassword),
            ClientCertificate = DicomTls.ClientsOf(listen.ClientAuthority is { } authority ? X509CertificateLoader.LoadCertificateFromFile(authority) : null),
        };
    }

    private sealed class Peer(GatewayIntake intake, GatewayJournal journal, GatewayLog log) : DicomPeer
    {
        /// <summary>Bytes of a buffer that outlive their instance.</summary>
        private const int LargestKept = 8 << 20;

        /// <summary>Calls come one after the other: one buffer serves all instances of the association.</summary>
        private readonly MemoryStream original = new();

        public override string? Choose(PresentationContext proposed, out bool isKnown)
        {
            var isStorage = DicomUids.Find(proposed.AbstractSyntax) is { Type: "SOP Class" } entry && entry.Keyword.EndsWith("Storage", StringComparison.Ordinal);
            isKnown = isStorage || proposed.AbstractSyntax == DicomUids.Verification;
            return !isKnown ? null : proposed.TransferSyntaxes.FirstOrDefault(s => s is DicomUids.ExplicitVRLittleEndian or DicomUids.ImplicitVRLittleEndian
                || (isStorage && (s is DicomUids.ExplicitVRBigEndian or DicomUids.DeflatedExplicitVRLittleEndian || PixelDecoder.CanDecode(s))));
        }

        public override async ValueTask<DimseStatus> Store(StoreRequest request, CancellationToken cancellation)
        {
            if (!intake.HasRoom)
                return Told(new(GatewayVerdict.NoRoom));
            var isSeated = false;
            try
            {
                original.SetLength(0);
                await using var incoming = new SpillingStream(original, GatewayIntake.LargestHeld, intake.Spool);
                if (!await request.CopyFileTo(incoming, GatewayIntake.LargestFile, cancellation))
                    return Told(new(GatewayVerdict.Refused, Reason: "too-large"));
                if (request.IsOfAnother)
                    return Told(new(GatewayVerdict.Refused, Reason: StoreRequest.OtherInstance));
                // Only now: a device that sends slowly takes no seat from those whose instances are there.
                await intake.Seats.WaitAsync(cancellation);
                isSeated = true;
                await using var spooled = incoming.Spool?.Read();
                return Told(spooled is null ? intake.Take(original) : intake.TakeLarge(spooled, () => true)!);
            }
            catch (IOException)
            {
                // What comes over the network fails otherwise: our own disk is full.
                return Told(new(GatewayVerdict.NoRoom));
            }
            finally
            {
                if (original.Capacity > LargestKept)
                {
                    original.SetLength(0);
                    original.Capacity = 0;
                }

                if (isSeated)
                    intake.Seats.Release();
            }
        }

        public override void Failed(Exception defect) => log.Say("defect", new { kind = defect.GetType().Name });

        /// <summary>PS3.4 B.2.3: A700 may be tried again, A900 and Cxxx not.</summary>
        private DimseStatus Told(GatewayTaken taken)
        {
            switch (taken.Verdict)
            {
                case GatewayVerdict.NoRoom:
                    log.Say("no-room");
                    return DimseStatus.OutOfResources.Because("no-room");
                case GatewayVerdict.Refused:
                    journal.Add(new(default, "refused-store", Reason: taken.Reason, Offset: taken.Offset));
                    log.Say("refused", new { reason = taken.Reason });
                    return (taken.Reason == StoreRequest.OtherInstance ? DimseStatus.DataSetDoesNotMatch : DimseStatus.CannotUnderstand).Because(taken.Reason!);
                default:
                    log.Say(taken.Verdict == GatewayVerdict.Quarantined ? "quarantined" : taken.Verdict == GatewayVerdict.Known ? "known" : "queued",
                        new { id = GatewayLog.Short(taken.Sha) });
                    return DimseStatus.Success;
            }
        }
    }
}
