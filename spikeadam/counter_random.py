"""Uniform random numbers as a function of a seed, a step and an index.

Brian2's own ``rand()`` draws different numbers on each device, and replays the same ones in every run of a
standalone binary. Here a number depends on its three counters and on nothing else, so that numpy, cython and
C++ standalone give the same spike trains, in any chunk of a run and after a resume.

Each counter is added to the state with an odd multiplier and mixed with the finaliser of SplitMix64
(Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators").
"""

import numpy as np
from brian2 import Function

_CPP = """
static inline uint64_t _sa_mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}
static inline double counter_uniform(int64_t seed, int64_t step, int64_t index) {
    uint64_t z = _sa_mix((uint64_t)seed * 0x9E3779B97F4A7C15ULL + 0xD1B54A32D192ED03ULL);
    z = _sa_mix(z + (uint64_t)step * 0x9E3779B97F4A7C15ULL);
    z = _sa_mix(z + (uint64_t)index * 0x9E3779B97F4A7C15ULL);
    return (double)(z >> 11) * (1.0 / 9007199254740992.0);
}
"""

_CYTHON = """
cdef inline unsigned long long _sa_mix(unsigned long long z) noexcept nogil:
    z = (z ^ (z >> 30)) * <unsigned long long>0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <unsigned long long>0x94D049BB133111EB
    return z ^ (z >> 31)

cdef double counter_uniform(long long seed, long long step, long long index) noexcept nogil:
    cdef unsigned long long golden = <unsigned long long>0x9E3779B97F4A7C15
    cdef unsigned long long z
    z = _sa_mix(<unsigned long long>seed * golden + <unsigned long long>0xD1B54A32D192ED03)
    z = _sa_mix(z + <unsigned long long>step * golden)
    z = _sa_mix(z + <unsigned long long>index * golden)
    return <double>(z >> 11) * (1.0 / 9007199254740992.0)
"""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(z):
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _numpy_counter_uniform(seed, step, index):
    # Arithmetic of arrays wraps modulo 2**64 silently, that of scalars warns.
    seed, step, index = (np.atleast_1d(np.asarray(part)).astype(np.int64).view(np.uint64) for part in (seed, step, index))
    z = _mix(seed * _GOLDEN + np.uint64(0xD1B54A32D192ED03))
    z = _mix(z + step * _GOLDEN)
    z = _mix(z + index * _GOLDEN)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _make():
    function = Function(
        _numpy_counter_uniform,
        arg_units=[1, 1, 1],
        arg_types=["integer", "integer", "integer"],
        return_unit=1,
        return_type="float",
        stateless=True,
    )
    function.implementations.add_implementation("numpy", _numpy_counter_uniform)
    function.implementations.add_implementation("cpp", _CPP)
    function.implementations.add_implementation("cython", _CYTHON)
    return function


counter_uniform = _make()
"""Brian2 `Function`: ``counter_uniform(seed, step, index)``, three integers in, a float in [0, 1) out.

Pass it to a group's namespace under its own name:

>>> from brian2 import NeuronGroup
>>> from spikeadam.counter_random import counter_uniform
>>> group = NeuronGroup(5, 'p : 1', threshold='counter_uniform(1, t_in_timesteps, i) < p',
...                     namespace={'counter_uniform': counter_uniform})
>>> counter_uniform.pyfunc(1, 0, [0, 1, 2]).round(3)
array([...])
"""
