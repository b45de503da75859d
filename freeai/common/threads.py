"""What Django keeps for a request while it is answered, and what one that waits can give back.

Under ASGI every request gets a thread of its own at its first synchronous step (middlewares and
signals are such steps) and keeps it until the answer is out: harmless for a page, but thousands
that wait for an edit, or listen to one, would each hold a thread.
"""

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections


async def give_back() -> None:
    """End this request's thread, its database connections included; a later step gets a new one."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context is None or context not in SyncToAsync.context_to_thread_executor:
        return
    await sync_to_async(connections.close_all)()
    SyncToAsync.context_to_thread_executor.pop(context).shutdown(wait=False)
