"""Traces: a span for each request, each call of a provider and each webhook, sent by OTLP over HTTP.

They are off unless a collector is named (OTEL_EXPORTER_OTLP_ENDPOINT); the extra `otel` has what they need. Attributes name
routes, providers, operations and outcomes: no address, body, person or credential is among them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.errors import SettingsError
from integrations.resilience import Witness

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_NOTHING: Mapping[str, str] = {}
_outgoing: ContextVar[Mapping[str, str]] = ContextVar("outgoing", default=_NOTHING)


def outgoing() -> Mapping[str, str]:
    """Return the headers by which a provider joins the trace of the call that is running; none where nothing is traced."""
    return _outgoing.get()


def announce(request: httpx.Request) -> None:
    """Give a request of an httpx client those headers: for its `event_hooks`."""
    request.headers.update(_outgoing.get())


class Tracing:
    """Makes the spans of the layer. The span of the block that runs is the parent of those made in it."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is the address that takes spans; raises `SettingsError` where OpenTelemetry is not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            told = "OTEL_EXPORTER_OTLP_ENDPOINT: needs OpenTelemetry (pip install 'greenroom[otel]'), or has to be unset"
            raise SettingsError(told) from error
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        resource = Resource({"service.name": "integrations"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        self._tracer = self._provider.get_tracer("integrations")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> "Iterator[Span]":
        """Trace a request that came, below the span that its `traceparent` names."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(headers, context=Context()),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method},
            record_exception=False,  # what an exception says may name persons
        ) as span:
            yield span

    def beside(self, witness: Witness) -> Witness:
        """Return a witness of calls that traces what another one is told of."""

        @contextmanager
        def both(provider: str, operation: str) -> Iterator[dict[str, Any]]:
            with witness(provider, operation) as told, self.call(provider, operation, told):
                yield told

        return both

    @contextmanager
    def call(self, provider: str, operation: str, told: Mapping[str, Any]) -> Iterator[None]:
        """Trace a call of a provider; `told` says at its end how it went."""
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            f"{provider} {operation}",
            kind=SpanKind.CLIENT,
            attributes={"integrations.provider": provider, "integrations.operation": operation},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            headers: dict[str, str] = {}
            self._propagator.inject(headers)
            token = _outgoing.set(headers)
            try:
                yield
            finally:
                _outgoing.reset(token)
                _tell(span, told)

    @contextmanager
    def delivery(self, provider: str, event_type: str, told: Mapping[str, Any]) -> Iterator[None]:
        """Trace what a webhook causes; `told` says at its end what became of it."""
        with self._tracer.start_as_current_span(
            f"{provider} {event_type}",
            attributes={"integrations.provider": provider, "integrations.event": event_type},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                _tell(span, told)

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


def _tell(span: "Span", told: Mapping[str, Any]) -> None:
    from opentelemetry.trace import StatusCode

    names = {
        "outcome": "integrations.outcome",
        "attempts": "integrations.attempts",
        "status": "http.response.status_code",
    }
    for name, attribute in names.items():
        if told.get(name) is not None:
            span.set_attribute(attribute, told[name])
    if told.get("outcome") not in ("ok", "processed", "ignored", "duplicate"):
        span.set_status(StatusCode.ERROR)


class Requests:
    """Traces each request of the HTTP app, named by its route."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self._tracing.request(scope["method"], headers) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _answered(span, scope, message["status"])
                await send(message)

            await self._app(scope, receive, told)


def _answered(span: "Span", scope: Scope, status: int) -> None:
    from opentelemetry.trace import StatusCode

    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        span.update_name(f"{scope['method']} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
