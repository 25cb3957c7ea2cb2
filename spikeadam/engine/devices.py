"""The two devices behind one interface: `run` takes a state and inputs, and returns a state and spikes."""

from ..checks import one_of
from .runtime import RuntimeDevice
from .standalone import StandaloneDevice

DEVICES = {"standalone": StandaloneDevice, "runtime": RuntimeDevice}


def open_device(name, build, **options):
    """Open the device ``name`` on the circuit that the function ``build`` returns.

    Parameters
    ----------
    name : {'standalone', 'runtime'}
    build : callable
        Makes the circuit; called with the right Brian2 device in place.
    **options
        Of the device.
    """
    return DEVICES[one_of("device", name, tuple(DEVICES))](build, **options)
