// Fuzzy search: the letters in order, better where they begin words, stand together, or end the id.

/** How well a text fits a query, and where its letters are; null where they are not all there. */
export function fit(query, text) {
  if (!query) return { score: 0, places: [] };
  const wanted = query.toLowerCase();
  const lower = text.toLowerCase();
  const whole = lower.lastIndexOf(wanted);
  if (whole >= 0) {
    const starts = whole === 0 || !/[a-z0-9]/.test(lower[whole - 1]);
    const ends = whole + wanted.length === lower.length;
    return {
      score: 100 + (starts ? 40 : 0) + (ends ? 60 : 0) - lower.length / 100,
      places: range(whole, wanted.length),
    };
  }
  return scattered(wanted, lower, text);
}

function scattered(wanted, lower, text) {
  const places = [];
  let score = 0;
  let from = lower.length - 1;
  for (let letter = wanted.length - 1; letter >= 0; letter -= 1) {
    const place = lower.lastIndexOf(wanted[letter], from);
    if (place < 0) return null;
    const begins =
      place === 0 ||
      !/[A-Za-z0-9]/.test(text[place - 1]) ||
      (/[A-Z]/.test(text[place]) && /[a-z]/.test(text[place - 1]));
    score += (begins ? 8 : 1) + (places[0] === place + 1 ? 4 : 0);
    places.unshift(place);
    from = place - 1;
  }
  return { score: score - lower.length / 100 - (places.at(-1) - places[0]) / 6, places };
}

function range(start, length) {
  return Array.from({ length }, (_, place) => start + place);
}

/** The best fits among items, best first; `bonus` is what an item has beside its text. */
export function best(query, items, text, limit, bonus) {
  const found = [];
  for (const item of items) {
    const fitting = fit(query, text(item));
    if (fitting) found.push({ item, ...fitting, score: fitting.score + bonus(item) });
  }
  return found.sort((a, b) => b.score - a.score || (text(a.item) < text(b.item) ? -1 : 1)).slice(0, limit);
}
