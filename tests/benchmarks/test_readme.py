"""The README's figures are those of the committed result files."""

from benchmarks.readme import BLOCKS, README, render


def test_readme_is_what_the_files_say():
    text = README.read_text()
    assert render(text) == text, "python -m benchmarks readme"


def test_every_block_is_in_the_readme():
    text = README.read_text()
    for name in BLOCKS:
        assert f"<!-- {name} -->" in text


def test_a_changed_figure_is_put_right():
    text = README.read_text()
    assert render(text.replace("| mnist |", "| mnist? |")) == text
