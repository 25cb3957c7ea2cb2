import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spikeadam import metrics
from spikeadam.metrics import alignment_angle, norm_ratio, sign_agreement

# Weights on a grid: no squares that vanish beside others, so that exact statements stay exact.
weights = st.integers(-1000, 1000).map(lambda n: n / 100)
shapes = st.tuples(st.integers(1, 6), st.integers(1, 6))
pairs = shapes.flatmap(
    lambda s: st.tuples(arrays(float, s, elements=weights), arrays(float, s[::-1], elements=weights))
)
factors = st.floats(1e-6, 1e6)


def random_pair(n_pre, n_post, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_pre, n_post)), rng.normal(size=(n_post, n_pre))


def test_mirror_images_give_exactly_zero_degrees():
    W, _ = random_pair(37, 11)
    assert alignment_angle(W, W.T) == 0.0
    assert norm_ratio(W, W.T) == 1.0
    assert sign_agreement(W, W.T) == 1.0


def test_negated_mirror_images_give_180_degrees():
    W, _ = random_pair(37, 11)
    assert alignment_angle(W, -W.T) == 180.0
    assert norm_ratio(W, -W.T) == 1.0
    assert sign_agreement(W, -W.T) == 0.0


def test_orthogonal_weights_give_90_degrees():
    assert alignment_angle([[1, 0], [0, 2]], [[0, 5], [3, 0]]) == pytest.approx(90, abs=1e-12)


def test_angle_worked_out_by_hand():
    # <W, B.T> = 3, |W| = 1, |B| = 5
    assert alignment_angle([[1.0], [0.0]], [[3.0, 4.0]]) == pytest.approx(np.degrees(np.arccos(3 / 5)))
    assert norm_ratio([[1.0], [0.0]], [[3.0, 4.0]]) == pytest.approx(5)


def test_feedback_is_transposed_not_reshaped():
    W = np.arange(6.0).reshape(2, 3)
    assert alignment_angle(W, W.reshape(3, 2)) > 1
    square = np.arange(9.0).reshape(3, 3)
    assert alignment_angle(square, square) > 1


def test_random_matrices_have_the_statistics_of_high_dimension():
    # For N independent normal pairs the cosine has mean 0 and standard deviation 1/sqrt(N).
    angles = [alignment_angle(*random_pair(100, 20, seed)) for seed in range(400)]
    expected_sd = np.degrees(1 / np.sqrt(2000))
    assert np.mean(angles) == pytest.approx(90, abs=4 * expected_sd / np.sqrt(400))
    assert np.std(angles) == pytest.approx(expected_sd, rel=0.15)

    W, B = random_pair(400, 100)
    assert norm_ratio(W, B) == pytest.approx(1, abs=0.02)
    assert sign_agreement(W, B) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("tilt", [1e-3, 1e-6, 1e-9, 1e-12])
def test_tiny_angles_are_right(tilt):
    # Turn W by a known angle in the plane that it spans with an orthogonal matrix.
    W = np.array([[1.0, 0.0], [0.0, 2.0]])
    turned = W * np.cos(tilt) + np.array([[0.0, 1.0], [2.0, 0.0]]) * np.sin(tilt)
    assert alignment_angle(W, turned.T) == pytest.approx(np.degrees(tilt), rel=1e-3)
    assert 180 - alignment_angle(W, -turned.T) == pytest.approx(np.degrees(tilt), rel=1e-3, abs=1e-13)


@given(pairs, factors, factors)
def test_angle_and_signs_ignore_scale(pair, forward_factor, feedback_factor):
    W, B = pair
    scaled = W * forward_factor, B * feedback_factor
    np.testing.assert_allclose(alignment_angle(*scaled), alignment_angle(W, B), atol=1e-5)
    np.testing.assert_allclose(alignment_angle(*scaled, per_neuron=True),
                               alignment_angle(W, B, per_neuron=True), atol=1e-5)
    assert sign_agreement(*scaled) == sign_agreement(W, B)


@given(pairs, factors)
def test_norm_ratio_follows_the_scale_of_the_feedback(pair, factor):
    W, B = pair
    np.testing.assert_allclose(norm_ratio(W, factor * B), factor * norm_ratio(W, B), rtol=1e-9)


@given(pairs)
def test_angle_is_symmetric_and_between_0_and_180(pair):
    W, B = pair
    angle = alignment_angle(W, B)
    np.testing.assert_allclose(alignment_angle(B, W), angle, atol=1e-9)
    if W.any() and B.any():
        assert 0 <= angle <= 180
    else:
        assert np.isnan(angle)


def test_per_neuron_is_the_angle_of_each_hidden_neuron():
    W, B = random_pair(12, 5)
    loop = []
    for j in range(12):
        cosine = W[j] @ B[:, j] / np.linalg.norm(W[j]) / np.linalg.norm(B[:, j])
        loop.append(np.degrees(np.arccos(cosine)))
    angles = alignment_angle(W, B, per_neuron=True)
    assert angles.shape == (12,)
    np.testing.assert_allclose(angles, loop)


def test_zero_vectors_have_no_direction():
    W, B = random_pair(3, 4)
    W[1] = 0
    B[:, 2] = 0
    np.testing.assert_array_equal(np.isnan(alignment_angle(W, B, per_neuron=True)), [False, True, True])
    assert np.isfinite(alignment_angle(W, B))
    assert np.isnan(alignment_angle(0 * W, B))
    assert norm_ratio(0 * W, B) == np.inf
    assert norm_ratio(W, 0 * B) == 0
    assert np.isnan(norm_ratio(0 * W, 0 * B))


def test_zero_is_a_sign_of_its_own():
    assert sign_agreement([[0.0, 0.0, 1.0, -1.0]], [[0.0], [1.0], [0.0], [-2.0]]) == 0.5


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_extreme_scales_neither_vanish_nor_overflow(scale):
    W, B = random_pair(5, 6)
    assert alignment_angle(W * scale, B) == pytest.approx(alignment_angle(W, B))
    assert norm_ratio(W * scale, B * scale) == pytest.approx(norm_ratio(W, B))


def test_returns_plain_floats_and_leaves_the_arguments_alone():
    W, B = random_pair(4, 3)
    W = W.astype(np.float32)
    before = W.copy(), B.copy()
    for measure in (alignment_angle, norm_ratio, sign_agreement):
        assert type(measure(W, B)) is float
        assert type(measure(W.tolist(), B.tolist())) is float
    np.testing.assert_array_equal(W, before[0])
    np.testing.assert_array_equal(B, before[1])


@pytest.mark.parametrize("measure", [alignment_angle, norm_ratio, sign_agreement])
@pytest.mark.parametrize(
    "W, B, message",
    [
        (np.ones(3), np.ones((3, 1)), r"W takes a matrix with shape \(n_pre, n_post\).* got shape \(3,\)"),
        (np.ones((3, 2)), np.ones(6), r"B takes a matrix with shape \(n_post, n_pre\).* got shape \(6,\)"),
        (np.ones((3, 2)), np.ones((3, 2)), r"B takes shape .*\(2, 3\) .* got \(3, 2\)"),
        (np.ones((0, 2)), np.ones((2, 0)), r"W takes .* at least one weight, got shape \(0, 2\)"),
        ([[1, np.nan]], np.ones((2, 1)), "W takes finite weights, got NaN or infinity in 1 of 2"),
        (np.ones((1, 2)), [[np.inf], [np.inf]], "B takes finite weights, got NaN or infinity in 2 of 2"),
        ("weights", np.ones((2, 1)), "W takes a matrix of real numbers .* got str"),
        (np.ones((2, 2)), [[1, 2], [3]], "B takes a matrix of real numbers .* got list"),
        (np.ones((2, 2)) * 1j, np.ones((2, 2)), "W takes a matrix of real numbers .* got ndarray"),
    ],
)
def test_bad_input_gives_one_clear_sentence(measure, W, B, message):
    with pytest.raises(ValueError, match=message) as caught:
        measure(W, B)
    assert "\n" not in str(caught.value)


def test_examples_in_the_docstrings_run():
    assert doctest.testmod(metrics).failed == 0
