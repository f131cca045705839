"""A small Pact broker for tests: it keeps pacts and verification results, and answers the matrix of them.

Only what Pact's client and ours ask for, as the broker documents it; nothing of it is served by Greenroom.
"""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Json = dict[str, Any]
TOKEN = "token-of-the-broker"
Pair = tuple[str, str, str]


class StandinBroker:
    """Runs until it is closed; takes requests with its token only."""

    def __init__(self) -> None:
        """Begin empty."""
        self.pacts: dict[Pair, Json] = {}
        self.results: dict[Pair, dict[str, Json]] = {}
        self.branches: dict[tuple[str, str], str] = {}
        self.deployed: dict[str, dict[str, str]] = {}
        self.unserved: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, query: list[tuple[str, str]], body: Json) -> tuple[int, Json]:
        """Answer one request."""
        parts = [unquote(part) for part in path.split("/")[1:]]
        match method, parts:
            case "GET", [""]:
                return 200, {"_links": self._index()}
            case "POST", ["contracts", "publish"]:
                return 200, self._publish(body)
            case "PUT", ["pacticipants", name, "branches", branch, "versions", version]:
                self.branches[name, version] = branch
                return 200, {"_links": {}}
            case "GET", ["pacts", "provider", provider, "consumer", consumer, "version", version]:
                return self._pact((consumer, version, provider))
            case "POST", ["results", consumer, version, provider]:
                self.results.setdefault((consumer, version, provider), {})[
                    body["providerApplicationVersion"]
                ] = body
                return 201, {"_links": {}}
            case "GET", ["matrix"]:
                return 200, self._matrix(query)
        self.unserved.append(f"{method} {path}")
        return 404, {"error": "not found"}

    def _index(self) -> Json:
        paths = {
            "pb:publish-contracts": "/contracts/publish",
            "pb:pacticipant-branch-version": "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
        }
        return {name: {"href": f"{self.url}{path}", "templated": "{" in path} for name, path in paths.items()}

    def _publish(self, body: Json) -> Json:
        name, version = body["pacticipantName"], body["pacticipantVersionNumber"]
        if body.get("branch"):
            self.branches[name, version] = body["branch"]
        for each in body["contracts"]:
            pact = json.loads(base64.b64decode(each["content"]))
            self.pacts[each["consumerName"], version, each["providerName"]] = pact
        return {"notices": [{"type": "success", "text": "published"}], "_links": {"pb:contracts": []}}

    def _pact(self, pair: Pair) -> tuple[int, Json]:
        if pair not in self.pacts:
            return 404, {"error": "no such pact"}
        link = {"href": f"{self.url}/results/{'/'.join(pair)}"}
        return 200, {**self.pacts[pair], "_links": {"pb:publish-verification-results": link}}

    def _matrix(self, query: list[tuple[str, str]]) -> Json:
        names = [value for name, value in query if name == "q[][pacticipant]"]
        versions = [value for name, value in query if name == "q[][version]"]
        asked = dict(zip(names, versions, strict=True))
        environment = dict(query).get("environment")
        there = self.deployed.get(environment, {}) if environment else asked
        lines = [
            self._line(pair, there.get(pair[2]))
            for pair in sorted(self.pacts)
            if asked.get(pair[0]) == pair[1] and (environment or pair[2] in asked)
        ]
        found = [(each["verificationResult"] or {}).get("success") for each in lines]
        deployable = None if None in found or not found else all(found)
        reason = {True: "all are verified", False: "one failed", None: "one is not verified"}[deployable]
        return {
            "summary": {"deployable": deployable, "reason": reason},
            "notices": [{"type": "success" if deployable else "error", "text": reason}],
            "matrix": lines,
        }

    def _line(self, pair: Pair, provided: str | None) -> Json:
        result = self.results.get(pair, {}).get(provided or "")
        return {
            "consumer": {"name": pair[0], "version": {"number": pair[1]}},
            "provider": {"name": pair[2], "version": {"number": provided} if result else None},
            "verificationResult": {"success": result["success"]} if result else None,
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        broker = self

        class Handler(BaseHTTPRequestHandler):
            def _go(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                query = parse_qsl(parts.query, keep_blank_values=True)
                if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                    status, told = broker.answer(
                        self.command, parts.path, query, json.loads(content) if content else {}
                    )
                else:
                    status, told = 401, {"error": "unauthorised"}
                data = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/hal+json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = _go

            def log_message(self, format: str, *args: object) -> None:
                """Write nothing."""

        return Handler
