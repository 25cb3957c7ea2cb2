import doctest
import importlib
import io

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.collections import LineCollection, PathCollection  # noqa: E402
from matplotlib.colors import to_hex  # noqa: E402

from spikeadam.plots import plot_alignment, plot_learning_curve, plot_raster, plot_weights  # noqa: E402

rng = np.random.default_rng(0)
W = rng.normal(size=(12, 5))
B = W.T + 0.1 * rng.normal(size=(5, 12))
FIELDS = rng.normal(size=(12, 7))
HISTORY = [
    {"samples_seen": 0, "train_accuracy": None, "test_accuracy": 0.1, "alignment_angle_deg": [90.0]},
    {"samples_seen": 500, "train_accuracy": 0.6, "alignment_angle_deg": [40.0]},
    {"samples_seen": 1000, "train_accuracy": 0.9, "test_accuracy": 0.875, "alignment_angle_deg": [5.0]},
    {"samples_seen": 1500, "train_accuracy": float("nan"), "test_accuracy": None},
]

# Every plot on given axes: call(axes) with the number of panels.
CALLS = {
    "raster": (1, lambda axes: plot_raster([1, 2, 3], [0, 1, 2], [1, -1, 0], boundaries=[0], label="hidden", ax=axes)),
    "alignment": (1, lambda axes: plot_alignment([0, 10], [90, 4], axes=axes)),
    "alignment and weights": (2, lambda axes: plot_alignment([0, 10], [90, 4], forward=W, feedback=B, axes=axes)),
    "learning curve": (1, lambda axes: plot_learning_curve(HISTORY, ax=axes)),
    "histogram": (1, lambda axes: plot_weights([W, B], axes=axes)),
    "histogram and fields": (2, lambda axes: plot_weights(FIELDS, image_shape=(3, 4), axes=axes)),
}


@pytest.fixture(autouse=True)
def no_window_and_no_leftover(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("show() was called")

    monkeypatch.setattr(plt, "show", refuse)
    monkeypatch.setattr(matplotlib.figure.Figure, "show", refuse)
    yield
    plt.close("all")


def ticks(ax):
    """The spike ticks as {colour: rows of time, centre, height}."""
    drawn = {}
    for collection in ax.collections:
        if isinstance(collection, LineCollection) and collection.get_transform() == ax.transData:
            segments = np.reshape(collection.get_segments(), (-1, 2, 2))
            assert (segments[:, 0, 0] == segments[:, 1, 0]).all()
            y = segments[:, :, 1]
            drawn[to_hex(collection.get_color()[0])] = np.c_[segments[:, 0, 0], y.mean(axis=1), np.ptp(y, axis=1)]
    return drawn


def draw(ax):
    """Render the figure of `ax` to memory: some mistakes only show then."""
    for file_format in ("png", "svg"):
        ax.figure.savefig(io.BytesIO(), format=file_format)


# What all of them promise


@pytest.mark.parametrize("panels, call", CALLS.values(), ids=CALLS.keys())
def test_makes_its_own_figure_without_axes(panels, call):
    result = call(None)
    axes = np.ravel(result)
    assert isinstance(result, Axes) if panels == 1 else result.shape == (panels,)
    assert all(isinstance(ax, Axes) for ax in axes)
    assert len({ax.figure for ax in axes}) == 1
    assert len(plt.get_fignums()) == 1
    draw(axes[0])


@pytest.mark.parametrize("panels, call", CALLS.values(), ids=CALLS.keys())
def test_draws_on_the_given_axes_only(panels, call):
    given = plt.subplots(1, panels)[1]
    current_figure, current_axes = plt.subplots()
    figures = plt.get_fignums()
    artists = len(current_axes.get_children())

    result = call(given)

    assert list(np.ravel(result)) == list(np.ravel(given))
    assert plt.get_fignums() == figures
    assert plt.gcf() is current_figure and current_figure.axes == [current_axes]
    assert len(current_axes.get_children()) == artists
    assert not current_axes.has_data()
    draw(np.ravel(result)[0])


@pytest.mark.parametrize("panels, call", CALLS.values(), ids=CALLS.keys())
def test_labels_both_axes_and_leaves_the_title_to_the_user(panels, call):
    for ax in np.ravel(call(None)):
        assert ax.get_title() == ""
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.images


@pytest.mark.parametrize("panels, call", CALLS.values(), ids=CALLS.keys())
def test_wrong_axes_are_refused(panels, call):
    for wrong in ("axes", plt.figure(), plt.subplots(1, 3)[1]):
        with pytest.raises(ValueError, match=rf"^ax(es)? takes {panels} matplotlib Axes \(.*\), got \w+"):
            call(wrong)


@pytest.mark.parametrize("panels, call", CALLS.values(), ids=CALLS.keys())
def test_works_on_the_axes_of_a_subfigure(panels, call):
    subfigure = plt.figure().subfigures(1, 2)[0]
    call(subfigure.subplots(1, panels))
    subfigure.figure.savefig(io.BytesIO())


@pytest.mark.parametrize("module", ["raster", "alignment", "learning_curve", "weights"])
def test_examples_in_the_docstrings_run(module):
    result = doctest.testmod(importlib.import_module(f"spikeadam.plots.{module}"))
    assert result.attempted and not result.failed


# Raster


def test_raster_draws_a_tick_of_one_row_at_every_spike():
    ax = plot_raster([3.0, 1.5, 8.0], [0, 4, 2])
    (drawn,) = ticks(ax).values()
    np.testing.assert_allclose(drawn, [[3, 0, 0.8], [1.5, 4, 0.8], [8, 2, 0.8]])
    assert ax.get_ylim() == (-0.5, 4.5)
    assert ax.get_xlabel() == "time (ms)" and ax.get_ylabel() == "neuron"
    assert ax.get_legend() is None


def test_raster_tells_signs_apart_and_leaves_zero_out():
    ax = plot_raster([1, 2, 3, 4], [0, 1, 2, 3], [1, -1, 0, 1])
    drawn = ticks(ax)
    np.testing.assert_array_equal(drawn["#0072b2"][:, 0], [1, 4])
    np.testing.assert_array_equal(drawn["#d55e00"][:, 0], [2])
    assert len(drawn) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["feedback +1", "\N{MINUS SIGN}1"]
    assert ax.get_ylim() == (-0.5, 3.5)


def test_raster_stacks_populations():
    ax = plot_raster([1, 2], [0, 1], n_neurons=4, label="input")
    assert plot_raster([1, 2], [0, 2], n_neurons=3, offset=4, label="output", ax=ax) is ax
    plot_raster([3], [2], [-1], n_neurons=3, offset=4, ax=ax)
    assert ax.get_ylim() == (-0.5, 6.5)
    np.testing.assert_allclose(ticks(ax)["#d55e00"], [[3, 6, 0.8]])
    assert {text.get_text(): text.get_position()[1] for text in ax.texts} == {"input": 1.5, "output": 5}


def test_raster_keeps_rows_for_silent_neurons_and_for_no_spikes_at_all():
    assert plot_raster([1], [1], n_neurons=10).get_ylim() == (-0.5, 9.5)
    ax = plot_raster([], [], [], n_neurons=10, boundaries=[0, 100])
    assert ax.get_ylim() == (-0.5, 9.5)
    assert ax.get_xlim()[1] >= 100
    draw(ax)


def test_raster_marks_boundaries_over_the_full_height():
    ax = plot_raster([10, 120], [0, 9], boundaries=[0, 100, 200])
    (lines,) = [c for c in ax.collections if c.get_transform() != ax.transData]
    np.testing.assert_array_equal([s[:, 0] for s in lines.get_segments()], [[0, 0], [100, 100], [200, 200]])
    np.testing.assert_array_equal([s[:, 1] for s in lines.get_segments()], [[0, 1]] * 3)
    assert ax.get_ylim() == (-0.5, 9.5)
    assert ax.get_xlim()[0] <= 0 and ax.get_xlim()[1] >= 200


def test_raster_shows_every_spike_of_rows_thinner_than_a_pixel():
    # 2000 rows in about 300 pixels; spikes far apart, so that no two share a pixel
    figure, ax = plt.subplots(figsize=(7, 4), dpi=100)
    plot_raster(np.arange(0, 200, 4), np.arange(50) * 37 % 2000, n_neurons=2000, ax=ax)
    ax.set_axis_off()
    figure.canvas.draw()
    dark = np.asarray(figure.canvas.buffer_rgba())[..., 0] < 200
    assert (np.diff(dark.any(axis=0).astype(int)) == 1).sum() == 50


def test_raster_rasterises_only_many_spikes():
    few, many = plot_raster([1], [0]), plot_raster(np.arange(20_001), np.zeros(20_001))
    assert not few.collections[0].get_rasterized() and many.collections[0].get_rasterized()


def test_raster_converts_brian2_times():
    brian2 = pytest.importorskip("brian2")
    ms, second, volt = brian2.ms, brian2.second, brian2.volt
    for times in ([2, 5] * ms, [2 * ms, 0.005 * second], np.array([2, 5]) * ms / ms):
        (drawn,) = ticks(plot_raster(times, [0, 1])).values()
        np.testing.assert_allclose(drawn[:, 0], [2, 5])
    lines = plot_raster([1], [0], boundaries=[0 * ms, 100 * ms]).collections[0]
    np.testing.assert_allclose([s[0, 0] for s in lines.get_segments()], [0, 100])
    with pytest.raises(ValueError, match="times takes times, got a quantity in units of"):
        plot_raster([1, 2] * volt, [0, 1])
    with pytest.raises(ValueError, match="boundaries takes either quantities or plain milliseconds, got both"):
        plot_raster([1], [0], boundaries=[1 * ms, 2])


def test_raster_takes_the_arrays_of_a_spike_monitor():
    brian2 = pytest.importorskip("brian2")
    group = brian2.SpikeGeneratorGroup(3, [0, 2], [1, 4] * brian2.ms)
    monitor = brian2.SpikeMonitor(group)
    previous = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = "numpy"
    try:
        brian2.Network(group, monitor).run(5 * brian2.ms)
    finally:
        brian2.prefs.codegen.target = previous
    (drawn,) = ticks(plot_raster(monitor.t, monitor.i)).values()
    np.testing.assert_allclose(drawn[:, :2], [[1, 0], [4, 2]])


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        (([1, 2], [0]), {}, "neurons takes one entry for each of the 2 times, got 1"),
        (([1, 2], [0, 1], [1]), {}, "signs takes one entry for each of the 2 times, got 1"),
        (([1, 2], [0, 1], [1, 2]), {}, "signs takes -1, 0 and \\+1, got 2"),
        (([1, 2], [0, -3]), {}, "neurons takes indices 0, 1, 2, ..., got -3"),
        (([1, 2], [0, 1.5]), {}, "neurons takes indices 0, 1, 2, ..., got 1.5"),
        (([1, np.nan], [0, 1]), {}, "times takes finite numbers, got NaN or infinity"),
        (([[1, 2]], [0, 1]), {}, r"times takes a 1-D array of numbers, got shape \(1, 2\)"),
        ((["a"], [0]), {}, "times takes an array of real numbers, got list"),
        (([1], [5]), {"n_neurons": 5}, "neurons takes indices below n_neurons = 5, got 5"),
        (([1], [0]), {"n_neurons": 0}, "n_neurons takes a whole number of at least 1, got 0"),
        (([1], [0]), {"offset": 1.5}, "offset takes a whole number of at least 0, got 1.5"),
        (([1], [0]), {"boundaries": 3}, r"boundaries takes a 1-D array of numbers, got shape \(\)"),
    ],
)
def test_raster_refuses_bad_input(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        plot_raster(*arguments, **options)
    assert plt.get_fignums() == []


# Alignment


def test_alignment_draws_a_line_for_each_projection():
    angles = np.array([[90.0, 88.0], [30.0, np.nan], [12.34, 5.0]])
    ax = plot_alignment([0, 100, 200], angles, labels=["lower", "upper"])
    for line, column in zip(ax.lines, angles.T):
        np.testing.assert_array_equal(line.get_xdata(), [0, 100, 200])
        np.testing.assert_array_equal(line.get_ydata(), column)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "lower: 12.3\N{DEGREE SIGN} at the end", "upper: 5.0\N{DEGREE SIGN} at the end"
    ]
    assert ax.get_ylabel() == "alignment angle (degrees)" and ax.get_xlabel() == "samples seen"


@pytest.mark.parametrize("highest, top", [(90, 94.5), (20, 21), (0, 5)])
def test_alignment_scales_the_angle_from_zero(highest, top):
    assert plot_alignment([0, 1], [highest, 0]).get_ylim() == (0, pytest.approx(top))


def test_alignment_draws_unknown_angles_as_gaps():
    ax = plot_alignment([0, 1, 2], [[None], [None], [None]])
    assert np.isnan(ax.lines[0].get_ydata()).all()
    assert ax.get_legend().get_texts()[0].get_text() == "angle"


def test_alignment_scatters_feedback_against_forward_weights():
    _, ax = plot_alignment([0, 1], [90, 4], forward=W, feedback=B)
    (points,) = [c for c in ax.collections if isinstance(c, PathCollection)]
    np.testing.assert_array_equal(points.get_offsets(), np.c_[W.ravel(), B.T.ravel()])
    assert not points.get_rasterized()
    assert ax.get_xlim() == ax.get_ylim() and ax.get_aspect() == 1
    assert ax.get_xlim()[1] >= max(abs(W).max(), abs(B).max()) and ax.get_xlim()[0] == -ax.get_xlim()[1]
    (identity,) = ax.lines
    assert identity.get_slope() == 1 and identity.get_xy1() == (0, 0)


def test_alignment_scatters_several_projections_in_the_colours_of_their_angles():
    angle_axes, ax = plot_alignment([0, 1], [[90, 90], [9, 3]], forward=[W, 2 * B], feedback=[B, W])
    colours = [to_hex(points.get_facecolor()[0]) for points in ax.collections]
    assert colours == [to_hex(line.get_color()) for line in angle_axes.lines]
    np.testing.assert_array_equal(ax.collections[1].get_offsets(), np.c_[2 * B.ravel(), W.T.ravel()])


def test_alignment_thins_out_many_synapses_and_leaves_the_global_random_state_alone():
    large = rng.normal(size=(200, 150))
    before = np.random.get_state()[1].copy()
    _, ax = plot_alignment([0, 1], [90, 4], forward=large, feedback=2 * large.T)
    points = ax.collections[0].get_offsets()
    assert len(points) == 20_000 and ax.collections[0].get_rasterized()
    np.testing.assert_array_equal(points[:, 1], 2 * points[:, 0])
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize(
    "samples, angles, options, message",
    [
        ([0, 1], [90], {}, r"angles takes shape .* n_points = 2 .* got shape \(1, 1\)"),
        ([], [], {}, r"angles takes shape .* none of them 0, .* got shape \(0, 1\)"),
        ([0], np.ones((1, 1, 1)), {}, r"got shape \(1, 1, 1\)"),
        ([0], 3, {}, r"angles takes shape .* got shape \(\)"),
        ([0], [181], {}, "angles takes degrees between 0 and 180 or nan, got 181"),
        ([np.nan], [90], {}, "samples takes finite numbers"),
        ([0], [90], {"labels": ["a", "b"]}, "labels takes one name for each of the 1 projections, got 2"),
        ([0], [90], {"forward": W}, "feedback takes weights when the other direction is given, got None"),
        ([0], [90], {"feedback": B}, "forward takes weights when the other direction is given, got None"),
        ([0], [90], {"forward": [W, W], "feedback": [B, B]}, "forward takes one matrix for each of the 1 proj"),
        ([0], [90], {"forward": W, "feedback": W}, r"feedback takes shape .*\(5, 12\) to go with forward"),
        ([0], [[90, 90]], {"forward": [W, W], "feedback": [B, W]}, r"feedback\[1\] takes shape"),
    ],
)
def test_alignment_refuses_bad_input(samples, angles, options, message):
    with pytest.raises(ValueError, match=message):
        plot_alignment(samples, angles, **options)
    assert plt.get_fignums() == []


# Learning curve


def test_learning_curve_draws_percent_where_accuracy_is_known():
    ax = plot_learning_curve(HISTORY)
    test, train = ax.lines
    np.testing.assert_allclose(test.get_xydata(), [[0, 10], [1000, 87.5]])
    np.testing.assert_allclose(train.get_xydata(), [[500, 60], [1000, 90]])
    assert test.get_linestyle() == "-" and train.get_linestyle() == "--"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["test", "train"]
    assert ax.get_ylabel() == "accuracy (%)" and ax.get_xlabel() == "samples seen"


def test_learning_curve_writes_the_final_test_accuracy_beside_it():
    (final,) = plot_learning_curve(HISTORY).texts
    assert final.get_text() == "87.5 %" and final.xy == (1000, 87.5)


def test_learning_curve_stays_within_100_percent():
    ax = plot_learning_curve([{"samples_seen": i, "test_accuracy": i / 2} for i in range(3)])
    assert ax.get_ylim()[1] <= 101


def test_learning_curves_of_several_runs_differ_in_colour_and_their_finals_do_not_collide():
    ax = None
    for name, final in {"SGD": 0.90, "BioAdam": 0.975, "Adam": 0.976, "RMSProp": 0.97}.items():
        history = [{"samples_seen": n, "train_accuracy": final * n / 9, "test_accuracy": final * n / 9} for n in (0, 9)]
        ax = plot_learning_curve(history, label=name, ax=ax)
    assert len({line.get_color() for line in ax.lines}) == 4
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["SGD", "BioAdam", "Adam", "RMSProp", "train"]
    ax.figure.draw_without_rendering()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    bottoms = [boxes[f"{final} %"].y0 for final in ("90.0", "97.0", "97.5", "97.6")]
    assert np.diff(bottoms).min() > 10 * ax.figure.dpi / 72 - 1
    assert max(box.y0 for box in boxes.values()) < ax.bbox.y1


def test_learning_curve_draws_training_alone():
    ax = plot_learning_curve([{"samples_seen": 1, "train_accuracy": 0.5}], label="digits")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["digits"]
    assert not ax.texts


@pytest.mark.parametrize(
    "history, message",
    [
        ({"samples_seen": 1}, "history takes a list of dicts, got dict"),
        ([1], r"history\[0\] takes a dict with samples_seen, got int"),
        ([], "history takes at least one train_accuracy or test_accuracy, got none"),
        ([{"samples_seen": 1}], "history takes at least one train_accuracy or test_accuracy, got none"),
        ([{"test_accuracy": 0.5}], r"history\[0\]\['samples_seen'\] takes a number of samples, got None"),
        ([{"samples_seen": 1, "test_accuracy": 97.5}], r"history\[0\]\['test_accuracy'\] takes a fraction .* got 97.5"),
        ([{"samples_seen": 1, "train_accuracy": "high"}], r"history\[0\]\['train_accuracy'\] takes .* got 'high'"),
    ],
)
def test_learning_curve_refuses_bad_input(history, message):
    with pytest.raises(ValueError, match=message):
        plot_learning_curve(history)
    assert plt.get_fignums() == []


# Weights


def test_weights_histogram_counts_every_synapse():
    ax = plot_weights(W)
    (steps,) = ax.patches
    assert steps.get_data().values.sum() == W.size
    np.testing.assert_allclose(steps.get_data().edges[[0, -1]], [W.min(), W.max()])
    assert ax.get_yscale() == "log" and 0 < ax.get_ylim()[0] < 1
    assert ax.get_xlabel() == "weight (dimensionless)" and ax.get_ylabel() == "synapses per bin"
    assert ax.get_legend() is None


def test_weights_histogram_leaves_out_where_there_is_no_synapse():
    sparse = np.where(np.arange(W.size).reshape(W.shape) % 3, W, 0)
    (steps,) = plot_weights(sparse).patches
    assert steps.get_data().values.sum() == np.count_nonzero(sparse) < W.size


def test_weights_histograms_share_their_bins_and_are_named():
    ax = plot_weights({"lower": W, "upper": 3 * B})
    lower, upper = (steps.get_data() for steps in ax.patches)
    np.testing.assert_array_equal(lower.edges, upper.edges)
    assert lower.values.sum() == W.size and upper.values.sum() == B.size
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["lower", "upper"]
    listed = plot_weights([W, B]).get_legend().get_texts()
    assert [text.get_text() for text in listed] == ["projection 1", "projection 2"]


def test_weights_shows_receptive_fields_as_images():
    _, ax = plot_weights({"first": FIELDS, "second": W}, image_shape=(3, 4), count=5)
    (image,) = ax.images
    grid = image.get_array().filled(np.nan)
    assert grid.shape == (2 * 4 + 1, 3 * 5 + 1)
    np.testing.assert_array_equal(grid[1:4, 1:5], FIELDS[:, 0].reshape(3, 4))
    # Five of seven neurons, from the first to the last.
    np.testing.assert_array_equal(grid[1:4, 6:10], FIELDS[:, 1].reshape(3, 4))
    np.testing.assert_array_equal(grid[5:8, 6:10], FIELDS[:, 6].reshape(3, 4))
    assert np.isnan(grid[5:8, 11:15]).all()
    low, high = image.get_clim()
    assert low == -high and 0 < high <= abs(FIELDS).max()
    assert image.colorbar.ax.get_ylabel() == "weight (dimensionless)"


def test_weights_shows_no_more_fields_than_there_are_neurons():
    _, ax = plot_weights(FIELDS, image_shape=(3, 4))
    assert ax.get_xlabel() == "receptive fields of 7 neurons"


def test_weights_that_are_all_equal_still_draw():
    histogram, fields = plot_weights(np.zeros((12, 2)), image_shape=(3, 4))
    assert fields.images[0].get_clim() == (-1, 1)
    draw(histogram)


@pytest.mark.parametrize(
    "weights, options, message",
    [
        (np.ones(3), {}, r"W takes a matrix with shape \(n_pre, n_post\) .* got shape \(3,\)"),
        ([W, np.full((2, 2), np.nan)], {}, r"W\[1\] takes finite weights, got NaN or infinity in 4 of 4"),
        ({"upper": np.ones(3)}, {}, r"W\['upper'\] takes a matrix"),
        ({}, {}, "W takes at least one matrix, got an empty dict"),
        (W, {"image_shape": (3, 5)}, r"image_shape takes .* = 12 presynaptic neurons, got \(3, 5\)"),
        (W, {"image_shape": (-3, -4)}, r"image_shape takes .* got \(-3, -4\)"),
        (W, {"image_shape": 12}, "image_shape takes .* got 12"),
        (W, {"image_shape": (3, 4), "count": 0}, "count takes a whole number of at least 1, got 0"),
    ],
)
def test_weights_refuses_bad_input(weights, options, message):
    with pytest.raises(ValueError, match=message):
        plot_weights(weights, **options)
    assert plt.get_fignums() == []
