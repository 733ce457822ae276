"""How front ends call CamFlix: the same verbs in this process or on a server elsewhere."""

from camflix.client.protocol import Client

__all__ = ["Client"]
