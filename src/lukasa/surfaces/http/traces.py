"""OpenTelemetry spans of requests, for whoever has set up tracing. They name routes, statuses and ids of keys, never users or content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from lukasa.errors import ConfigError


@dataclass(slots=True)
class RequestSpan:
    """A request while it is answered."""

    span: Any = None

    @property
    def trace(self) -> str | None:
        """The id of the trace, for the log; `None`: nothing is traced."""
        context = self.span.get_span_context() if self.span is not None else None
        return f"{context.trace_id:032x}" if context is not None and context.is_valid else None

    def answered(self, method: str, route: str, status: int, key: str | None) -> None:
        """Say what became of it."""
        if self.span is None or not self.span.is_recording():
            return
        self.span.update_name(f"{method} {route}")
        self.span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )
        if key is not None:
            self.span.set_attribute("lukasa.key", key)
        if status >= 500 or not status:  # noqa: PLR2004 - as HTTP has them; 0: the caller had left
            self.span.set_attribute("error.type", str(status))


@contextmanager
def request_span(headers: Mapping[str, str], *, provider: Any = None) -> Iterator[RequestSpan]:
    """Make a span, within the trace that the caller names. *provider*: in place of the process's."""
    try:
        from opentelemetry import trace  # noqa: PLC0415 - optional
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415
    except ImportError:
        yield RequestSpan()
        return
    caller = TraceContextTextMapPropagator().extract(dict(headers))
    tracer = trace.get_tracer("lukasa", tracer_provider=provider)
    with tracer.start_as_current_span(
        "HTTP request",
        context=caller,
        kind=trace.SpanKind.SERVER,
        record_exception=False,  # Its message may show content.
        set_status_on_exception=False,
    ) as span:
        yield RequestSpan(span)


def set_up_traces(kind: str) -> None:
    """Send spans of this process to a collector, as the variables `OTEL_…` say. Raises `ConfigError`."""
    provider = exporter(kind)
    from opentelemetry import trace  # noqa: PLC0415 - of the extra

    trace.set_tracer_provider(provider)


def exporter(kind: str) -> Any:
    """Return the provider of tracers that sends to a collector. Raises `ConfigError`."""
    if kind != "otlp":
        raise ConfigError(f"traces must be 'otlp' or empty, not {kind!r}")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError("traces need OpenTelemetry; run: pip install 'lukasa[otel]'") from error
    resource = Resource.create({"service.name": "lukasa", "service.version": version("lukasa")})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
