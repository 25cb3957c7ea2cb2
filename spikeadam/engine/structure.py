"""The structure of a circuit: all that its code is made from, and no values that a chunk may change."""

import hashlib
import json

import numpy as np
from brian2 import EventMonitor, NeuronGroup, StateMonitor, Synapses, TimedArray, get_dimensions, prefs
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject
from brian2.groups.group import CodeRunner

PREFERENCES = ("core.default_float_dtype", "codegen.loop_invariant_optimisations")


def digest(circuit, *more):
    """A name for the structure of ``circuit``, the same on every device, and for ``more``, JSON-like.

    To be asked for before the circuit runs: Brian2 completes the code of its objects then.
    """
    return hashlib.sha256(json.dumps([describe(circuit), *more], sort_keys=True).encode()).hexdigest()[:24]


def describe(circuit):
    """Names, sizes, equations, code and connections of all objects of ``circuit``, JSON-like."""
    parts = [[type(obj).__name__, obj.name, *_object(obj, circuit)] for obj in circuit.network.sorted_objects]
    for projection in circuit.projections:
        pairs = np.ascontiguousarray([projection.pre, projection.post], dtype=np.int64)
        parts.append([projection.forward.name, list(projection.shape), hashlib.sha256(pairs).hexdigest()])
    parts.append([[name, list(feed.values.shape), float(feed.dt)] for name, feed in sorted(circuit.feeds.items())])
    parts.append([str(prefs[name]) for name in PREFERENCES])
    return parts


def _object(obj, circuit):
    part = [obj.when, obj.order, float(obj.clock.dt)]
    if isinstance(obj, (NeuronGroup, Synapses)):
        part += [str(obj.equations), getattr(obj.state_updater, "method_choice", None)]
        part += [[name, *_constant(value, obj, circuit)] for name, value in sorted((obj.namespace or {}).items())]
        part += [
            [name, str(variable.dtype), variable.scalar]
            for name, variable in sorted(obj.variables.items())
            if isinstance(variable, ArrayVariable)
        ]
    if isinstance(obj, NeuronGroup):
        part += [len(obj), sorted(obj.events.items()), sorted(obj.event_codes.items()), str(obj._refractory)]
    if isinstance(obj, Synapses):
        part += [obj.source.name, obj.target.name]
        part += [[p.objname, p.prepost, p.event, p.code, p.order] for p in obj._pathways]
    if isinstance(obj, EventMonitor):
        part += [obj.source.name, obj.event, sorted(obj.record_variables)]
    if isinstance(obj, StateMonitor):
        part += [obj.source.name, sorted(obj.record_variables), str(obj.record)]
    if isinstance(obj, CodeRunner) and hasattr(obj, "abstract_code"):
        part += [str(obj.abstract_code)]
    return part


def _constant(value, owner, circuit):
    """A name of the namespace: constants and arrays are compiled in, feeds are read when the binary starts."""
    if isinstance(value, TimedArray):
        values = "feed" if any(value is feed for feed in circuit.feeds.values()) else _hash(value.values)
        return ["TimedArray", list(value.values.shape), float(value.dt), values]
    if isinstance(value, Function):
        try:
            return ["Function", str(value.implementations[CPPStandaloneCodeObject].get_code(owner))]
        except KeyError:  # runtime only
            return ["Function", value.pyfunc.__qualname__]
    return [_hash(np.asarray(value)), str(get_dimensions(value))]


def _hash(values):
    return hashlib.sha256(np.ascontiguousarray(values, dtype=float)).hexdigest()
