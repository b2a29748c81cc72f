"""What a server counts: requests and how long they take, by route. Nothing of users or of content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from lukasa.domain.job import Job, JobState

MEDIA_TYPE = CONTENT_TYPE_LATEST


MOST_JOBS = 10_000
"""Earliest due first: beyond that, how many there are says little more."""


class Metrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        names = ("method", "route")
        self._requests = Counter(
            "lukasa_http_requests", "Requests answered.", (*names, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "lukasa_http_request_seconds", "How long a request took.", names, registry=self._registry
        )
        self._running = Gauge(
            "lukasa_http_requests_running", "Requests being answered.", registry=self._registry
        )
        self._jobs = Gauge(
            "lukasa_jobs",
            f"Background jobs of all users, at most {MOST_JOBS:,} counted.",
            ("state",),
            registry=self._registry,
        )
        self._lag = Gauge(
            "lukasa_jobs_lag_seconds",
            "For how long the first waiting job has been due; 0: none is.",
            registry=self._registry,
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count a request as being answered."""
        self._running.inc()
        try:
            yield
        finally:
            self._running.dec()

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered; status 0: the caller had left."""
        method = method if method in {"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"} else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def show_jobs(self, jobs: Sequence[Job], now: datetime) -> None:
        """Show how many jobs there are, of all that were listed, and how far behind the workers are."""
        for state in get_args(JobState):
            self._jobs.labels(state).set(sum(job.state == state for job in jobs))
        due = [job.due_at for job in jobs if job.state == "waiting"]
        self._lag.set(max(0.0, (now - min(due)).total_seconds()) if due else 0.0)

    def text(self) -> bytes:
        """Return all of it in the text format of Prometheus."""
        return generate_latest(self._registry)
