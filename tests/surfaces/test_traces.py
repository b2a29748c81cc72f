"""Spans as an OpenTelemetry collector receives them: the real exporter, and a receiver on this machine."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from served import served

from lukasa.surfaces.http.traces import exporter


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, ExportTraceServiceRequest]]]]:
    """Receive spans over HTTP; give the address and what came in."""
    received: list[tuple[str, ExportTraceServiceRequest]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                data = gzip.decompress(data)
            received.append((self.path, ExportTraceServiceRequest.FromString(data)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


def test_a_collector_receives_requests_in_the_traces_of_their_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    trace = "0af7651916cd43dd8448eb211c80319c"
    with collector() as (address, received):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        provider = exporter("otlp")
        with served(tmp_path) as server, server.client(server.key(user="quixote")) as client:
            monkeypatch.setattr(server.app, "tracer_provider", provider)
            path, headers = "/v1/users/quixote/turns", {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
            client.post(path, json={"messages": "Windmills are giants."}, headers=headers)
        provider.shutdown()  # sends what waits, now that the request has ended

    ((path, request),) = received
    (resource,) = request.resource_spans
    (span,) = resource.scope_spans[0].spans
    described = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert path == "/v1/traces"
    assert described["service.name"] == "lukasa"
    assert span.name == "POST /v1/users/{user}/turns"
    assert span.trace_id.hex() == trace
    assert "quixote" not in str(request)
    assert "indmill" not in str(request)
