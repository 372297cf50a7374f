"""A message of every kind that server and media worker say to each other."""

from __future__ import annotations

from ringfence.media.engine import protocol as p

STATS = p.Stats(
    codec="PCMU", packets_in=1, octets_in=160, packets_out=2, octets_out=320, lost=0, late=0,
    concealed_ms=20, jitter_ms=1, jitter_max_ms=2, rtt_ms=-1, remote_lost=-1, remote_jitter_ms=0,
    mos=441, latched=False, rtp_from_peer=True, malformed=0, strangers=0, dtmf_in=1,
)  # fmt: skip

COMMANDS: list[p.AnyCommand] = [
    p.OpenLeg("LG1"),
    p.ConnectLeg("LG1", "192.0.2.1", 4000, "PCMU", 0, None, latch_ms=0),
    p.ConnectLeg("LG1", "192.0.2.1", 4000, "PCMU", 0, 97, event_payload_type=101),
    p.CloseLeg("LG1"),
    p.CloseLeg("LG1", spare="LG2"),
    p.LoadClip("CL1", 8000, b"\x00\x01" * 300),
    p.DropClip("CL1"),
    p.Play("LG1", "P1", ["CL1", "CL2"], loop=0),
    p.Tone("LG1", "P2", "busy"),
    p.StopPlay("LG1"),
    p.DetectTones("LG1", True),
    p.SendDtmf("LG1", "12w#"),
    p.Bridge("LG1", "LG2"),
    p.Unbridge("LG1", "LG2"),
    p.JoinConference("CF1", "LG1"),
    p.LeaveConference("CF1", "LG1"),
    p.Whisper("LG1", "LG2"),
    p.SetMute("LG1", True),
    p.StartRecording("RE1", [p.Channel("LG1", "in", bytes(32), "/x")], beep=True),
    p.PauseRecording("RE1", keep_time=True),
    p.ResumeRecording("RE1"),
    p.StopRecording("RE1"),
    p.RedactDigits("RE1", True),
    p.ReadLeg("LG1"),
    p.Ping(7),
    p.ReadEngine(),
    p.StartTap("TA1", "LG1", ["in", "out"]),
    p.PauseTap("TA1", True),
    p.StopTap("TA1"),
    p.Feed("LG1", "P3", bytes(320)),
]
NOTICES: list[p.AnyNotice] = [
    p.Hello("native", 1, 4711),
    p.LegOpened("LG1", 20000),
    p.LegFailed("LG1", "no_port"),
    p.LegClosed("LG1", STATS),
    p.LegClosed("LG1", STATS, "LG2", 20002),
    p.LegReport("LG1", STATS),
    p.RtpStarted("LG1"),
    p.RtpTimedOut("LG1"),
    p.PlayFinished("LG1", "P1", "done", 1200),
    p.DtmfReceived("LG1", "5", 100, inband=False),
    p.DtmfSent("LG1"),
    p.RecordingStarted("RE1"),
    p.RecordingFinished("RE1", 60, "max", [p.ChannelFile("/x", 9, "00")]),
    p.RecordingFailed("RE1", "disk_full"),
    p.CommandRefused("Bridge", "LG1", "unknown"),
    p.Pong(7),
    p.EngineReport(2, 1, 400, 0, 0, 90, 91, 0, 50, 150),
    p.TapAudio("TA1", 1, b"\xff" * 160),
    p.TapEnded("TA1", "leg_closed", 3),
]
