"use strict";
(() => {
  const map = JSON.parse(document.getElementById("map").textContent);
  const panel = document.getElementById("answer");
  const add = (parent, tag, text) => {
    const made = parent.appendChild(document.createElement(tag));
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const shown = (x, digits) => x.toFixed(digits);
  let weights = map.own.slice();

  // Sliders: each sets its own share of all weight, the others keep their proportion.
  const sliders = map.objectives.map((name, k) => {
    const label = add(panel, "label");
    add(label, "span", name);
    const slider = add(label, "input");
    Object.assign(slider, {type: "range", min: "0", max: "1", step: "0.01"});
    const out = add(label, "output");
    slider.addEventListener("input", () => {
      const others = [0, 1, 2].filter((j) => j !== k);
      const rest = others.reduce((sum, j) => sum + weights[j], 0);
      const next = [0, 0, 0];
      next[k] = Number(slider.value);
      for (const j of others) next[j] = (1 - next[k]) * (rest > 0 ? weights[j] / rest : 0.5);
      choose(next);
    });
    return {slider, out};
  });
  const people = add(panel, "div");
  for (const one of [{name: map.says.own, weights: map.own}, ...map.opinions]) {
    const button = add(people, "button", one.name);
    button.type = "button";
    button.addEventListener("click", () => choose(one.weights.slice()));
  }
  const answer = add(panel, "div");
  answer.setAttribute("aria-live", "polite");

  // Best is the design of the cell that is worth most; its lead is over the best cell of any other design.
  function judge(w) {
    const worth = new Map();
    for (const [design, ...reached] of map.cells) {
      const value = reached.reduce((sum, x, k) => sum + w[k] * x, 0);
      worth.set(design, Math.max(value, worth.get(design) ?? -Infinity));
    }
    const order = [...worth].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return {design: order[0][0], lead: order.length > 1 ? order[0][1] - order[1][1] : null};
  }

  function choose(w) {
    weights = w;
    sliders.forEach(({slider, out}, k) => {
      slider.value = String(w[k]);
      out.textContent = shown(100 * w[k], 0) + " %";
    });
    const {design, lead} = judge(w);
    const says = map.says, told = map.designs[design];
    answer.replaceChildren();
    add(answer, "p", `${says.best} ${design} (${told.share}).`);
    add(answer, "p", sure(lead, says));
    if (told.moves.length === 0) add(answer, "p", says.no_moves);
    else {
      add(answer, "p", says.moves);
      const list = add(answer, "ul");
      for (const move of told.moves) add(list, "li", move);
    }
    for (const pin of pins) place(pin, w);
  }

  function sure(lead, says) {
    if (lead === null) return says.only;
    const said = `${says.lead} ${lead.toPrecision(2)}.`;
    if (map.error === null) return `${said} ${says.unknown}`;
    return lead <= map.error ? `${said} ${says.within} ${map.error_said}.` : said;
  }

  // The corners of each drawing, from the data that it carries; a cross marks the weights that are chosen.
  const pins = [...document.querySelectorAll("#triangle svg")].map((svg) => {
    const group = svg.querySelector("[data-corners]");
    const corners = JSON.parse(group.dataset.corners);
    const pin = document.createElementNS(svg.namespaceURI, "path");
    pin.setAttribute("fill", "none");
    pin.setAttribute("stroke-width", "3");
    pin.setAttribute("class", "s-ink pin");
    pin.setAttribute("stroke", "#1a1a1a");
    svg.appendChild(pin);
    svg.addEventListener("click", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const w = barycentric(corners, point.x, point.y);
      if (w.every((x) => x >= -0.02)) {
        const kept = w.map((x) => Math.max(0, x));
        const sum = kept.reduce((a, b) => a + b, 0);
        choose(kept.map((x) => x / sum));
      }
    });
    return {pin, corners};
  });

  function barycentric([[x1, y1], [x2, y2], [x3, y3]], x, y) {
    const whole = (y2 - y3) * (x1 - x3) + (x3 - x2) * (y1 - y3);
    const a = ((y2 - y3) * (x - x3) + (x3 - x2) * (y - y3)) / whole;
    const b = ((y3 - y1) * (x - x3) + (x1 - x3) * (y - y3)) / whole;
    return [a, b, 1 - a - b];
  }

  function place({pin, corners}, w) {
    const x = w.reduce((sum, v, k) => sum + v * corners[k][0], 0);
    const y = w.reduce((sum, v, k) => sum + v * corners[k][1], 0);
    pin.setAttribute("d", `M${x - 8} ${y}H${x + 8}M${x} ${y - 8}V${y + 8}`);
  }

  panel.hidden = false;
  choose(weights);
})();
