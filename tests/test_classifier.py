"""SpikingClassifier as a scikit-learn estimator; small networks on numpy code, and digits on C++ standalone."""

import importlib
import warnings

import numpy as np
import pytest
from brian2 import Hz, ms
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import spikeadam as sa
from spikeadam.engine.checkpoint import CheckpointError

NETWORK = {
    "presentation": 15 * ms,
    "teacher_onset": 4 * ms,
    "input_scale": 6.0,
    "weight_scale": 1.0,
    "soma": sa.LIF(tau_membrane=8 * ms, tau_synapse=5 * ms, tau_trace=20 * ms),
    "output_soma": sa.LIF(tau_membrane=15 * ms, tau_synapse=5 * ms, tau_trace=20 * ms, homeostasis_rate=0),
}


@pytest.fixture(autouse=True, scope="module")
def numpy_target():
    """The runtime device picks its code generation target itself; let it pick numpy, which compiles nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("brian2.devices.device"), "_auto_target", NumpyCodeObject)
        yield


def classifier(**options):
    given = {
        "hidden": (10,),
        "rule": sa.BioAdam(learning_rate=0.02, tau_m=200 * ms, tau_rho=5000 * ms, epsilon=0.01, interval=20 * ms),
        "feedback": sa.Predisposition(w_max=4.0),
        "input": sa.RegularInput(max_rate=400 * Hz, tau_trace=20 * ms),
        "device": "runtime",
        "chunk": 15,
        "random_state": 0,
        "network": NETWORK,
    }
    return sa.SpikingClassifier(**{**given, **options})


@pytest.fixture(scope="module")
def data():
    """30 samples of three classes: a bright pair of six pixels each."""
    rng = np.random.default_rng(0)
    y = np.tile([0, 1, 2], 10)
    X = 0.15 * rng.uniform(size=(30, 6)) + 0.8 * (np.arange(6) // 2 == y[:, None])
    return X, y


@pytest.fixture(scope="module")
def fitted(data, numpy_target):
    """Not to be taught further."""
    return classifier(epochs=2).fit(*data)


# -- learning -------------------------------------------------------------------------------------------------------


def test_fit_learns_and_describes_what_it_learned(fitted, data):
    assert fitted.score(*data) >= 0.9
    assert_array_equal(fitted.classes_, [0, 1, 2])
    assert fitted.n_features_in_ == 6
    assert len(fitted.alignment_angle_deg_) == 1 and 0 <= fitted.alignment_angle_deg_[0] < 180
    history = fitted.history_
    assert [entry["samples_seen"] for entry in history] == [0, 15, 30, 45, 60]
    assert {"samples_seen", "train_accuracy", "test_accuracy", "alignment_angle_deg"} <= set(history[0])
    assert history[0]["train_accuracy"] is None and 0 <= history[-1]["train_accuracy"] <= 1


def test_predictions_have_the_shapes_and_types_of_scikit_learn(fitted, data):
    X, _ = data
    labels, shares, scores = fitted.predict(X[:7]), fitted.predict_proba(X[:7]), fitted.decision_function(X[:7])
    assert labels.shape == (7,) and labels.dtype == fitted.classes_.dtype
    assert shares.shape == scores.shape == (7, 3)
    assert_allclose(shares.sum(axis=1), 1)
    assert (shares >= 0).all()
    assert_array_equal(fitted.classes_[shares.argmax(axis=1)], labels)
    assert_allclose(scores % 1, scores - np.floor(scores))
    assert fitted.predict(X[:1]).shape == (1,)


def test_predict_is_deterministic_and_teaches_nothing(fitted, data):
    X, _ = data
    state = {name: values.copy() for name, values in fitted.trainer_.state.items()}
    first = fitted.decision_function(X)
    assert_array_equal(fitted.decision_function(X), first)
    for name, values in fitted.trainer_.state.items():
        assert_array_equal(values, state[name], err_msg=name)


def test_predictions_of_a_sample_do_not_depend_on_its_neighbours(fitted, data):
    X, _ = data  # regular input: the same spikes for the same sample
    assert_array_equal(fitted.decision_function(X[::-1])[::-1], fitted.decision_function(X))
    assert_array_equal(fitted.decision_function(X[20:21]), fitted.decision_function(X)[20:21])


def test_a_silent_output_has_equal_shares(fitted):
    assert_array_equal(fitted.predict_proba(np.zeros((2, 6))), np.full((2, 3), 1 / 3))


def weights(model):
    return [model.trainer_.weights(projection)[0] for projection in model.trainer_.circuit.projections]


def test_fit_twice_gives_the_same(data):
    model = classifier()
    first = weights(model.fit(*data))
    for again in (weights(model.fit(*data)), weights(classifier().fit(*data))):
        for a, b in zip(first, again):
            assert_array_equal(a, b)
    other = weights(classifier(random_state=1).fit(*data))
    assert any((a != b).any() for a, b in zip(first, other))


def test_fit_starts_from_scratch_also_with_other_data(data):
    X, y = data
    model = classifier().fit(X, y).fit(X[:, :4], np.where(y == 0, "no", "yes"))
    assert model.n_features_in_ == 4 and model.classes_.tolist() == ["no", "yes"]
    assert model.trainer_.samples_seen == 30
    assert set(model.predict(X[:, :4])) <= {"no", "yes"}


def test_partial_fit_in_two_halves_equals_one(data):
    X, y = data
    whole = classifier().partial_fit(X, y, classes=[0, 1, 2])
    halves = classifier().partial_fit(X[:15], y[:15], classes=[0, 1, 2]).partial_fit(X[15:], y[15:])
    assert whole.trainer_.samples_seen == halves.trainer_.samples_seen == 30
    for a, b in zip(weights(whole), weights(halves)):
        assert_array_equal(a, b)
    assert whole.score(X, y) > 0.6


def test_partial_fit_goes_on_after_fit(data):
    X, y = data
    fitted = classifier().fit(X, y)
    before = weights(fitted)
    fitted.partial_fit(X[:15], y[:15])
    assert fitted.trainer_.samples_seen == 45
    assert (weights(fitted)[0] != before[0]).any()


def test_a_class_may_come_later(data):
    X, y = data
    few = y < 2
    model = classifier().partial_fit(X[few], y[few], classes=[0, 1, 2])
    assert model.predict_proba(X).shape == (30, 3)
    assert set(model.partial_fit(X, y).predict(X)) <= {0, 1, 2}


@pytest.mark.parametrize("names", [["ant", "bee", "cat"], [-1, 5, 7], [1.0, 2.0, 4.0], [False, True]])
def test_labels_of_any_kind(data, names):
    X, y = data
    names = np.array(names)
    keep = y < len(names)
    model = classifier().fit(X[keep], names[y[keep]])
    assert_array_equal(model.classes_, names)
    predicted = model.predict(X[keep])
    assert predicted.dtype == names.dtype and set(predicted) <= set(names)
    index = np.argmax(model.decision_function(X[keep]), axis=1)
    assert_array_equal(predicted, names[index])


@pytest.mark.parametrize(
    "convert", [np.float32, np.ndarray.tolist, np.asfortranarray, np.round], ids=lambda f: f.__name__
)
def test_samples_of_other_types(data, convert):
    X, y = data
    converted = convert(X)
    assert classifier().fit(converted[:15], list(y[:15])).predict(converted[:5]).shape == (5,)


def test_accuracy_on_test_samples_enters_the_history(data):
    X, y = data
    model = classifier(epochs=2).fit(X, y, test=(X[:20], y[:20]), test_every=15)
    measured = [(entry["samples_seen"], entry["test_accuracy"]) for entry in model.history_]
    assert [seen for seen, accuracy in measured if accuracy is not None] == [15, 30, 45, 60]
    assert measured[-1][1] == model.score(X[:20], y[:20])


def test_schedules(data):
    X, y = data
    rates = []

    def watch(samples_seen):
        rates.append(samples_seen)
        return 0.0

    lively = {"network": {**NETWORK, "weight_scale": 4.0}}  # spikes without learning to
    model = classifier(schedule=watch, **lively)
    still = weights(classifier(schedule=lambda samples_seen: 0.0, **lively).fit(X, y))
    started = classifier(schedule=lambda samples_seen: 0.0, **lively)
    model.fit(X, y)
    assert rates == [0, 15]
    for a, b in zip(weights(model), still):
        assert_array_equal(a, b)
    started.partial_fit(X[:15], y[:15], classes=[0, 1, 2])  # constant rate: the schedule is that of fit
    assert any((a != b).any() for a, b in zip(weights(started), still))
    linear, constant = (weights(classifier(schedule=s).fit(X, y)) for s in ("linear", None))
    assert any((a != b).any() for a, b in zip(linear, constant))


# -- checkpoints ----------------------------------------------------------------------------------------------------


def test_save_and_load(fitted, data, tmp_path):
    X, _ = data
    path = tmp_path / "trained.npz"
    fitted.save(path)
    loaded = classifier(epochs=2).load(path, classes=[0, 1, 2], n_features=6)
    assert_array_equal(loaded.decision_function(X), fitted.decision_function(X))
    assert loaded.history_ == fitted.history_
    assert loaded.alignment_angle_deg_ == fitted.alignment_angle_deg_


def test_learning_goes_on_alike_after_load(data, tmp_path):
    X, y = data
    model = classifier().partial_fit(X[:15], y[:15], classes=[0, 1, 2])
    model.save(tmp_path / "half.npz")
    loaded = classifier().load(tmp_path / "half.npz", classes=[0, 1, 2], n_features=6)
    for a, b in zip(weights(model.partial_fit(X[15:], y[15:])), weights(loaded.partial_fit(X[15:], y[15:]))):
        assert_array_equal(a, b)


def test_resume_gives_what_an_uninterrupted_fit_gives(data, tmp_path):
    X, y = data
    path = tmp_path / "half.npz"
    whole = classifier(epochs=2, schedule=None).fit(X, y)
    classifier(epochs=1, schedule=None).fit(X, y, save_to=path)
    resumed = classifier(epochs=2, schedule=None).fit(X, y, resume_from=path)
    for a, b in zip(weights(whole), weights(resumed)):
        assert_array_equal(a, b)
    assert [e["samples_seen"] for e in resumed.history_] == [e["samples_seen"] for e in whole.history_]


def test_a_checkpoint_of_another_network_is_refused(fitted, tmp_path):
    fitted.save(tmp_path / "trained.npz")
    with pytest.raises(CheckpointError, match="another network"):
        classifier(hidden=(9,)).load(tmp_path / "trained.npz", classes=[0, 1, 2], n_features=6)
    with pytest.raises(CheckpointError, match="There is no checkpoint at"):
        classifier().load(tmp_path / "missing.npz", classes=[0, 1, 2], n_features=6)


# -- scikit-learn ---------------------------------------------------------------------------------------------------


def test_parameters_can_be_read_set_and_cloned():
    model = classifier(epochs=3)
    parameters = model.get_params(deep=False)
    assert parameters["epochs"] == 3 and parameters["hidden"] == (10,) and parameters["network"] is NETWORK
    copy = clone(model)
    assert copy is not model and not hasattr(copy, "trainer_")
    assert copy.get_params(deep=False).keys() == parameters.keys()
    assert copy.rule == model.rule and copy.feedback == model.feedback
    assert model.set_params(epochs=1, hidden=(5,)).hidden == (5,)
    with pytest.raises(ValueError, match="Invalid parameter"):
        model.set_params(neurons=3)
    assert is_classifier(model)
    assert "epochs=3" in repr(classifier(epochs=3))


def test_grid_search_and_pipeline(data):
    X, y = data
    search = GridSearchCV(
        make_pipeline(MinMaxScaler(clip=True), classifier()),
        {"spikingclassifier__hidden": [(6,), (10,)], "spikingclassifier__rule": [sa.SGD(learning_rate=0.005)]},
        cv=2,
        n_jobs=1,
    ).fit(X * 9, y)
    assert search.best_params_["spikingclassifier__hidden"] in [(6,), (10,)]
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(X[:3] * 9).shape == (3,)


def test_cross_validation(data):
    X, y = data
    scores = cross_val_score(classifier(), X, y, cv=2, n_jobs=1)
    assert scores.shape == (2,) and (scores > 0.5).all()


# -- what is refused ------------------------------------------------------------------------------------------------


def refusal(model, *arguments, error=ValueError, method="fit", **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(error) as caught:
            getattr(model, method)(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda X: np.where(np.arange(6) == 2, np.nan, X), "Input X contains NaN."),
        (lambda X: np.where(np.arange(6) == 2, np.inf, X), "Input X contains infinity"),
        (lambda X: X - 0.5, "X takes values in [0, 1], such as pixels divided by their maximum; got -0.49"),
        (lambda X: (X * 255).round(), "X takes values in [0, 1], such as pixels divided by their maximum; got "),
        (lambda X: X[0], "Expected 2D array, got 1D array instead"),
        (lambda X: X.reshape(30, 2, 3), "Found array with dim 3"),
        (lambda X: X[:0], "Found array with 0 sample(s)"),
        (lambda X: X[:20], "y takes one label for each of the 20 samples in X, got 30."),
        (lambda X: np.full(X.shape, "dark"), "could not convert string to float"),
    ],
)
def test_bad_samples(data, change, sentence):
    X, y = data
    assert refusal(classifier(), change(X), y).startswith(sentence)


@pytest.mark.parametrize(
    "y, sentence",
    [
        (np.zeros(30, dtype=int), "y takes labels of at least two classes, got only"),
        (np.tile([0.0, 1.0, np.nan], 10), "Input y contains NaN."),
        (np.linspace(0, 1, 30), "Unknown label type: continuous."),
        (np.eye(3)[np.tile([0, 1, 2], 10)], "y should be a 1d array, got an array of shape (30, 3) instead."),
        (np.arange(20) % 3, "y takes one label for each of the 30 samples in X, got 20."),
    ],
)
def test_bad_labels(data, y, sentence):
    assert refusal(classifier(), data[0], y).startswith(sentence)


def test_labels_that_fit_does_not_know(data):
    X, y = data
    model = classifier()
    assert refusal(model, X, y, test=(X[:3], [0, 1, 9])) == "y takes labels among [0, 1, 2], got [9]."
    assert refusal(model, X, y, test=(X[:3], [0, 1])) == "y takes one label for each of the 3 samples in X, got 2."
    assert refusal(model, X, y, test=(X[:3, :5], [0, 1, 2])) == "X takes 6 features, got 5."
    given = {"method": "partial_fit", "classes": [0, 1, 2]}
    assert refusal(model, X, y + 1, **given) == "y takes labels among [0, 1, 2], got [3]."
    assert refusal(classifier(), X, y - 1, **given) == "y takes labels among [0, 1, 2], got [-1]."
    names = np.array(["ant", "bee", "cow"])[y]
    text = refusal(classifier(), X, names, method="partial_fit", classes=["ant", "bee", "cat"])
    assert text == "y takes labels among ['ant', 'bee', 'cat'], got ['cow']."


def test_bad_calls_of_partial_fit(data):
    X, y = data
    assert refusal(classifier(), X, y, method="partial_fit") == (
        "classes takes all labels that will ever come in the first call of partial_fit, got None."
    )
    assert refusal(classifier(), X, y * 0, method="partial_fit", classes=[0]).startswith(
        "classes takes labels of at least two classes, got only"
    )
    model = classifier().partial_fit(X[:15], y[:15], classes=[0, 1, 2])
    assert refusal(model, X[:, :5], y, method="partial_fit") == "X takes 6 features, got 5."


@pytest.mark.parametrize(
    "options, error, sentence",
    [
        ({"hidden": 0}, ValueError, "hidden takes a whole number of at least 1, got 0."),
        ({"hidden": ()}, ValueError, "hidden takes at least one layer, such as (100,), got none."),
        ({"hidden": (5, -1)}, ValueError, "hidden takes a whole number of at least 1, got -1."),
        ({"hidden": (5.5,)}, TypeError, "hidden takes a whole number of at least 1, got 5.5."),
        ({"hidden": "many"}, TypeError, "hidden takes a whole number of at least 1, got 'many'."),
        ({"device": "gpu"}, ValueError, "device takes one of standalone, runtime, got 'gpu'."),
        ({"epochs": 0}, ValueError, "epochs takes a whole number of at least 1, got 0."),
        ({"epochs": 1.5}, TypeError, "epochs takes a whole number of at least 1, got 1.5."),
        ({"chunk": 0}, ValueError, "chunk takes a whole number of at least 1, got 0."),
        (
            {"schedule": "cosine"},
            ValueError,
            "schedule takes 'linear', None or a function of samples seen, got 'cosine'.",
        ),
        ({"rule": "adam"}, TypeError, "rule takes an optimizer such as sa.BioAdam(), got 'adam'."),
        (
            {"feedback": "mirror"},
            TypeError,
            "feedback takes None or a scheme such as sa.Predisposition(), got 'mirror'.",
        ),
        ({"random_state": None}, TypeError, "random_state takes a whole number of at least 0, got None."),
        ({"random_state": -1}, ValueError, "random_state takes a whole number of at least 0, got -1."),
        (
            {"network": {"presentations": 3}},
            TypeError,
            "feedforward() got an unexpected keyword argument 'presentations'",
        ),
    ],
)
def test_bad_settings(data, options, error, sentence):
    assert refusal(classifier(**options), *data, error=error).startswith(sentence)


def test_nothing_is_predicted_before_fit(data):
    X, y = data
    for method, arguments in [
        ("predict", (X,)),
        ("predict_proba", (X,)),
        ("decision_function", (X,)),
        ("score", (X, y)),
        ("save", ("x",)),
    ]:
        assert "is not fitted yet" in refusal(classifier(), *arguments, error=NotFittedError, method=method)
    for name in ("history_", "alignment_angle_deg_"):
        assert not hasattr(classifier(), name)


def test_prediction_checks_its_samples(fitted, data):
    X, _ = data
    assert refusal(fitted, X[:, :5], method="predict") == "X takes 6 features, got 5."
    assert refusal(fitted, X * 255, method="predict").startswith("X takes values in [0, 1]")
    assert refusal(fitted, X * np.nan, method="predict_proba").startswith("Input X contains NaN.")


# -- C++ standalone -------------------------------------------------------------------------------------------------


def test_digits_on_standalone():
    digits = sa.datasets.digits()
    model = sa.SpikingClassifier(hidden=(100,), epochs=3, random_state=0)
    model.fit(digits.X_train, digits.y_train)
    assert model.device == "standalone"
    assert model.score(digits.X_test, digits.y_test) >= 0.93
    assert model.alignment_angle_deg_[0] < 20
    assert model.history_[-1]["samples_seen"] == 3 * 1437
    assert_array_equal(model.predict(digits.X_test[:20]), model.predict(digits.X_test[:20]))
    model.trainer_.close()
