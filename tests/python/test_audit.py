"""`make audit` asks for every pinned dependency and fails for one with a known vulnerability. The database is a stand-in on this machine."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import ROOT


class Database(BaseHTTPRequestHandler):
    """Answers as OSV does; knows a vulnerability of the packages in `vulnerable`, and which ones it was asked for."""

    vulnerable: tuple[str, ...] = ()
    asked: set[tuple[str, str]]

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name, version = query["package"]["name"], query["version"]
        self.asked.add((name, version))
        affected = {
            "package": {"name": name, "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            "versions": [version],
        }
        found = [{"id": "PYSEC-0000-1", "affected": [affected]}] if name in self.vulnerable else []
        body = json.dumps({"vulns": found} if found else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def database() -> Iterator[tuple[type[Database], str]]:
    class Handler(Database):
        asked: set[tuple[str, str]] = set()  # noqa: RUF012

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Handler, f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audit(url: str) -> subprocess.CompletedProcess:
    # The environment is in use: make must not build it anew, however old it looks.
    command = ["make", "--old-file=.venv/.requirements.lock", "audit", f"OSV_URL={url}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_pin_is_asked_for(database):
    asked, url = database[0].asked, database[1]
    done = audit(url)
    assert done.returncode == 0, done.stderr
    assert "No known vulnerabilities found" in done.stderr
    # What is for other systems or older Pythons than this one is not asked for.
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = set(re.findall(r"^([\w.-]+)==(\S+) \\$", lock, re.MULTILINE))
    assert len(pins) > 80
    assert pins <= asked
    assert ("dbt-core", "1.11.16") in asked


def test_a_vulnerable_pin_fails_and_is_named(database):
    database[0].vulnerable = ("jinja2",)
    done = audit(database[1])
    assert done.returncode != 0
    assert re.search(r"^jinja2 +\S+ +PYSEC-0000-1", done.stdout, re.MULTILINE)


def test_without_a_database_nothing_is_called_safe():
    done = audit("http://127.0.0.1:9/v1/query")
    assert done.returncode != 0
    assert "No known vulnerabilities" not in done.stdout + done.stderr
