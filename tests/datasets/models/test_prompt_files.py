"""Prompts are files, ours or the user's."""

import pytest
from sweflow_datasets.models.prompt_files import NAMES, Prompts
from sweflow_tracer.errors import FileNotUsable


@pytest.mark.parametrize("name", NAMES)
def test_each_of_our_prompts_takes_what_it_names(name):
    filled = Prompts().fill(name, **{value: f"<{value} $5>" for value in NAMES[name]})
    assert all(f"<{value} $5>" in filled for value in NAMES[name])


def test_a_folder_has_prompts_in_place_of_ours(tmp_path):
    (tmp_path / "solve.md").write_text("Solve: $statement for $$1", "utf-8")
    prompts = Prompts(tmp_path)
    assert prompts.fill("solve", statement="it", files="", left_out="") == "Solve: it for $1"
    assert prompts.fill("system") == Prompts().fill("system")


@pytest.mark.parametrize("text", ["$nothing", "costs $ 5", b"\xff"])
def test_a_prompt_that_cannot_be_filled_in_is_named(tmp_path, text):
    (tmp_path / "solve.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileNotUsable, match=r"solve\.md"):
        Prompts(tmp_path).fill("solve", statement="", files="", left_out="")
