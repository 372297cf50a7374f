"""Every sentence of the doctor, from made-up facts."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from ringfence.cli.checks import Blocked, Facts, Finding, Trunk, closed, judge

WELL = Facts(
    data="d",
    installed=True,
    running=True,
    answers_http=True,
    answers_sip=True,
    taken=(),
    advertise="public",
    sip_bound="any",
    clock_synchronised=True,
    skew_ms=0,
    disk_free=10**11,
    writable=True,
    private=True,
    engine="native",
    native_built=True,
    compiler=True,
    speech=True,
    codecs=("PCMU", "PCMA", "G722"),
    trunks=(Trunk(name="local", state="trusted", detail=None),),
    files=65_536,
    receive_buffer=4_194_304,
    jobs_dead=0,
)


def bad(facts: Facts) -> list[Finding]:
    return [finding for finding in judge(facts) if finding.level != "ok"]


def test_a_well_installation_has_no_complaint() -> None:
    assert bad(WELL) == []
    checks = [finding.check for finding in judge(WELL)]
    assert checks == [
        "server",
        "ports",
        "nat",
        "clock",
        "disk",
        "engine",
        "codecs",
        "speech",
        "trunks",
    ]


def test_links_that_nobody_could_follow_are_told_of() -> None:
    open_to_all = replace(WELL, http_bound="any")
    [finding] = bad(open_to_all)
    assert (finding.check, finding.level) == ("links", "warning")
    assert "set public_url" in finding.text
    assert finding.mend == "ringfence stop --data d && ringfence up --data d --public-url YOUR_URL"
    [finding] = bad(replace(open_to_all, named="192.0.2.7", http_port=8000))
    assert (finding.mend or "").endswith(" --public-url http://192.0.2.7:8000")
    assert bad(replace(open_to_all, public_url=True)) == []
    assert bad(replace(WELL, http_bound="public")) == []


def test_so_has_one_that_was_not_started_but_could_be() -> None:
    idle = replace(
        WELL, running=False, answers_http=None, answers_sip=None, engine=None, codecs=(), trunks=()
    )
    [finding] = bad(idle)
    assert (finding.check, finding.mend) == ("server", "ringfence up --data d")


@pytest.mark.parametrize(
    ("change", "check", "level", "words", "mend"),
    [
        (
            {"taken": (Blocked("sip", "10.0.0.5:5060", "taken", "10.0.0.5:5062"),)},
            "ports",
            "fault",
            "Another program holds 10.0.0.5:5060, where sip is to listen",
            "ringfence up --data d --sip 10.0.0.5:5062",
        ),
        (
            {"taken": (Blocked("sip_tls", "192.0.2.9:5061", "foreign", "0.0.0.0:5061"),)},
            "ports",
            "fault",
            "192.0.2.9:5061, where sip_tls is to listen, is no address of this machine",
            "--sip-tls 0.0.0.0:5061",
        ),
        (
            {"taken": (Blocked("http", "0.0.0.0:80", "denied", "0.0.0.0:1024"),)},
            "ports",
            "fault",
            "needs more rights",
            "--http 0.0.0.0:1024",
        ),
        ({"rtp_ports": 16}, "ports", "warning", "8 parties can talk at once", "--rtp 10000-19999"),
        ({"silent": "hung"}, "server", "fault", "does not answer", "ringfence stop --data d && "),
        ({"silent": "busy"}, "server", "warning", "in a moment", "ringfence doctor --data d"),
        ({"answers_http": False}, "ports", "fault", "HTTP does not answer", "ringfence stop"),
        ({"answers_sip": False}, "ports", "fault", "SIP does not answer", "ringfence stop"),
        ({"advertise": "private"}, "nat", "warning", "private address", "--advertise"),
        ({"advertise": "loopback"}, "nat", "warning", "Only programs on this", "--advertise"),
        ({"sip_bound": "loopback"}, "nat", "warning", "Only programs on this", "--sip 0.0.0.0"),
        (
            {"sip_bound": "loopback", "sip_port": 5070, "running": True},
            "nat",
            "warning",
            "Only programs on this",
            "ringfence stop --data d && ringfence up --data d --sip 0.0.0.0:5070 --adv",
        ),
        (
            {"advertise": "private", "named": "10.0.0.5", "seen": ("1.2.3.4",)},
            "nat",
            "warning",
            "a trunk sees us at 1.2.3.4",
            "ringfence stop --data d && ringfence up --data d --advertise 1.2.3.4",
        ),
        (
            {"named": "5.6.7.8", "seen": ("1.2.3.4",)},
            "nat",
            "fault",
            "It names 5.6.7.8, and a trunk sees us at 1.2.3.4",
            "ringfence stop --data d && ringfence up --data d --advertise 1.2.3.4",
        ),
        (
            {"advertise": "name", "named": "pbx.example.com", "outgoing": "192.0.2.7"},
            "nat",
            "fault",
            "a host that is not found",
            "--advertise 192.0.2.7",
        ),
        (
            {"sip_bound": "loopback", "outgoing": "10.0.0.5"},
            "nat",
            "warning",
            "Only programs on this",
            "ringfence up --data d --sip 0.0.0.0:5060 --advertise 10.0.0.5",
        ),
        ({"clock_synchronised": False}, "clock", "warning", "time service", "timesyncd"),
        (
            {"clock_synchronised": False, "time_service": True, "root": False},
            "clock",
            "warning",
            "time service",
            "sudo timedatectl set-ntp true",
        ),
        ({"skew_ms": -5000}, "clock", "warning", "was moved", "ringfence stop"),
        ({"audit_faults": 2}, "audit", "fault", "changed by hand: 2 places", "audit verify"),
        (
            {"behind_ms": 5_000},
            "clock",
            "warning",
            "5 seconds before",
            "timesyncd && ringfence stop",
        ),
        (
            {"behind_ms": 10 * 3_600_000},
            "clock",
            "warning",
            "10 hours before",
            "timesyncd && ringfence stop",
        ),
        ({"ahead_ms": 400 * 86_400_000}, "clock", "warning", "400 days after", "clock-is-right"),
        (
            {"behind_ms": 400 * 86_400_000},
            "clock",
            "fault",
            "400 days before",
            "timesyncd && ringfence stop",
        ),
        ({"writable": False}, "disk", "fault", "cannot be written", "chown"),
        ({"writable": False}, "disk", "fault", "cannot be written", "chmod -R u+rwX d"),
        ({"private": False}, "disk", "fault", "Other users", "chmod 700"),
        ({"disk_free": 10**8}, "disk", "fault", "recordings are refused", "df -h"),
        ({"disk_free": 10**9}, "disk", "warning", "few days", "df -h"),
        ({"engine": None}, "engine", "fault", "no audio", "media-0.log"),
        (
            {"engine": "reference", "native_built": False},
            "engine",
            "warning",
            "pure-Python",
            "python3 -m ringfence.media.engine.build && ringfence stop",
        ),
        (
            {"engine": "reference", "native_built": False, "compiler": False},
            "engine",
            "warning",
            "pure-Python",
            "apt-get install gcc",
        ),
        ({"engine": "reference"}, "engine", "warning", "though the native one", "--engine auto"),
        (
            {"engine": "reference", "native_loads": False},
            "engine",
            "warning",
            "cannot be loaded",
            "python3 -m ringfence.media.engine.build && ringfence stop",
        ),
        ({"hung": 2}, "media", "warning", "hung, was ended and replaced", "logs/serve.log"),
        ({"codecs": ("PCMU",)}, "codecs", "fault", "PCMA, G722", "engine.build"),
        ({"speech": False}, "speech", "fault", "stays silent", "espeakng-loader"),
        (
            {
                "trunks": (
                    Trunk(
                        name="c",
                        state="refused",
                        detail="wrong password",
                        address="192.0.2.1",
                        register=True,
                        transport="tls",
                    ),
                )
            },
            "trunks",
            "fault",
            "wrong password",
            "&& ringfence trunk add c --register USER@192.0.2.1 --transport tls --data d",
        ),
        (
            {"carriers": (Trunk(name="c", state="refused", detail="ESME_RINVPASWD"),)},
            "carriers",
            "fault",
            "ESME_RINVPASWD. Add it again with the right --system-id",
            "ringfence carrier test c --data d",
        ),
        (
            {"carriers": (Trunk(name="c", state="waiting", detail="no_connection"),)},
            "carriers",
            "fault",
            "no_connection. Is its address right, and the firewall open?",
            "ringfence carrier test c --data d",
        ),
        (
            {"carriers": (Trunk(name="c", state="connecting", detail=None),)},
            "carriers",
            "warning",
            "connecting",
            "carrier test c",
        ),
        (
            {"trunks": (Trunk(name="c", state="unreachable", detail=None, address="192.0.2.1"),)},
            "trunks",
            "fault",
            "unreachable",
            "ringfence trunk add c --address 192.0.2.1 --data d",
        ),
        ({"trunks": ()}, "trunks", "warning", "nobody outside", "trunk add"),
        (
            {
                "trunks": (
                    Trunk(
                        name="c",
                        state="reachable",
                        detail=None,
                        not_found=3,
                        not_found_ms=300_000,
                    ),
                )
            },
            "numbers",
            "warning",
            "Trunk c called 3 times for a number or a name that is not set up here, last 5 minutes",
            "ringfence number list --data d",
        ),
        (
            {"files": 1024, "root": False},
            "limits",
            "warning",
            "1024 files",
            "sudo prlimit --pid $$ --nofile=65536 && ringfence stop --data d && ringfence up",
        ),
        (
            {"receive_buffer": 212_992, "root": False},
            "limits",
            "warning",
            "receive buffers",
            "sudo sysctl -w net.core.rmem_max=4194304 && ringfence stop --data d && ringfence up",
        ),
        ({"jobs_dead": 2}, "jobs", "warning", "2 jobs", "serve.log"),
    ],
)
def test_each_fault_is_named_with_what_mends_it(
    change: dict, check: str, level: str, words: str, mend: str
) -> None:
    found = [finding for finding in bad(replace(WELL, **change)) if finding.check == check]
    assert found
    assert found[0].level == level
    assert words in found[0].text
    assert mend in (found[0].mend or "")


@pytest.mark.parametrize(
    ("named", "seen"),
    [("1.2.3.4", ("1.2.3.4", "5.6.7.8")), ("1.2.3.4", ()), ("1.2.3.4", ("2001:db8::1",))],
)
def test_an_address_at_which_a_trunk_sees_us_is_right(named: str, seen: tuple[str, ...]) -> None:
    assert bad(replace(WELL, named=named, seen=seen)) == []


def test_all_ports_that_cannot_be_had_are_mended_at_once() -> None:
    """With one of them elsewhere it would still not start."""
    taken = (
        Blocked("http", "127.0.0.1:80", "taken", "127.0.0.1:8080"),
        Blocked("sip", "127.0.0.1:5060", "taken", "127.0.0.1:5062"),
    )
    idle = replace(WELL, running=False, answers_http=None, answers_sip=None, taken=taken)
    mends = {finding.mend for finding in bad(idle) if finding.check == "ports"}
    assert mends == {"ringfence up --data d --http 127.0.0.1:8080 --sip 127.0.0.1:5062"}


def test_a_number_that_was_not_found_long_ago_is_no_news() -> None:
    trunk = Trunk(name="c", state="reachable", detail=None, not_found=1)
    [finding] = bad(replace(WELL, trunks=(trunk,)))
    assert "called once" in finding.text
    assert bad(replace(WELL, trunks=(replace(trunk, not_found_ms=86_400_000),))) == []


def test_what_runs_is_started_again_as_it_was() -> None:
    """Typed as it stands a remedy must change nothing but what it is to mend."""
    flags = (("http", "127.0.0.1:9100"), ("rtp", "20000-20009"), ("public_url", "http://a b"))
    [finding] = bad(replace(WELL, rtp_ports=10, flags=flags))
    assert finding.mend == (
        "ringfence stop --data d && ringfence up --data d --http 127.0.0.1:9100"
        " --rtp 10000-19999 --public-url 'http://a b'"
    )


def test_a_first_start_is_no_missing_installation() -> None:
    first = replace(WELL, installed=False, running=False, silent="busy", answers_http=None)
    (told, *_) = judge(replace(first, answers_sip=None))
    assert told.text.startswith("It is starting")


def test_nothing_is_said_of_the_ports_of_a_server_that_does_not_answer() -> None:
    hung = replace(WELL, running=False, silent="hung", answers_http=None, answers_sip=None)
    assert "ports" not in [finding.check for finding in judge(hung)]


def test_every_complaint_has_a_command() -> None:
    broken = replace(
        WELL, answers_http=False, answers_sip=False, advertise="private", clock_synchronised=False,
        writable=False, private=False, disk_free=0, engine=None, codecs=("X",), speech=False,
        trunks=(), files=1, receive_buffer=1, jobs_dead=1, hung=1,
    )  # fmt: skip
    assert all(finding.mend for finding in bad(broken))


def test_a_folder_without_an_installation_is_the_first_thing_to_know() -> None:
    nothing = replace(WELL, installed=False, running=False, answers_http=None, answers_sip=None)
    (first, *_) = judge(nothing)
    assert (first.level, first.mend) == ("fault", "ringfence up --data d")
    assert "There is no installation in d" in first.text


def test_a_command_can_be_pasted_whatever_the_folder_is_called() -> None:
    """A space in the name of the folder must not make two folders of it."""
    data = "/srv/data of ours"
    broken = replace(
        WELL, data=data, writable=False, private=False, disk_free=0, engine=None, jobs_dead=1
    )
    idle = replace(
        broken,
        running=False,
        taken=(Blocked("http", "127.0.0.1:80", "taken", "127.0.0.1:8080"),),
        engine=None,
        native_built=False,
    )
    carriers = (Trunk(name="c", state="connecting", detail=None),)
    poor = replace(idle, trunks=(Trunk(name="c", state="refused", detail=None),), carriers=carriers)
    for facts in (broken, idle, poor):
        for finding in bad(facts):
            if finding.mend and "data of ours" in finding.mend:
                parts = shlex.split(finding.mend)
                assert any(part.startswith(data) for part in parts), finding


def test_trunks_and_carriers_are_mended_in_the_folder_that_was_looked_at() -> None:
    trunks = (Trunk(name="c", state="refused", detail=None),)
    [trunk] = bad(replace(WELL, trunks=trunks))
    [carrier] = bad(replace(WELL, carriers=(Trunk(name="c", state="waiting", detail=None),)))
    [nobody] = bad(replace(WELL, trunks=()))
    for finding in (trunk, carrier, nobody):
        assert "--data d" in (finding.mend or "")


def test_nothing_is_mended_by_a_package_of_the_same_name() -> None:
    """What a package index has under our name may be somebody else's."""
    poor = replace(WELL, engine="reference", native_built=False, codecs=("PCMU",), speech=False)
    for finding in bad(poor):
        assert "install --force-reinstall" not in (finding.mend or "")
        assert "install ringfence" not in (finding.mend or "")


def test_who_is_not_root_is_told_to_become_it() -> None:
    poor = replace(
        WELL, engine="reference", native_built=False, compiler=False, clock_synchronised=False
    )
    for root, start in ((True, "apt-get install"), (False, "sudo apt-get install")):
        mends = [finding.mend for finding in bad(replace(poor, root=root))]
        assert len(mends) == 2
        assert all(mend is not None and mend.startswith(start) for mend in mends)


@pytest.mark.parametrize(
    ("trouble", "says", "mend"),
    [
        (("database", "damaged"), "damaged", "ringfence restore BACKUP --data d"),
        (("database", "missing"), "missing", "ringfence restore BACKUP --data d"),
        (("database", "newer"), "A newer Ringfence", "ringfence restore BACKUP --data d"),
        (("keystore", "newer"), "A newer Ringfence", "ringfence restore BACKUP --data d"),
        (
            ("keystore", "damaged"),
            "nothing can be read",
            "cp -p YOUR_COPY/* d/keys/ && ringfence restore --replay --data d",
        ),
        (
            ("keystore", "missing"),
            "nothing can be read",
            "cp -p YOUR_COPY/* d/keys/ && ringfence restore --replay --data d",
        ),
        (("keystore", "unreadable"), "cannot be read", "chown -R $(id -u) d"),
    ],
)
def test_a_storage_that_cannot_be_opened_is_a_fault(
    trouble: tuple[str, str], says: str, mend: str
) -> None:
    [finding] = bad(replace(WELL, storage=(trouble,)))
    assert (finding.check, finding.level) == (trouble[0], "fault")
    assert says in finding.text
    assert finding.mend == mend


def test_keys_without_a_database_are_an_installation_that_lost_it() -> None:
    lost = replace(WELL, installed=False, running=False, storage=(("database", "missing"),))
    assert "There is no installation" not in " ".join(finding.text for finding in judge(lost))


def test_a_folder_of_somebody_else_is_told_of_with_the_way_to_be_them() -> None:
    [finding] = bad(replace(WELL, owner="sip"))
    assert (finding.check, finding.level) == ("disk", "warning")
    assert finding.mend == "sudo -u sip ringfence doctor --data d"
    shut = closed(Path("d"), "#12345")
    assert (shut.level, shut.mend) == ("fault", "sudo -u '#12345' ringfence doctor --data d")
    assert "belongs to #12345" in shut.text
    assert closed(Path("d"), "").mend == "chmod u+rwx d"
