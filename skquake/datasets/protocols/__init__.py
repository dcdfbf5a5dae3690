"""Published protocols as data: what each finds where no earthquake has an effect.

A protocol is one file of this package, or of a folder of yours: a module with a `Protocol` named
``PROTOCOL``. It declares what an article says, builds a world in which nothing happens before any earthquake
but which has what confounds (seasons, storms, places, clusters of earthquakes), and scores that world twice:
step by step as published, and honestly. To add one, copy the shortest of them, ``tec_counts.py``; nothing
else knows of it.
"""

from skquake.datasets.protocols._protocol import Outcome, Protocol
from skquake.datasets.protocols._reproduce import list_protocols, reproduce
from skquake.datasets.protocols._reproduction import Reproduction

__all__ = ["Outcome", "Protocol", "Reproduction", "list_protocols", "reproduce"]
