"""One worker process: load an engine, say so, answer the bell until told to stop.

It is a Celery worker with a solo pool: one edit at a time, in the process that holds
the model. SIGTERM lets the edit in hand finish; then nothing more is claimed.
"""

import logging
import socket
from typing import Any

from celery import current_app, signals

from editor import catalogue, queue, runner, workers
from editor.engines import registry
from editor.models import Worker

log = logging.getLogger(__name__)


def run(engine: str) -> None:
    """Serve one engine until SIGTERM; blocks. Raises what loading the engine raises."""
    catalogue.models()
    worker = workers.enlist(engine)
    heartbeat = workers.Heartbeat(worker)
    heartbeat.start()
    try:
        registry.engine(engine)
        runner.hand.workers[engine] = worker
        Worker.objects.filter(pk=worker.pk).update(is_ready=True)
        log.info("worker.ready", extra={"worker_id": worker.pk, "engine": engine})
        queue.ring(engine)
        _listen(engine, worker)
    finally:
        heartbeat.stop()


def _listen(engine: str, worker: Worker) -> None:
    signals.worker_shutting_down.connect(_drain, weak=False)
    name = f"{worker.pk}@{socket.gethostname()}"
    options = [
        "--pool=solo",
        "--loglevel=WARNING",
        f"--queues={queue.celery_queue(engine)}",
        f"--hostname={name}",
    ]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    current_app.worker_main(["--quiet", "worker", *options, *quiet])


def _drain(**_: Any) -> None:
    runner.hand.is_draining = True
