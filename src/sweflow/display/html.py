"""Sheets as HTML for notebooks: no script, no style sheet, every string escaped."""

from html import escape

from sweflow.display.sheet import Sheet

_LEFT, _RIGHT = "text-align:left", "text-align:right"
_BAR = ";white-space:pre;font-family:monospace;line-height:1"


def to_html(sheet: Sheet) -> str:
    """The sheet as one element."""
    parts = [f"<strong>{escape(sheet.title)}</strong>"]
    if sheet.facts:
        facts = (f"{escape(name)} <strong>{escape(value)}</strong>" for name, value in sheet.facts)
        parts.append(f"<p>{' · '.join(facts)}</p>")
    if sheet.rows:
        parts.append(_table(sheet))
    if sheet.svg:
        parts.append(f'<div style="overflow:auto;max-height:40em;background:white">{sheet.svg}</div>')
    return f"<div>{''.join(parts)}</div>"


def _table(sheet: Sheet) -> str:
    styles = [_style(name, name in sheet.numbers) for name in sheet.columns]
    head = "".join(
        f'<th style="{style}">{escape(name)}</th>' for name, style in zip(sheet.columns, styles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{style}">{escape(cell)}</td>' for cell, style in zip(row, styles, strict=True))
        + "</tr>"
        for row in sheet.shown
    )
    more = f"<p>{escape(sheet.more)}</p>" if sheet.more else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _style(name: str, is_number: bool) -> str:
    return (_RIGHT if is_number else _LEFT) + (_BAR if name == "timeline" else "")
