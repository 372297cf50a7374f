"""The client of ``/v1``: typed, with nothing but the standard library and msgspec.

::

    from ringfence.client import Client

    with Client("http://127.0.0.1:8080", user="AC…", secret="…") as ringfence:
        call = ringfence.call.place(to="+12025550123", flow="welcome")
        for event in ringfence.events(types=["CallEnded"]):
            print(event.call, event.data["missed"])

Operations are named after the use cases (``call.place`` is ``client.call.place``). A list is an
iterator over all its pages. A refusal is `ApiError`. Every POST carries an idempotency key, so
that a repetition after a lost connection is carried out once.

For a program with an event loop there is `ringfence.client.asynchronous.AsyncClient`: the same
operations to be awaited, over aiohttp.
"""

from ringfence.client.connection import ApiError, ConnectionFailed, Unexpected
from ringfence.client.generated import models
from ringfence.client.main import Client

__all__ = ["ApiError", "Client", "ConnectionFailed", "Unexpected", "models"]
