"""Traces: a span for each request and each attempt to deliver, sent by OTLP over HTTP; the extra `otel` has what it needs.

A request's span follows the `traceparent` it came with, a delivery's that of the request that caused its event, and passes it
on to the receiver. Attributes name operations, worlds and outcomes; no address, body or credential is among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.context import Context
    from opentelemetry.trace import Span

    from harness.delivery_client import Result
    from harness.exchange import Exchange
    from harness.world import World

Json = dict[str, Any]
MOST_CAUSES = 10_000
"""Events whose request is remembered, those of last."""


class Attempt:
    """The span of one attempt to deliver; `headers` tell the receiver of it."""

    def __init__(self, span: Span, headers: Mapping[str, str]) -> None:
        """The span has begun."""
        self._span = span
        self.headers = list(headers.items())

    def end(self, result: Result) -> None:
        """End the span with what came of the attempt."""
        _end(self._span, result.status, None, failed=not result.success)


class Tracing:
    """Makes the spans of a server."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is the address that takes spans (`http://127.0.0.1:4318/v1/traces`). Raises ConfigurationError."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import OTELResourceDetector, Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            told = "traces need OpenTelemetry: pip install 'greenroom[otel]', or leave the endpoint out"
            raise ConfigurationError(told) from error
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        resource = Resource({"service.name": "greenroom"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
        self._tracer = self._provider.get_tracer("greenroom")
        self._propagator = TraceContextTextMapPropagator()
        self._causes: dict[tuple[int, str, str], Context] = {}

    def served(self, exchange: Exchange, milliseconds: float) -> None:
        """Make the span of a request that has ended; its events are remembered as caused by it."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, set_span_in_context

        provider, operation, world = exchange.provider.name, exchange.operation, exchange.world
        request = exchange.request
        begun = exchange.at * 1000
        attributes = _named(provider, world) | {"http.request.method": request.method}
        if operation is not None:
            attributes["greenroom.operation"] = operation.id
        if exchange.fault is not None:
            attributes["greenroom.fault"] = exchange.fault["kind"]
        span = self._tracer.start_span(
            f"{provider} {request.method if operation is None else operation.id}",
            context=self._propagator.extract(request.headers, context=Context()),
            kind=SpanKind.SERVER,
            attributes=attributes,
            start_time=begun,
        )
        status = None if exchange.answer is None else exchange.answer.status
        _end(span, status, begun + int(milliseconds * 1e6), failed=status is None or status >= 500)
        if world is not None and exchange.outcome is not None:
            for event in exchange.outcome.events:
                self._remember((world.space, provider, event["id"]), set_span_in_context(span, Context()))

    def attempt(self, world: World, delivery: Json) -> Attempt:
        """Begin the span of an attempt to deliver."""
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind, set_span_in_context

        provider = delivery["provider"]
        span = self._tracer.start_span(
            f"{provider} deliver {delivery['type']}",
            context=self._causes.get((world.space, provider, delivery["event"])) or Context(),
            kind=SpanKind.CLIENT,
            attributes=_named(provider, world)
            | {"greenroom.event": delivery["type"], "greenroom.attempt": len(delivery["attempts"]) + 1},
        )
        headers: dict[str, str] = {}
        self._propagator.inject(headers, context=set_span_in_context(span, Context()))
        return Attempt(span, headers)

    def close(self) -> None:
        """Send what is left; it waits for the receiver, so call it beside the event loop."""
        self._provider.shutdown()

    def _remember(self, event: tuple[int, str, str], cause: Context) -> None:
        if len(self._causes) >= MOST_CAUSES:
            del self._causes[next(iter(self._causes))]
        self._causes[event] = cause


def _named(provider: str, world: World | None) -> dict[str, str | int]:
    named: dict[str, str | int] = {"greenroom.provider": provider}
    if world is not None:
        named["greenroom.world"] = world.name
    return named


def _end(span: Span, status: int | None, at: int | None, *, failed: bool) -> None:
    from opentelemetry.trace import StatusCode

    if status is not None:
        span.set_attribute("http.response.status_code", status)
    if failed:
        span.set_status(StatusCode.ERROR)
    span.end(at)
