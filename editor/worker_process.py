"""One worker process: load an engine, say so, answer the bell until told to stop.

It is a Celery worker with a solo pool: one edit at a time, in the process that holds
the model. SIGTERM lets the edit in hand finish; then nothing more is claimed.
"""

import logging
import socket
import warnings
from collections.abc import Mapping
from typing import Any

from celery import current_app, signals
from celery.exceptions import SecurityWarning
from celery.worker import state

from editor import catalogue, queue, runner, workers
from editor.engines import registry
from editor.engines.base import Heavy, OutOfMemory
from editor.models import Worker

log = logging.getLogger(__name__)


def run(engine: str, **options: str) -> Mapping[str, str]:
    """Serve one engine until SIGTERM; blocks. Raises what loading the engine raises.

    options: for the engine's loader, over its settings. Returns nothing, or the options with which a
    fresh process should go on, because this one ran out of the device's memory.
    """
    catalogue.models()
    registry.configure(engine, options)
    worker = workers.enlist(engine)
    heartbeat = workers.Heartbeat(worker)
    heartbeat.start()
    try:
        _serve(engine, worker)
    except OutOfMemory as error:
        if error.safer.items() <= options.items():
            raise
        return error.safer
    finally:
        heartbeat.stop()
    return runner.hand.safer


def _serve(engine: str, worker: Worker) -> None:
    loaded = registry.engine(engine)
    if isinstance(loaded, Heavy):
        loaded.warm_up()
        Worker.objects.filter(pk=worker.pk).update(device=loaded.device_in_words[:100])
    runner.hand.workers[engine] = worker
    Worker.objects.filter(pk=worker.pk).update(is_ready=True)
    log.info("worker.ready", extra={"worker_id": worker.pk, "engine": engine})
    queue.ring(engine)
    _listen(engine, worker)


def _listen(engine: str, worker: Worker) -> None:
    # Celery fears root because a broker could send pickled code. We accept JSON only.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    signals.worker_shutting_down.connect(_drain, weak=False)
    signals.task_postrun.connect(_leave_if_spent, weak=False)
    name = f"{worker.pk}@{socket.gethostname()}"
    options = [
        "--pool=solo",
        "--loglevel=WARNING",
        f"--queues={queue.celery_queue(engine)}",
        f"--hostname={name}",
    ]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    try:
        current_app.worker_main(["--quiet", "worker", *options, *quiet])
    except SystemExit:
        if not runner.hand.safer:
            raise


def _drain(**_: Any) -> None:
    runner.hand.is_draining = True


def _leave_if_spent(**_: Any) -> None:
    """Stop listening once the device's memory ran out: the rows wait for the next process."""
    if runner.hand.safer:
        setattr(state, "should_stop", 0)  # noqa: B010  (its type stub knows only the default, None)
