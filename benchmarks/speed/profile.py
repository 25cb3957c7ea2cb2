"""Where the time of a chunk goes in Brian2's C++ standalone mode."""

import functools
import re

from spikeadam.engine import build_cache
from spikeadam.engine.standalone import StandaloneDevice

GROUPS = {
    "input generator": r"input_(stateupdater|spike_thresholder|spike_resetter|run_regularly)",
    "forward spikes": r".*_transmit_",
    "learning": r".*_learn_|.*_feedback_(thresholder|resetter)_",
    "monitors": r".*_spikes_codeobject",
    "neuron updates": r".*",
}
"""Group of a code object: the first pattern that its name matches."""


class ProfiledDevice(StandaloneDevice):
    """Standalone with a clock around each code object; builds lie apart, since a structure does not show it."""

    def __init__(self, build, *, cache=None):
        super().__init__(build, cache=(cache or build_cache.cache_folder()) / "profiled")

    def _generate(self, *arguments):
        network = self.circuit.network
        network.run = functools.partial(network.run, profile=True)
        return super()._generate(*arguments)

    def profile(self):
        """Seconds by group of code objects in the last run.

        Each object's share of the clock itself, as long as the cheapest object that runs in every step, is taken off.
        """
        lines = (self.scratch / "results" / "profiling_info.txt").read_text().splitlines()
        seconds = {name: float(value) for name, value in (line.split() for line in lines)}
        once_a_presentation = re.compile(r".*_run_regularly_codeobject")
        clock = min(value for name, value in seconds.items() if not once_a_presentation.match(name))
        groups = dict.fromkeys(GROUPS, 0.0)
        for name, value in seconds.items():
            group = next(group for group, pattern in GROUPS.items() if re.match(pattern, name))
            groups[group] += max(value - (0 if once_a_presentation.match(name) else clock), 0)
        return groups
