"""Runs a circuit on data: chunk by chunk, on C++ standalone or on Brian2's runtime."""

from .devices import DEVICES, open_device

__all__ = ["DEVICES", "open_device"]
