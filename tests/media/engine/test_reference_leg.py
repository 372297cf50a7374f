"""A leg among others: what it takes, what it says, bridges, rooms, digits, directions."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media_twin import HOST, PORT, Exchange

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import MEDIA_LEG_BURST, MEDIA_PAYLOAD_MAX
from ringfence.media import g711, g722, rtcp, rtp, tones
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Identity
from ringfence.media.engine.reference import ReferenceCore
from ringfence.media.wav import to_little_endian

HUM = g711.encode_ulaw(array("h", [3000, -3000] * 80))
ULAW_ZERO, ALAW_ZERO = b"\xff", b"\xd5"


def _wave(hertz, count, rate=8000, peak=6000) -> array:
    return array(
        "h", [round(peak * math.sin(2 * math.pi * hertz * n / rate)) for n in range(count)]
    )


def _level(pcm, hertz, rate) -> float:
    re = sum(x * math.cos(2 * math.pi * hertz * n / rate) for n, x in enumerate(pcm))
    im = sum(x * math.sin(2 * math.pi * hertz * n / rate) for n, x in enumerate(pcm))
    return math.hypot(re, im) * 2 / len(pcm)


def _event(phone, code, duration, *, end=False, timestamp=50_000, kind=101) -> rtp.Packet:
    body = bytes((code, 0x80 * end | 10)) + duration.to_bytes(2, "big")
    return phone.packet(body)._replace(payload_type=kind, timestamp=timestamp)


# ------------------------------------------------------------------ receiving


def test_before_it_is_connected_a_leg_takes_and_sends_nothing() -> None:
    core = ReferenceCore()
    assert core.open("A", Identity(1, 2, 3, b"c" * 16))
    core.receive("A", rtp.Packet(0, 1, 1, 1, HUM).to_bytes(), HOST, PORT, Ms(0))
    for tick in range(8):
        core.tick(Ms(tick))
    core.do(p.ReadLeg("A"), Ms(40))
    (report,) = core.take_notices()
    assert isinstance(report, p.LegReport)
    assert (report.stats.codec, report.stats.packets_in, report.stats.malformed) == ("", 0, 0)
    core.do(p.CloseLeg("A"), Ms(40))
    assert core.take_output() == [], "no goodbye of somebody who never spoke"


def test_the_first_packet_is_told_once() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    exchange.run(500)
    assert exchange.take_notices() == [p.RtpStarted("A")]
    stats = exchange.stats("A")
    assert (stats.packets_in, stats.octets_in, stats.lost) == (25, 4000, 0)
    assert stats.rtp_from_peer


def test_malformed_and_strange_packets_are_counted_and_dropped() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    good = phone.packet(HUM)
    exchange.receive("A", good)
    exchange.receive("A", good.to_bytes()[:11])
    exchange.receive("A", b"\x80" * 3000)
    exchange.receive("A", good._replace(payload=b""))
    exchange.receive("A", good._replace(payload=bytes(int(MEDIA_PAYLOAD_MAX) + 1)))
    exchange.receive("A", _event(phone, 1, 160)._replace(payload=b"123"))
    exchange.receive("A", good._replace(payload_type=77))
    phone.port = 9
    exchange.receive("A", good)
    stats = exchange.stats("A")
    assert (stats.packets_in, stats.malformed, stats.strangers) == (1, 5, 1)


def test_a_flood_is_cut_off_until_the_next_frame() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.run(20)
    for _ in range(MEDIA_LEG_BURST + 30):
        exchange.receive("A", phone.packet(HUM))
    stats = exchange.stats("A")
    assert (stats.packets_in, stats.malformed) == (MEDIA_LEG_BURST, 30)
    exchange.run(20)
    exchange.receive("A", phone.packet(HUM))
    assert exchange.stats("A").packets_in == MEDIA_LEG_BURST + 1


@pytest.mark.parametrize(("codec", "other"), [("PCMU", 8), ("PCMA", 0)])
def test_the_other_law_is_understood_too(codec, other) -> None:
    exchange = Exchange()
    phone = exchange.leg("A", codec=codec)
    exchange.do(p.StartRecording("RE", [p.Channel("A", "in", b"k" * 32, "/x")]))
    pcm = _wave(500, 1600)
    coded = g711.encode_alaw(pcm) if other == 8 else g711.encode_ulaw(pcm)
    for at in range(0, 1600, 160):
        exchange.receive("A", phone.packet(coded[at : at + 160])._replace(payload_type=other))
        exchange.run(20)
    exchange.run(40)
    exchange.do(p.StopRecording("RE"))
    found = array("h", exchange.pcm("RE"))
    assert abs(_level(found[640:1440], 500, 8000) - 6000) < 250


def test_silence_from_the_peer_is_told_once_until_it_speaks() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", timeout_ms=1000)
    exchange.run(990)
    assert exchange.take_notices() == []
    exchange.run(500)
    assert exchange.take_notices() == [p.RtpTimedOut("A")]
    exchange.run(2000)
    exchange.receive("A", phone.packet(HUM))
    exchange.run(1100)
    assert exchange.take_notices() == [p.RtpStarted("A"), p.RtpTimedOut("A")]


def test_reports_count_as_life_and_strangers_do_not() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", timeout_ms=1000)
    exchange.run(900)
    exchange.receive("A", rtcp.ReceiverReport(5).to_bytes(), rtcp=True)
    exchange.run(900)
    assert exchange.take_notices() == []
    phone.host = "203.0.113.1"
    exchange.receive("A", rtcp.ReceiverReport(5).to_bytes(), rtcp=True)
    exchange.run(200)
    assert exchange.take_notices() == [p.RtpTimedOut("A")]
    assert exchange.stats("A").strangers == 1


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
def test_a_leg_that_does_not_receive_has_no_timeout_and_hears_nothing(direction) -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM, direction=direction, timeout_ms=100)
    exchange.do(p.StartRecording("RE", [p.Channel("A", "in", b"k" * 32, "/x")]))
    exchange.run(600)
    exchange.do(p.StopRecording("RE"))
    assert exchange.stats("A").packets_in == 0
    assert not any(exchange.pcm("RE"))


# ------------------------------------------------------------------ saying


def test_a_leg_with_nothing_to_say_sends_silence_in_time() -> None:
    for codec, zero in (("PCMU", ULAW_ZERO), ("PCMA", ALAW_ZERO)):
        exchange = Exchange()
        phone = exchange.leg("A", codec=codec)
        exchange.run(1000)
        assert phone.heard == zero * 8000
        assert [packet.timestamp for packet in phone.got] == [90_000 + 160 * k for k in range(50)]


@pytest.mark.parametrize("direction", ["recvonly", "inactive"])
def test_a_leg_that_does_not_send_moves_its_clock_all_the_same(direction) -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.run(100)
    exchange.connect("A", direction=direction)
    exchange.run(100)
    exchange.connect("A")
    exchange.run(100)
    assert [packet.timestamp for packet in phone.got] == [
        90_000 + 160 * k for k in (*range(5), *range(10, 15))
    ]
    assert [packet.marker for packet in phone.got] == [True, *[False] * 4] * 2


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
def test_a_clip_is_heard_as_it_is(codec) -> None:
    exchange = Exchange()
    phone = exchange.leg("A", codec=codec)
    rate = 16_000 if codec == "G722" else 8_000
    pcm = _wave(700, rate, rate)
    exchange.do(p.LoadClip("c", rate, to_little_endian(pcm)))
    exchange.do(p.Play("A", "P", ["c"]))
    exchange.run(1100)
    assert exchange.take_notices() == [p.PlayFinished("A", "P", "done", 1000)]
    encode = {"PCMU": g711.encode_ulaw, "PCMA": g711.encode_alaw}.get(codec)
    expected = encode(pcm) if encode else g722.Encoder().feed(pcm)
    assert phone.heard[:8000] == expected


def test_a_play_replaces_another() -> None:
    exchange = Exchange()
    exchange.leg("A")
    exchange.do(p.LoadClip("c", 8000, bytes(16_000)))
    exchange.do(p.Play("A", "P1", ["c"]))
    exchange.run(100)
    exchange.do(p.Play("A", "P2", ["c"], 0))
    exchange.run(3000)
    exchange.do(p.StopPlay("A"))
    exchange.do(p.StopPlay("A"))
    assert exchange.take_notices() == [
        p.PlayFinished("A", "P1", "stopped", 100),
        p.PlayFinished("A", "P2", "stopped", 3000),
    ]


# ------------------------------------------------------------------ digits


@pytest.mark.parametrize("types", [{}, {"dtmf_payload_type": 97, "event_payload_type": 101}])
def test_digits_are_received_with_their_duration(types: dict[str, int]) -> None:
    exchange = Exchange()
    phone = exchange.leg("A", **types)
    for k in range(1, 8):
        exchange.receive("A", _event(phone, 11, 160 * min(k, 5), end=k >= 5))
        exchange.run(20)
    assert exchange.take_notices() == [
        p.RtpStarted("A"),
        p.DtmfReceived("A", "#", 100, inband=False),
    ]
    assert exchange.stats("A").dtmf_in == 1


def test_a_digit_without_an_end_is_told_after_a_while() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.receive("A", _event(phone, 3, 400))
    exchange.run(180)
    assert exchange.take_notices() == [p.RtpStarted("A")]
    exchange.run(40)
    assert exchange.take_notices() == [p.DtmfReceived("A", "3", 50, inband=False)]


def test_a_digit_held_when_the_leg_closes_is_told_before() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.receive("A", _event(phone, 3, 400))
    exchange.do(p.CloseLeg("A"))
    kinds = [type(notice) for notice in exchange.take_notices()]
    assert kinds == [p.RtpStarted, p.DtmfReceived, p.LegClosed]


@pytest.mark.parametrize("codec", ["PCMU", "G722"])
def test_sounded_digits_are_heard_where_asked_for(codec) -> None:
    exchange = Exchange()
    rate = 16_000 if codec == "G722" else 8_000
    pcm = tones.Oscillator(tones.dtmf("4", 120, 200), rate=rate).read(rate)
    voice = g722.Encoder().feed(pcm) if codec == "G722" else g711.encode_ulaw(pcm)
    exchange.leg("A", codec=codec, voice=voice)
    exchange.do(p.DetectTones("A", True))
    exchange.run(300)
    exchange.do(p.DetectTones("A", False))
    exchange.run(600)
    digits = [notice for notice in exchange.take_notices() if isinstance(notice, p.DtmfReceived)]
    assert [(d.digit, d.inband) for d in digits] == [("4", True)]
    assert 100 <= digits[0].duration_ms <= 140


def test_digits_are_sent_as_events_and_said_when_done() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.run(100)
    exchange.do(p.SendDtmf("A", "1w", 100, 60))
    exchange.run(1000)
    events = [packet for packet in phone.got if packet.payload_type == 101]
    assert len(events) == 8
    assert {packet.timestamp for packet in events} == {90_000 + 5 * 160}
    assert [packet.marker for packet in events] == [True] + [False] * 7
    numbers = [packet.sequence for packet in phone.got]
    assert numbers == list(range(500, 500 + len(numbers)))
    # 100 ms, the end twice more, 60 ms of gap, half a second of wait: then audio again.
    silent = 5 + 3 + 3 + 25
    resumed = next(packet for packet in phone.got[13:] if packet.payload_type == 0)
    assert resumed.timestamp == 90_000 + 160 * (5 + silent)
    assert resumed.marker
    assert exchange.take_notices() == [p.DtmfSent("A")]


def test_a_play_waits_for_digits_being_sent() -> None:
    exchange = Exchange()
    exchange.leg("A")
    exchange.do(p.LoadClip("c", 8000, bytes(1600)))
    exchange.do(p.SendDtmf("A", "12", 40, 0))
    exchange.do(p.Play("A", "P", ["c"]))
    exchange.run(200)
    assert exchange.take_notices() == [p.DtmfSent("A")]
    exchange.run(100)
    assert exchange.take_notices() == [p.PlayFinished("A", "P", "done", 100)]


def test_digits_queued_when_the_type_is_withdrawn_are_not_sent() -> None:
    exchange = Exchange()
    phone = exchange.leg("A")
    exchange.do(p.SendDtmf("A", "12", 100, 0))
    exchange.run(40)
    exchange.connect("A", dtmf_payload_type=None)
    exchange.run(600)
    assert len([packet for packet in phone.got if packet.payload_type == 101]) == 2
    assert {packet.payload_type for packet in phone.got} == {0, 101}
    assert exchange.take_notices() == [p.DtmfSent("A")]


# ------------------------------------------------------------------ bridges


def _bridged(codec_a, codec_b, voice=HUM) -> Exchange:
    exchange = Exchange()
    exchange.leg("A", codec=codec_a, voice=voice)
    exchange.leg("B", codec=codec_b)
    exchange.run(100)
    exchange.do(p.Bridge("A", "B"))
    for phone in exchange.phones.values():
        phone.got.clear()
    return exchange


def test_like_codecs_are_relayed_at_once_and_untouched() -> None:
    exchange = _bridged("PCMU", "PCMU")
    exchange.run(200)
    heard = exchange.phones["B"].got
    assert [packet.payload for packet in heard] == [HUM] * 10
    assert [packet.marker for packet in heard] == [True] + [False] * 9
    assert [packet.sequence for packet in heard] == [1005 + k for k in range(10)]
    # B says nothing, so A gets nothing: the fast path sends what arrives.
    assert exchange.phones["A"].got == []


def test_the_two_laws_are_relayed_by_table() -> None:
    exchange = _bridged("PCMU", "PCMA")
    exchange.run(100)
    heard = exchange.phones["B"].got
    assert {packet.payload for packet in heard} == {HUM.translate(g711.ULAW_TO_ALAW)}
    assert {packet.payload_type for packet in heard} == {8}


@pytest.mark.parametrize(("narrow", "wide"), [("PCMU", "G722"), ("PCMA", "G722")])
def test_unlike_codecs_are_decoded_and_coded_again(narrow, wide) -> None:
    pcm = _wave(1000, 8000)
    voice = (g711.encode_ulaw if narrow == "PCMU" else g711.encode_alaw)(pcm)
    exchange = _bridged(narrow, wide, voice)
    exchange.run(1000)
    heard = g722.Decoder().feed(exchange.phones["B"].heard)
    assert abs(_level(heard[4000:12_000], 1000, 16_000) - 6000) < 300

    exchange = _bridged(wide, narrow, g722.Encoder().feed(_wave(1000, 16_000, 16_000)))
    exchange.run(1000)
    decode = g711.decode_ulaw if narrow == "PCMU" else g711.decode_alaw
    assert abs(_level(decode(exchange.phones["B"].heard)[2000:6000], 1000, 8000) - 6000) < 300


def test_a_play_covers_the_other_side_and_then_the_relay_goes_on() -> None:
    exchange = _bridged("PCMU", "PCMU")
    exchange.do(p.LoadClip("c", 8000, to_little_endian(_wave(400, 800))))
    exchange.run(100)
    exchange.do(p.Play("B", "P", ["c"]))
    exchange.run(100)
    exchange.run(100)
    heard = exchange.phones["B"].got
    assert [packet.payload == HUM for packet in heard[:5]] == [True] * 5
    clip = b"".join(packet.payload for packet in heard[5:10])
    assert clip == g711.encode_ulaw(_wave(400, 800))
    assert heard[-1].payload == HUM
    numbers = [packet.sequence for packet in heard]
    assert numbers == sorted(set(numbers))
    times = [packet.timestamp for packet in heard]
    assert times == sorted(times)
    assert [k for k, packet in enumerate(heard) if packet.marker] == [0, 5, 10]


def test_muted_is_not_heard_but_recorded() -> None:
    exchange = _bridged("PCMU", "PCMU")
    exchange.do(p.StartRecording("RE", [p.Channel("A", "in", b"k" * 32, "/x")]))
    exchange.do(p.SetMute("A", True))
    exchange.run(300)
    assert set(exchange.phones["B"].heard) == set(ULAW_ZERO)
    exchange.do(p.StopRecording("RE"))
    assert any(exchange.pcm("RE"))
    exchange.do(p.SetMute("A", False))
    exchange.run(100)
    assert exchange.phones["B"].got[-1].payload == HUM


def test_what_a_relayed_leg_hears_can_be_recorded() -> None:
    exchange = _bridged("PCMU", "PCMU")
    exchange.do(p.StartRecording("RE", [p.Channel("B", "out", b"k" * 32, "/x")]))
    exchange.run(1000)
    exchange.do(p.StopRecording("RE"))
    pcm = array("h", exchange.pcm("RE"))
    assert pcm[1000:] == g711.decode_ulaw(HUM * 50)[1000:]
    assert [packet.payload for packet in exchange.phones["B"].got] == [HUM] * 50


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
def test_a_leg_bridged_to_itself_hears_its_echo(codec) -> None:
    exchange = Exchange()
    phone = exchange.leg("A", codec=codec, voice=HUM)
    exchange.do(p.Bridge("A", "A"))
    exchange.run(400)
    assert [packet.payload for packet in phone.got] == [HUM] * 20
    exchange.do(p.Unbridge("A", "A"))
    exchange.run(100)
    assert phone.got[-1].payload != HUM
    exchange.do(p.Bridge("A", "A"))
    exchange.run(100)
    assert phone.got[-1].payload == HUM
    numbers = [packet.sequence for packet in phone.got]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    exchange.do(p.CloseLeg("A"))
    exchange.run(40)
    assert not [n for n in exchange.take_notices() if isinstance(n, p.CommandRefused)]


def test_parting_returns_both_to_silence() -> None:
    exchange = _bridged("PCMU", "PCMU")
    exchange.run(100)
    exchange.do(p.Unbridge("B", "A"))
    exchange.run(60)
    assert exchange.phones["B"].got[-1].payload == ULAW_ZERO * 160
    assert exchange.phones["B"].got[5].marker


def test_a_partner_that_closes_parts_the_bridge() -> None:
    exchange = _bridged("PCMU", "PCMU")
    exchange.do(p.CloseLeg("A"))
    exchange.phones["A"].voice = b""
    exchange.run(60)
    assert exchange.phones["B"].heard == ULAW_ZERO * 480


@pytest.mark.parametrize(("a", "b"), [("PCMU", "PCMU"), ("PCMU", "G722")])
def test_events_pass_a_bridge_of_either_kind(a, b) -> None:
    exchange = Exchange()
    one = exchange.leg("A", codec=a, voice=HUM)
    two = exchange.leg("B", codec=b, dtmf_payload_type=96)
    exchange.do(p.Bridge("A", "B"))
    exchange.run(100)
    at = one.timestamp
    for k in range(1, 6):
        exchange.receive("A", _event(one, 8, 160 * min(k, 3), end=k >= 3, timestamp=at))
    events = [packet for packet in two.got if packet.payload_type == 96]
    assert [packet.payload[0] for packet in events] == [8] * 5
    assert len({packet.timestamp for packet in events}) == 1
    assert p.DtmfReceived("A", "8", 60, inband=False) in exchange.take_notices()
    numbers = [packet.sequence for packet in two.got]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_events_do_not_pass_where_the_type_was_not_negotiated_or_the_sender_is_muted() -> None:
    exchange = Exchange()
    one = exchange.leg("A")
    two = exchange.leg("B", dtmf_payload_type=None)
    exchange.do(p.Bridge("A", "B"))
    exchange.receive("A", _event(one, 8, 160, end=True))
    exchange.connect("B", dtmf_payload_type=101)
    exchange.do(p.SetMute("A", True))
    exchange.receive("A", _event(one, 8, 160, end=True, timestamp=60_000))
    assert [packet for packet in two.got if packet.payload_type == 101] == []


# ------------------------------------------------------------------ rooms


def test_everybody_in_a_room_hears_the_others() -> None:
    exchange = Exchange()
    pitches = {"A": 500, "B": 900, "C": 1700}
    for name, hertz in pitches.items():
        exchange.leg(name, voice=g711.encode_ulaw(_wave(hertz, 8000)))
        exchange.do(p.JoinConference("R", name))
    exchange.run(1000)
    for name, own in pitches.items():
        pcm = g711.decode_ulaw(exchange.phones[name].heard)[2000:6000]
        for hertz in pitches.values():
            level = _level(pcm, hertz, 8000)
            assert level < 100 if hertz == own else abs(level - 6000) < 300


def test_rooms_mix_rates_and_respect_mute() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=g711.encode_ulaw(_wave(500, 8000)))
    wide = exchange.leg("B", codec="G722", voice=g722.Encoder().feed(_wave(900, 16_000, 16_000)))
    exchange.leg("C", voice=g711.encode_ulaw(_wave(1700, 8000)))
    for name in "ABC":
        exchange.do(p.JoinConference("R", name, muted=name == "C"))
    exchange.run(1000)
    pcm = g722.Decoder().feed(wide.heard)[4000:12_000]
    assert abs(_level(pcm, 500, 16_000) - 6000) < 300
    assert _level(pcm, 1700, 16_000) < 100
    pcm = g711.decode_ulaw(exchange.phones["C"].heard)[2000:6000]
    assert abs(_level(pcm, 900, 8000) - 6000) < 300


def test_who_leaves_is_heard_no_more() -> None:
    exchange = Exchange()
    for name in "AB":
        exchange.leg(name, voice=HUM)
        exchange.do(p.JoinConference("R", name))
    exchange.run(200)
    assert exchange.phones["B"].got[-1].payload == HUM
    exchange.do(p.LeaveConference("R", "A"))
    exchange.run(60)
    assert exchange.phones["B"].got[-1].payload == ULAW_ZERO * 160
    exchange.do(p.CloseLeg("B"))
    exchange.do(p.JoinConference("R", "A"))
    exchange.run(60)
    assert exchange.phones["A"].got[-1].payload == ULAW_ZERO * 160


# ------------------------------------------------------------------ reports, re-INVITE


def test_reports_leave_and_the_last_says_goodbye() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", voice=HUM)
    exchange.run(12_000)
    senders = [packet for packet in phone.reports if isinstance(packet, rtcp.SenderReport)]
    assert len(senders) >= 2
    assert senders[-1].blocks[0].ssrc == phone.ssrc
    exchange.phones["A"].voice = b""
    exchange.do(p.CloseLeg("A"))
    assert phone.reports[-1] == rtcp.Goodbye((1,))


def test_an_inactive_leg_reports_nothing_but_its_end() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", direction="inactive")
    exchange.run(20_000)
    assert phone.reports == []


def test_a_change_of_codec_amid_the_call() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", voice=HUM)
    exchange.do(p.StartRecording("RE", [p.Channel("A", "in", b"k" * 32, "/x")]))
    exchange.run(300)
    exchange.connect("A", codec="G722")
    phone.voice = g722.Encoder().feed(_wave(800, 16_000, 16_000))
    phone.at = 0
    exchange.run(1000)
    exchange.do(p.StopRecording("RE"))
    pcm = array("h", exchange.pcm("RE"))
    assert len(pcm) == 1300 * 8
    assert abs(_level(pcm[6000:10_000], 800, 8000) - 6000) < 400
    kinds = [packet.payload_type for packet in phone.got]
    assert kinds == [0] * 15 + [9] * 50
    assert [k for k, packet in enumerate(phone.got) if packet.marker] == [0, 15]
    assert exchange.stats("A").codec == "G722"


def test_another_packet_time_or_type_is_a_break_and_the_same_again_is_none() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", ptime=30)
    exchange.run(100)  # three packets of 30 ms, 10 ms gathered
    exchange.connect("A", ptime=30)
    exchange.run(20)
    assert [packet.marker for packet in phone.got] == [True, False, False, False]
    exchange.connect("A", ptime=20)
    exchange.run(20)
    exchange.connect("A", payload_type=96)
    exchange.run(20)
    assert [packet.marker for packet in phone.got[4:]] == [True, True]
    assert [packet.payload_type for packet in phone.got[4:]] == [0, 96]
    assert [packet.timestamp for packet in phone.got[4:]] == [90_960, 91_120]


def test_nat_audio_goes_back_where_it_came_from() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", host="10.0.0.5", port=7000)
    exchange.run(40)
    exchange.receive("A", phone.packet(HUM))
    exchange.run(40)
    exchange.run(3000)
    phone.host = "203.0.113.9"
    exchange.receive("A", phone.packet(HUM))
    exchange.run(40)
    assert phone.sent_to == [("10.0.0.5", 7000)] * 2 + [(HOST, PORT)] * 154
    stats = exchange.stats("A")
    assert stats.latched
    assert stats.strangers == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=60), st.booleans()), max_size=40), st.booleans())
def test_nothing_from_the_network_raises(datagrams, bridged) -> None:
    """Whatever bytes arrive on either port, the core goes on and sends a packet per frame."""
    exchange = Exchange()
    exchange.leg("A", codec="G722")
    exchange.leg("B")
    exchange.do(p.DetectTones("A", True))
    if bridged:
        exchange.do(p.Bridge("A", "B"))
    for data, own in datagrams:
        exchange.receive("A", data, rtcp=own)
        exchange.receive("A", b"\x80\x09" + data, rtcp=own)
        exchange.receive("A", b"\x80\xc9" + data, rtcp=own)
    exchange.run(40)
    assert len(exchange.phones["B"].got) >= 2
