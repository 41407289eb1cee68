"""The patch in a model's answer: found by its fence or its head, with the counts of its hunks put right."""

import re

_FENCED = re.compile(r"^```(?:diff|patch)[^\n]*\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
_HEAD = re.compile(r"^(?:diff --git |--- (?=.*\n\+\+\+ ))", re.MULTILINE)
_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$")


def patch_of(answer: str) -> str:
    """The patch that an answer holds, ready for ``git apply``; "" where it holds none. Of several fences all count."""
    text = answer.replace("\r\n", "\n")
    fenced = _FENCED.findall(text)
    if fenced:
        return "".join(map(_recounted, fenced))
    head = _HEAD.search(text)
    return _recounted(text[head.start() :]) if head and "```" not in text else ""


def _recounted(patch: str) -> str:
    """A patch whose hunks say how many lines they have: models count badly, and git refuses what does not add up."""
    lines = patch.strip("\n").split("\n")
    made: list[str] = []
    place = 0
    while place < len(lines):
        head = _HUNK.match(lines[place])
        if head is None:
            made.append(lines[place])
            place += 1
            continue
        end = _hunk_end(lines, place + 1)
        body = [line or " " for line in lines[place + 1 : end]]
        old = sum(line[0] in " -" for line in body)
        new = sum(line[0] in " +" for line in body)
        made += [f"@@ -{head[1]},{old} +{head[2]},{new} @@{head[3]}", *body]
        place = end
    return "\n".join(made) + "\n" if any(line.startswith("@@ ") for line in made) else ""


def _hunk_end(lines: list[str], start: int) -> int:
    """The place of the first line that is no line of a hunk: one of another sign, or the head of the next file."""
    for place in range(start, len(lines)):
        line = lines[place]
        follows = lines[place + 1] if place + 1 < len(lines) else ""
        if line[:1] not in ("", " ", "+", "-", "\\") or (line.startswith("--- ") and follows.startswith("+++ ")):
            return place
    return len(lines)
