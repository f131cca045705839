"""A small collector of traces: takes OTLP over HTTP and tells what spans it got."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Seen(NamedTuple):
    """A span as it came; ids are hexadecimal, `parent` is empty for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    kind: int
    failed: bool
    attributes: dict[str, Any]


class Collector:
    """Listens on loopback until it is closed."""

    def __init__(self) -> None:
        """Begin to listen."""
        self.spans: list[Seen] = []
        collected = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collected.extend(read(body))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of a collector, without the path of traces."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def named(self, name: str) -> Seen:
        """Return the only span of a name."""
        (found,) = [each for each in self.spans if each.name == name]
        return found

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def read(body: bytes) -> list[Seen]:
    """Return the spans of a request to a collector."""
    request = ExportTraceServiceRequest.FromString(body)
    found = []
    for resource in request.resource_spans:
        service = {each.key: each.value.string_value for each in resource.resource.attributes}["service.name"]
        for span in (each for scope in resource.scope_spans for each in scope.spans):
            attributes = {
                each.key: getattr(each.value, each.value.WhichOneof("value") or "string_value")
                for each in span.attributes
            }
            ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
            found.append(Seen(service, span.name, *ids, span.kind, span.status.code == 2, attributes))
    return found
