"""Classification tasks: data, network and passes of each."""

from dataclasses import dataclass
from typing import Callable

from spikeadam import datasets


@dataclass(frozen=True)
class Task:
    """A data set and the network that learns it by default."""

    name: str
    description: str
    load: Callable
    hidden: tuple
    epochs: int
    quick_samples: int = 200


TASKS = {
    task.name: task
    for task in (
        Task("digits", "8x8 digits, embedded in scikit-learn", datasets.digits, (100,), 20),
        Task("mnist", "MNIST, 60,000 / 10,000 handwritten digits", datasets.mnist, (200,), 10),
        Task("fashion_mnist", "Fashion-MNIST, 60,000 / 10,000 pieces of clothing", datasets.fashion_mnist, (200,), 10),
        Task("yin_yang", "Yin-Yang, three classes of points in the plane", datasets.yin_yang, (30,), 20),
        Task("iris", "Iris, three kinds of flowers", datasets.iris, (30,), 50),
    )
}
