"""CamFlix tells how much you will like a film, from 0 to 100, and shows the arithmetic."""

__version__ = "0.1.0"
