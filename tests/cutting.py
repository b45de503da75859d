"""A proxy that cuts a client's first connection at one byte, and lets every later one through."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Way = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Cut:
    """After how many bytes of the request ("up") or of the answer ("down") the line breaks."""

    way: Way
    after: int


@dataclass(slots=True)
class Traffic:
    """How many bytes passed each way on one proxy's first connection."""

    up: int = 0
    down: int = 0
    connections: int = 0


class Proxy:
    """Runs any number of one-client proxies on a loop in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def cutting(self, cut: Cut | None) -> Iterator[tuple[int, Traffic]]:
        """Open a proxy; gives its port and what passes. Without a cut all goes through."""
        traffic = Traffic()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            traffic.connections += 1
            with contextlib.suppress(asyncio.CancelledError):  # the test is over
                await self._connect(reader, writer, traffic, cut if traffic.connections == 1 else None)

        server = self._run(asyncio.start_server(serve, "127.0.0.1", 0))
        try:
            yield server.sockets[0].getsockname()[1], traffic
        finally:
            self._loop.call_soon_threadsafe(server.close)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(_end_all(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, asyncio.Server]) -> asyncio.Server:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _connect(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, traffic: Traffic, cut: Cut | None
    ) -> None:
        there, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        is_first = traffic.connections == 1
        ways = [
            asyncio.ensure_future(_pipe(reader, to_server, "up", cut, traffic if is_first else Traffic())),
            asyncio.ensure_future(_pipe(there, writer, "down", cut, traffic if is_first else Traffic())),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for line in (writer, to_server):
                if cut is not None and cut.after % 2:
                    line.transport.abort()  # a reset; the even ones end in good order, only too early
                else:
                    line.close()
            ends = [writer.wait_closed(), to_server.wait_closed()]
            await asyncio.gather(*ways, *ends, return_exceptions=True)


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _pipe(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way, cut: Cut | None, traffic: Traffic
) -> None:
    limit = cut.after if cut is not None and cut.way == way else None
    passed = 0
    with contextlib.suppress(OSError):
        while limit is None or passed < limit or (limit == 0 and way == "down"):
            data = await source.read(65536)
            if not data:
                return
            data = data if limit is None else data[: limit - passed]
            sink.write(data)
            await sink.drain()
            passed += len(data)
            setattr(traffic, way, passed)
            if limit is not None and passed >= limit:
                return
