"""The official Node SDK in a process of its own, which is told what to do in JavaScript."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from platform_run import Platform

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ringfence-peers"
MODULES = CACHE / "node_modules"
"""Where scripts/install_peers.sh puts what comes from npm."""

_PROGRAM = """
const twilio = require("twilio");
const [sid, token, base] = process.argv.slice(1);
const client = twilio(sid, token);
client.api.baseUrl = base;
if (client.lookups) client.lookups.baseUrl = base;
const AsyncFunction = (async () => {}).constructor;
require("readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  const { code, a } = JSON.parse(line);
  let answer;
  try {
    const run = new AsyncFunction("client", "twilio", "a", `return await (${code});`);
    answer = { ok: (await run(client, twilio, a)) ?? null };
  } catch (error) {
    answer = { error: String(error.message), code: error.code, status: error.status };
  }
  process.stdout.write(JSON.stringify(answer) + "\\n");
});
"""


def missing() -> str:
    """Why the SDK cannot be run here, or nothing."""
    if shutil.which("node") is None:
        return "node is NOT INSTALLED: scripts/install_peers.sh"
    if not (MODULES / "twilio").exists():
        return "npm's twilio is NOT INSTALLED: scripts/install_peers.sh"
    return ""


class NodeError(Exception):
    """What the SDK threw: ``code`` and ``status`` of a RestException."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["error"])
        self.code = answer.get("code")
        self.status = answer.get("status")


class Node:
    """A client of a running platform; `run` evaluates an expression of ``client`` and ``a``."""

    def __init__(self, platform: Platform) -> None:
        ready = platform.ready
        self._process = subprocess.Popen(
            [
                "node",
                "-e",
                _PROGRAM,
                "--",
                *(ready[k] for k in ("account_sid", "auth_token", "http")),
            ],
            env={**os.environ, "NODE_PATH": str(MODULES)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str, **a: Any) -> Any:
        """Evaluate; the result as JSON. Raises `NodeError`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"code": code, "a": a}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise NodeError(answer)
        return answer["ok"]

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
