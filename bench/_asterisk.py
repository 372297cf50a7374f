"""Asterisk, where it is installed, as the platform's peer in `beside_asterisk.py`.

It is taken from PATH, or from a Debian in a folder of its own that `scripts/install_asterisk.sh`
made, and then run in a chroot, which takes root. Its mounts live in a mount namespace of its own
and go with the process; its configuration, sockets and recordings lie in a temporary folder.

*Bare*: everything is left out that the benchmark does not call for, which favours Asterisk: about
thirty of 350 modules, no call detail records, no event log, no database but the small one in which
it keeps registrations by itself, no authentication of calls, messages of warnings alone.

*Shipped*: with the configuration its distribution ships, as most people run it: all modules that
start, call detail records in a file. Only who may call and what is answered is as above.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _rtpengine import port_of, sdp

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from platform_run import claim_rtp_range, free_port

FOLDER = Path("/srv/ringfence-peers/asterisk")
"""Where `scripts/install_asterisk.sh` puts it."""
USER, SECRET = "bench", "secret"
PROMPT_SECONDS = 60

MODULES = """
    res_sorcery_config res_sorcery_memory res_sorcery_astdb res_timing_timerfd
    res_pjproject res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_caller_id
    res_pjsip_pubsub res_pjsip_rfc3326 res_pjsip_nat
    res_pjsip_registrar res_pjsip_authenticator_digest
    res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user
    res_rtp_asterisk chan_pjsip pbx_config
    app_dial app_playback app_mixmonitor app_confbridge
    bridge_simple bridge_native_rtp bridge_softmix
    codec_ulaw format_pcm format_wav
"""

FILES = {
    "asterisk.conf": """
[directories]
astetcdir => {base}
astvarlibdir => {base}
astdbdir => {base}
astkeydir => {base}
astspooldir => {base}
astrundir => {base}
astlogdir => {base}
[options]
maxfiles = 65536
""",
    "confbridge.conf": "[general]\n[default_bridge]\ntype = bridge\n"
    "[default_user]\ntype = user\nquiet = yes\n",
    "rtp.conf": "[general]\nrtpstart = {rtp_low}\nrtpend = {rtp_high}\n",
    "pjsip.conf": """
[global]
type = global
endpoint_identifier_order = username,ip
[udp]
type = transport
protocol = udp
bind = {sip}
[caller]
type = endpoint
context = bench
disallow = all
allow = ulaw
direct_media = no
[caller]
type = identify
endpoint = caller
match = 127.0.0.1
[{user}]
type = endpoint
context = bench
disallow = all
allow = ulaw
auth = {user}
aors = {user}
[{user}]
type = auth
auth_type = userpass
username = {user}
password = {secret}
[{user}]
type = aor
max_contacts = 1
remove_existing = yes
""",
    "extensions.conf": """
[bench]
exten => answer,1,Answer()
 same => n,Wait(600)
exten => play,1,Answer()
 same => n(again),Playback({base}/prompt)
 same => n,Goto(again)
exten => record,1,Answer()
 same => n,MixMonitor({base}/recordings/${{UNIQUEID}}.wav)
 same => n,Goto(play,again)
exten => _dial.,1,Dial(PJSIP/caller/sip:agent@127.0.0.1:${{EXTEN:4}})
exten => _room.,1,Answer()
 same => n,ConfBridge(${{EXTEN:4}})
""",
    "hosts": "127.0.0.1 localhost {host}\n",  # or it asks the name servers at every call
}

BARE = {
    "cdr.conf": "[general]\nenable = no\n",
    "cel.conf": "[general]\nenable = no\n",
    "logger.conf": "[general]\n[logfiles]\nmessages => error,warning\n",
    "modules.conf": "[modules]\nautoload = no\n"
    + "".join(f"load = {name}.so\n" for name in MODULES.split()),
}
"""What is left to the distribution's files where Asterisk runs as it is shipped."""

OTHER_DIALPLANS = shutil.ignore_patterns("extensions.ael", "extensions.lua")

ENTER = """
mount --bind "$1" "$2/mnt" && mount --bind "$1/hosts" "$2/etc/hosts" &&
exec chroot "$2" /usr/sbin/asterisk -f -C /mnt/asterisk.conf
"""
"""What is done in a mount namespace of its own, with the temporary folder and the root."""


def missing(folder: Path = FOLDER) -> str:
    """Return why there is no Asterisk to be measured; nothing where there is one."""
    if shutil.which("asterisk"):
        return ""
    if not (folder / "usr/sbin/asterisk").exists():
        return "Asterisk is not installed; scripts/install_asterisk.sh"
    if os.geteuid():
        return f"Asterisk in {folder} runs in a chroot, which takes root"
    return ""


def cpu_us(pid: int) -> float:
    """Return the CPU time in µs of all threads of a process, of those that ended, too.

    Asterisk's threads come and go with calls, so the sum over those that live is not it. This is
    the process's clock (clock_getcpuclockid(3), by the arithmetic of its macro), in nanoseconds.
    """
    return time.clock_gettime_ns(~pid << 3 | 2) / 1000


def resident_kb(pid: int) -> int:
    """Return the resident memory of a process, shared pages included."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.partition("\nRss:")[2].split()[0])


class Asterisk:
    """A running Asterisk, bare or as it is shipped; ``sip`` is its HOST:PORT."""

    def __init__(self, folder: Path = FOLDER, *, shipped: bool = False) -> None:
        self.shipped = shipped
        self._temporary = tempfile.TemporaryDirectory(prefix="ringfence-asterisk-")
        self.folder = Path(self._temporary.name)
        self.sip = f"127.0.0.1:{free_port()}"
        rtp, self._claim = claim_rtp_range()
        low, _, high = rtp.partition("-")
        inside = shutil.which("asterisk") is None
        if shipped:
            etc = (folder if inside else Path("/")) / "etc/asterisk"
            shutil.copytree(etc, self.folder, dirs_exist_ok=True, ignore=OTHER_DIALPLANS)
        self._write(
            base="/mnt" if inside else str(self.folder),
            sip=self.sip,
            rtp_low=low,
            rtp_high=high,
            host=socket.gethostname(),
        )
        words = ["asterisk", "-f", "-C", f"{self.folder}/asterisk.conf"]
        if inside:
            words = ["unshare", "--mount", "--propagation", "private"]
            words += ["sh", "-c", ENTER, "sh", str(self.folder), str(folder)]
        with (self.folder / "said").open("wb") as said:
            self.process = subprocess.Popen(words, stdout=said, stderr=said)
        try:
            self._ready()
        except BaseException:
            self.close()
            raise

    def _write(self, **values: str) -> None:
        (self.folder / "recordings").mkdir()
        values |= {"user": USER, "secret": SECRET}
        for name, text in FILES.items() if self.shipped else (FILES | BARE).items():
            (self.folder / name).write_text(text.format(**values))
        voice = bytes(0x80 | (20 + abs(k % 40 - 20) * 3) for k in range(8000))
        (self.folder / "prompt.ulaw").write_bytes(voice * PROMPT_SECONDS)

    def _ready(self) -> None:
        """Wait until a call is answered."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with Phones(self.sip, seconds=1) as phones, contextlib.suppress(OSError):
                phones.call("answer", 9)
                return
            time.sleep(0.2)
        said = "".join(
            path.read_text(errors="replace")[-2000:]
            for path in (
                self.folder / "said",
                self.folder / "messages",
                self.folder / "messages.log",
            )
            if path.exists()
        )
        raise OSError(f"Asterisk does not answer calls: {said}")

    def __enter__(self) -> Asterisk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, and with it what was mounted for it."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._claim.close()
        self._temporary.cleanup()

    def cpu_us(self) -> float:
        """Return the CPU time it has used."""
        return cpu_us(self.process.pid)

    def resident_kb(self) -> int:
        """Return its resident memory."""
        return resident_kb(self.process.pid)

    def forget_recordings(self) -> int:
        """Remove what was recorded; the bytes of it."""
        total = 0
        for path in (self.folder / "recordings").iterdir():
            total += path.stat().st_size
            path.unlink()
        return total


class Phones:
    """Telephones behind one socket that call, answer and hang up; their audio goes elsewhere."""

    def __init__(self, target: str, seconds: float = 5) -> None:
        host, _, port = target.rpartition(":")
        self._target = target
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.connect((host, int(port)))
        self._socket.settimeout(seconds)
        self.port: int = self._socket.getsockname()[1]
        self._calls: list[tuple[str, str, bool]] = []

    def __enter__(self) -> Phones:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.hang_up()
        self._socket.close()

    def call(self, extension: str, port: int, callee: int = 0) -> list[int]:
        """Call with audio at a port; where that sends to.

        With ``callee`` the call comes back to these telephones and is answered with that port;
        then where that one sends to, too.
        """
        call = f"{len(self._calls)}-{self.port}"
        uri = f"sip:{extension}@{self._target}"
        self._send(f"INVITE {uri}", uri, call, 1, "INVITE", sdp(port))
        ports: list[int] = []
        while True:
            message = self._receive()
            if message.startswith("INVITE "):
                ports.append(port_of(message.encode()))
                self._answer(message, sdp(callee))
            elif f"Call-ID: {call}" in message and "CSeq: 1 INVITE" in message:
                status = int(message.split()[1])
                if status < 200:
                    continue
                to = _field(message, "To")
                self._send(f"ACK {uri}", to, call, 1, "ACK")
                if status != 200:
                    raise OSError(f"the call was answered with {status}")
                self._calls.append((uri, to, bool(callee)))
                return [port_of(message.encode()), *ports]

    def hang_up(self) -> None:
        """End all calls."""
        for number, (uri, to, dialled) in enumerate(self._calls):
            self._send(f"BYE {uri}", to, f"{number}-{self.port}", 2, "BYE")
            waiting = {"SIP/2.0", "BYE"} if dialled else {"SIP/2.0"}
            while waiting:
                message = self._receive()
                waiting.discard(message.split()[0])
                if message.startswith("BYE "):
                    self._answer(message)
        self._calls.clear()

    def _send(
        self, start: str, to: str, call: str, number: int, method: str, body: str = ""
    ) -> None:
        me = f"127.0.0.1:{self.port}"
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self._socket.send(
            f"{start} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{call}{method};rport\r\n"
            f"From: <sip:+12025550123@{me}>;tag={call}\r\n"
            f"To: {to if to.startswith('<') else f'<{to}>'}\r\n"
            f"Call-ID: {call}\r\nCSeq: {number} {method}\r\nContact: <sip:phone@{me}>\r\n"
            f"Max-Forwards: 70\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    def _answer(self, request: str, body: str = "") -> None:
        kept = [
            line
            for line in request.partition("\r\n\r\n")[0].split("\r\n")
            if line.partition(":")[0] in {"Via", "From", "Call-ID", "CSeq"}
        ]
        to = _field(request, "To")
        kind = ["Content-Type: application/sdp"] if body else []
        lines = [
            "SIP/2.0 200 OK", *kept, f"To: {to}" + ("" if ";tag=" in to else ";tag=callee"),
            f"Contact: <sip:agent@127.0.0.1:{self.port}>", *kind, f"Content-Length: {len(body)}",
        ]  # fmt: skip
        self._socket.send("\r\n".join([*lines, "", body]).encode())

    def _receive(self) -> str:
        return self._socket.recv(65_535).decode()


def _field(message: str, name: str) -> str:
    return message.partition(f"\r\n{name}: ")[2].partition("\r\n")[0]
