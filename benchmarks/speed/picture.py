"""The picture of the speed benchmark."""

from matplotlib.figure import Figure


def draw(result, path):
    """Brian2 beside the hand-written program, Brian2's time by kind of work, and the cost by size of the network."""
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    sides, parts, sizes = figure.subplots(1, 3, width_ratios=(1, 1.6, 1.4))

    for position, key in enumerate(("simulation", "chunk")):
        for offset, side, color in ((-0.2, "brian2", "C0"), (0.2, "handwritten", "C1")):
            label = {"brian2": "Brian2", "handwritten": "C++ by hand"}[side] if position == 0 else None
            sides.bar(position + offset, result[side][f"{key}_ms"], width=0.4, color=color, label=label)
        highest = max(result["brian2"][f"{key}_ms"], result["handwritten"][f"{key}_ms"])
        sides.text(position, highest, f"{result['ratio'][key]:.2f}x", ha="center", va="bottom")
    sides.set_xticks([0, 1], ["simulation", "with process\nand files"])
    sides.set_ylabel("ms a sample")
    sides.margins(y=0.15)
    sides.set_ylim(0, 1.45 * sides.get_ylim()[1])
    sides.legend(loc="upper center")

    names = list(result["profile_ms"])[::-1]
    parts.barh(names, [result["profile_ms"][name] for name in names])
    parts.set_xlabel("ms a sample in Brian2")

    synapses = [row["synapses"] for row in result["scaling"]]
    for key, label in (("brian2_ms", "Brian2"), ("handwritten_ms", "C++ by hand")):
        sizes.loglog(synapses, [row[key] for row in result["scaling"]], "o-", label=label)
    last = result["scaling"][-1]
    sizes.loglog(synapses, [last["brian2_ms"] * n / last["synapses"] for n in synapses], "k:", label="linear")
    sizes.set_xlabel("synapses")
    sizes.set_ylabel("ms a sample")
    sizes.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
