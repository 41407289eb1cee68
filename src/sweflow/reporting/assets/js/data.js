// Reading what the page carries: JSON as it is, and JSON that is packed with gzip and base64.

import { byId } from "./dom.js";

/** The small part that stands in the page as it is. */
export function readAbout() {
  return JSON.parse(byId("about").textContent);
}

/** A packed part. */
export async function unpack(id) {
  const binary = atob(byId(id).textContent);
  const bytes = new Uint8Array(binary.length);
  for (let place = 0; place < binary.length; place += 1) bytes[place] = binary.charCodeAt(place);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** Whether this browser can unpack at all. */
export function canUnpack() {
  return typeof DecompressionStream === "function";
}

/** Texts by key, unpacked when the first one is asked for. */
export class Texts {
  constructor() {
    this.held = null;
  }

  /** A text; null where the report has it not. */
  async get(key) {
    this.held ??= unpack("texts").then((texts) => new Map(Object.entries(texts)));
    return (await this.held).get(key) ?? null;
  }
}
