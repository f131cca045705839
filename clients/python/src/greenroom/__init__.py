"""Greenroom's client: drive a running Greenroom, or one started for the moment, from tests and scripts.

from greenroom import running

with running() as greenroom:
    world = greenroom.create_world(seed=7)
    world.client("stripe").v1.customers.create(params={"email": "ada@example.test"})
"""

from greenroom._client import Greenroom
from greenroom._clock import Clock
from greenroom._errors import ControlError, GreenroomError, NotRunning, StartFailed, TimedOut
from greenroom._faults import Faults
from greenroom._mailbox import Mailbox
from greenroom._records import (
    Advance,
    Attempt,
    ClockState,
    Delivery,
    Email,
    Endpoint,
    Event,
    Expected,
    Fault,
    Health,
    Provider,
    Request,
    Settled,
    Snapshot,
    Step,
    StreamItem,
    Verdict,
    Violation,
)
from greenroom._server import Server, running, start
from greenroom._snapshots import Snapshots
from greenroom._stream import Stream
from greenroom._webhooks import Endpoints, Webhooks
from greenroom._world import World

__all__ = [
    "Advance",
    "Attempt",
    "Clock",
    "ClockState",
    "ControlError",
    "Delivery",
    "Email",
    "Endpoint",
    "Endpoints",
    "Event",
    "Expected",
    "Fault",
    "Faults",
    "Greenroom",
    "GreenroomError",
    "Health",
    "Mailbox",
    "NotRunning",
    "Provider",
    "Request",
    "Server",
    "Settled",
    "Snapshot",
    "Snapshots",
    "StartFailed",
    "Step",
    "Stream",
    "StreamItem",
    "TimedOut",
    "Verdict",
    "Violation",
    "Webhooks",
    "World",
    "running",
    "start",
]
