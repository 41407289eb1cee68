// The map as a plain picture, for browsers without WebGL.

import { replace } from "./dom.js";

/** Draws a `MapView` and tells it what the pointer does. */
export class PlainRenderer {
  constructor(map) {
    this.map = map;
    this.scale = 1;
  }

  /** Whether something is on screen. */
  get drawn() {
    return Boolean(this.picture());
  }

  draw({ grain, by, dark, filter, sel, to }) {
    const look = [grain, by, dark, filter, sel, to].join();
    if (this.look === look) return;
    this.look = look;
    const { map } = this;
    const picture = map.svg(by);
    picture.addEventListener("click", (event) => {
      const vertex = event.target.closest("[data-vertex]");
      if (vertex) map.choose(Number(vertex.dataset.vertex));
      else map.ctx.go({ sel: "", to: "" });
    });
    picture.addEventListener("dblclick", (event) => {
      const vertex = event.target.closest("[data-vertex]");
      if (vertex) map.openVertex(Number(vertex.dataset.vertex));
    });
    picture.addEventListener("pointerover", (event) => this.hover(picture, event.target.closest("[data-vertex]")));
    map.stage.classList.add("scrolls");
    const { scrollLeft, scrollTop } = map.stage;
    replace(map.stage, picture);
    map.stage.scrollTo(scrollLeft, scrollTop);
    map.ctx.ready("map");
  }

  hover(picture, box) {
    const { map } = this;
    const vertex = box ? Number(box.dataset.vertex) : -1;
    if (vertex === map.over) return;
    map.over = vertex;
    for (const other of picture.querySelectorAll("[data-vertex]"))
      other.classList.toggle("dim", !map.stands(Number(other.dataset.vertex)));
    for (const arc of picture.querySelectorAll("[data-tail]"))
      arc.classList.toggle(
        "dim",
        vertex >= 0 && Number(arc.dataset.tail) !== vertex && Number(arc.dataset.head) !== vertex,
      );
  }

  restyle() {}

  zoom(by) {
    this.scale = Math.min(Math.max(this.scale / by, 0.2), 4);
    const picture = this.picture();
    picture?.setAttribute("width", picture.viewBox.baseVal.width * this.scale);
    picture?.setAttribute("height", picture.viewBox.baseVal.height * this.scale);
  }

  whole() {
    this.scale = 1;
    this.zoom(1);
  }

  picture() {
    return this.map.stage.querySelector("svg.map-picture");
  }
}
