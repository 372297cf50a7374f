"""Every sentence of the doctor, from made-up facts."""

from dataclasses import replace

import pytest

from ringfence.cli.checks import Facts, Finding, Trunk, judge

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
    assert finding.mend == "ringfence up --data d --public-url YOUR_URL"
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
            {"running": False, "taken": ("sip",), "answers_sip": None},
            "ports",
            "fault",
            "port of sip",
            "--sip 0.0.0.0:5062",
        ),
        ({"answers_http": False}, "ports", "fault", "HTTP does not answer", "ringfence stop"),
        ({"answers_sip": False}, "ports", "fault", "SIP does not answer", "ringfence stop"),
        ({"advertise": "private"}, "nat", "warning", "private address", "--advertise"),
        ({"advertise": "loopback"}, "nat", "warning", "Only programs on this", "--advertise"),
        ({"sip_bound": "loopback"}, "nat", "warning", "Only programs on this", "--sip 0.0.0.0"),
        ({"clock_synchronised": False}, "clock", "warning", "time service", "timesyncd"),
        ({"skew_ms": -5000}, "clock", "warning", "was moved", "ringfence stop"),
        ({"behind_ms": 5_000}, "clock", "warning", "5 seconds before", "set-ntp"),
        ({"behind_ms": 10 * 3_600_000}, "clock", "warning", "10 hours before", "set-ntp"),
        ({"ahead_ms": 400 * 86_400_000}, "clock", "warning", "400 days after", "clock-is-right"),
        ({"behind_ms": 400 * 86_400_000}, "clock", "fault", "400 days before", "set-ntp"),
        ({"writable": False}, "disk", "fault", "cannot be written", "chown"),
        ({"private": False}, "disk", "fault", "Other users", "chmod 700"),
        ({"disk_free": 10**8}, "disk", "fault", "recordings are refused", "df -h"),
        ({"disk_free": 10**9}, "disk", "warning", "few days", "df -h"),
        ({"engine": None}, "engine", "fault", "no audio", "media-0.log"),
        (
            {"engine": "reference", "native_built": False},
            "engine",
            "warning",
            "pure-Python",
            "pip install",
        ),
        (
            {"engine": "reference", "native_built": False, "compiler": False},
            "engine",
            "warning",
            "pure-Python",
            "apt-get install gcc",
        ),
        ({"engine": "reference"}, "engine", "warning", "though the native one", "--engine auto"),
        ({"codecs": ("PCMU",)}, "codecs", "fault", "PCMA, G722", "pip install"),
        ({"speech": False}, "speech", "fault", "stays silent", "espeakng-loader"),
        (
            {"trunks": (Trunk(name="c", state="refused", detail="wrong password"),)},
            "trunks",
            "fault",
            "wrong password",
            "right user and password",
        ),
        (
            {"carriers": (Trunk(name="c", state="refused", detail="ESME_RINVPASWD"),)},
            "carriers",
            "fault",
            "ESME_RINVPASWD",
            "--system-id",
        ),
        (
            {"carriers": (Trunk(name="c", state="waiting", detail="no_connection"),)},
            "carriers",
            "fault",
            "no_connection",
            "firewall",
        ),
        (
            {"carriers": (Trunk(name="c", state="connecting", detail=None),)},
            "carriers",
            "warning",
            "connecting",
            "carrier test c",
        ),
        (
            {"trunks": (Trunk(name="c", state="unreachable", detail=None),)},
            "trunks",
            "fault",
            "unreachable",
            "--transport",
        ),
        ({"trunks": ()}, "trunks", "warning", "nobody outside", "trunk add"),
        ({"files": 1024}, "limits", "warning", "1024 files", "ulimit"),
        ({"receive_buffer": 212_992}, "limits", "warning", "receive buffers", "rmem_max"),
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


def test_every_complaint_has_a_command() -> None:
    broken = replace(
        WELL, answers_http=False, answers_sip=False, advertise="private", clock_synchronised=False,
        writable=False, private=False, disk_free=0, engine=None, codecs=("X",), speech=False,
        trunks=(), files=1, receive_buffer=1, jobs_dead=1,
    )  # fmt: skip
    assert all(finding.mend for finding in bad(broken))


def test_a_folder_without_an_installation_is_the_first_thing_to_know() -> None:
    nothing = replace(WELL, installed=False, running=False, answers_http=None, answers_sip=None)
    (first, *_) = judge(nothing)
    assert (first.level, first.mend) == ("fault", "ringfence up --data d")
    assert "There is no installation in d" in first.text
