// The problem table and the problem pages, made from the page's JSON when they
// are asked for. Text reaches the document only as text nodes. What the short
// names of the data mean is said in data.go.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const report = document.getElementById("report");
  const page = document.getElementById("page");
  const title = document.title;
  const rowsAtFirst = 250;
  const reasonAtFirst = 160;

  const text = (index) => data.t[index || 0];
  const count = (n) => n.toLocaleString("en-US");
  const link = (name) => "#problem=" + encodeURIComponent(name);

  // make makes an element. Children are nodes or texts.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  // folded is a fold whose content is made when it is first opened.
  function folded(summary, content, open) {
    const fold = make("details", {}, make("summary", {}, summary));
    const fill = () => { if (fold.childElementCount === 1) fold.append(content()); };
    fold.addEventListener("toggle", fill);
    if (open) {
      fold.open = true;
      fill();
    }
    return fold;
  }

  const pre = (content, label, kind) =>
    make("pre", { class: kind, tabindex: "0", role: "region", "aria-label": label }, content);

  // scrolling lets what is wide scroll within itself, with the keyboard too.
  const scrolling = (label, child) =>
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, child);

  // standing says how many of a problem's trials with a variant were solved.
  const standings = data.p.map((problem) => {
    const cells = data.v.map(() => ({ solved: 0, recorded: 0, result: 0 }));
    for (const trial of problem.k || []) {
      const cell = cells[trial.v || 0];
      cell.recorded++;
      if (trial.r) cell.result = trial.r;
      else cell.solved++;
    }
    return cells;
  });

  const signs = {
    all: ["✓", "solved"],
    some: ["◐", "partly solved"],
    none: ["✗", "not solved"],
    missing: ["–", "not recorded"],
  };

  function stands(cell) {
    if (cell.recorded === 0) return "missing";
    if (cell.solved === 0) return "none";
    return cell.solved === cell.recorded ? "all" : "some";
  }

  function mark(kind, label) {
    const [sign, meaning] = signs[kind];
    return make("span", { class: kind, title: meaning },
      make("span", { class: "sign", role: "img", "aria-label": meaning }, sign), label);
  }

  function standing(cell) {
    const kind = stands(cell);
    if (kind === "missing") return mark(kind, "");
    if (data.n === 1) return mark(kind, data.r[cell.solved ? 0 : cell.result]);
    return mark(kind, `${cell.solved}/${cell.recorded}`);
  }

  // The table of problems.

  function filters() {
    const solved = (cells) => cells.filter((cell) => cell.solved > 0).length;
    if (data.sides) {
      return [
        ["all", "All", () => true],
        ["both", "Both", (cells) => solved(cells) === 2],
        ["first", "Only A", (cells) => cells[0].solved > 0 && cells[1].solved === 0],
        ["second", "Only B", (cells) => cells[0].solved === 0 && cells[1].solved > 0],
        ["none", "Neither", (cells) => solved(cells) === 0],
      ];
    }
    if (data.v.length === 1) {
      const kinds = [
        ["all", "All", () => true],
        ["every", data.n === 1 ? "Solved" : "Solved in every trial", ([cell]) => stands(cell) === "all"],
        ["some", "In some trials", ([cell]) => stands(cell) === "some"],
        ["none", "Not solved", ([cell]) => cell.solved === 0],
      ];
      return data.n === 1 ? kinds.filter(([key]) => key !== "some") : kinds;
    }
    return [
      ["all", "All", () => true],
      ["every", "Solved by all variants", (cells) => solved(cells) === cells.length],
      ["some", "By some", (cells) => solved(cells) > 0 && solved(cells) < cells.length],
      ["none", "By none", (cells) => solved(cells) === 0],
    ];
  }

  function matrix(place) {
    const kinds = filters();
    const collator = new Intl.Collator("en", { numeric: true });
    const share = (cell) => (cell.recorded ? cell.solved / cell.recorded : -1);
    let kind = kinds[0];
    let words = "";
    let sort = { column: -1, direction: 0 }; // in the order of the run
    let everything = false;

    const search = make("input", { type: "search", placeholder: "Name or statement", "aria-label": "Show problems whose name or statement contains", autocomplete: "off", spellcheck: "false" });
    search.addEventListener("input", () => { words = search.value.trim().toLowerCase(); draw(); });
    const choices = make("fieldset", {}, make("legend", { hidden: "" }, "Show problems"));
    choices.setAttribute("aria-label", "Show problems that are solved");
    for (const choice of kinds) {
      const radio = make("input", { type: "radio", name: "solved", value: choice[0] });
      radio.checked = choice === kind;
      radio.addEventListener("change", () => { kind = choice; draw(); });
      choices.append(make("label", {}, radio, choice[1] + " ", make("small", {}, count(standings.filter(choice[2]).length))));
    }

    const heads = ["Problem", ...data.v.map(text)].map((name, i) => {
      const button = make("button", { type: "button" }, make("bdi", {}, name));
      const head = make("th", { scope: "col" }, button);
      button.addEventListener("click", () => {
        const first = i === 0 ? 1 : -1; // names from A, shares from the largest
        if (sort.column !== i) sort = { column: i, direction: first };
        else if (sort.direction === first) sort = { column: i, direction: -first };
        else sort = { column: -1, direction: 0 };
        draw();
      });
      return head;
    });
    const body = make("tbody", {});
    const shown = make("p", { class: "note", "aria-live": "polite" });
    const more = make("button", { type: "button" });
    const below = make("p", { class: "more" }, more);
    more.addEventListener("click", () => { everything = true; draw(); });

    function compare(a, b) {
      const { column, direction } = sort;
      if (column < 0) return a - b;
      const by = column === 0
        ? collator.compare(text(data.p[a].n), text(data.p[b].n))
        : share(standings[a][column - 1]) - share(standings[b][column - 1]);
      return by * direction || a - b;
    }

    function draw() {
      const contains = (problem) =>
        text(problem.n).toLowerCase().includes(words) || text(problem.q).toLowerCase().includes(words);
      const chosen = [];
      data.p.forEach((problem, i) => {
        if (kind[2](standings[i]) && (!words || contains(problem))) chosen.push(i);
      });
      chosen.sort(compare);
      const drawn = everything ? chosen : chosen.slice(0, rowsAtFirst);
      body.replaceChildren(...drawn.map((i) => {
        const name = text(data.p[i].n);
        return make("tr", {},
          make("th", { scope: "row" }, make("a", { href: link(name) }, make("bdi", {}, name))),
          ...standings[i].map((cell) => make("td", {}, standing(cell))));
      }));
      heads.forEach((head, i) => head.setAttribute("aria-sort",
        sort.column !== i ? "none" : sort.direction > 0 ? "ascending" : "descending"));
      shown.textContent = `${count(chosen.length)} of ${count(data.p.length)} problems`;
      below.hidden = drawn.length === chosen.length;
      more.textContent = `Show all ${count(chosen.length)}`;
    }

    place.replaceChildren(
      make("div", { class: "controls" }, make("label", {}, search), choices), shown,
      scrolling("Problems", make("table", { class: "matrix" }, make("thead", {}, make("tr", {}, ...heads)), body)), below);
    draw();
  }

  // The page of a problem.

  const seconds = (value) =>
    value.toLocaleString("en-US", { minimumFractionDigits: data.d, maximumFractionDigits: data.d });

  // costs are the columns of costs: title, place in a trial's c, form. Those that
  // are zero throughout a problem are left out, except the first.
  const costs = [
    ["Wall (s)", 0, seconds], ["Prover (s)", 3, seconds], ["Expansions", 6, count], ["Attempts", 7, count],
    ["Nodes", 8, count], ["Units", 9, count], ["Policy (s)", 4, seconds], ["Store (s)", 5, seconds],
    ["Checking (s)", 2, seconds], ["Starting (s)", 1, seconds], ["Prompt tokens", 10, count], ["Completion tokens", 11, count],
  ];

  function reason(value) {
    if (value.length <= reasonAtFirst) return value;
    return folded(value.slice(0, reasonAtFirst) + " …", () => pre(value, "Reason"));
  }

  function trialTable(trials) {
    const used = costs.filter(([, place]) => place === 0 || trials.some((trial) => trial.c[place]));
    const reasons = trials.some((trial) => trial.w);
    const again = trials.some((trial) => trial.d > 1);
    const head = [
      [data.sides ? "Side" : "Variant"], ["Trial", "number"], ["Result"], ...(reasons ? [["Reason"]] : []),
      ...used.map(([name]) => [name, "number"]), ["Seed", "number"], ["Worker"], ...(again ? [["Handed out", "number"]] : []),
    ];
    const rows = trials.map((trial) => make("tr", {},
      make("th", { scope: "row" }, make("div", { class: "fit" }, make("bdi", {}, text(data.v[trial.v || 0])))),
      make("td", { class: "number" }, count((trial.n || 0) + 1)),
      make("td", {}, mark(trial.r ? "none" : "all", data.r[trial.r || 0])),
      reasons ? make("td", {}, make("div", { class: "reason" }, make("bdi", {}, reason(text(trial.w))))) : null,
      ...used.map(([, place, form]) => make("td", { class: "number" }, form(trial.c[place] || 0))),
      make("td", { class: "number" }, trial.s),
      make("td", {}, make("div", { class: "fit" }, make("bdi", {}, text(trial.h)))),
      again ? make("td", { class: "number" }, count(trial.d || 1)) : null));
    return scrolling("Trials", make("table", {},
      make("thead", {}, make("tr", {}, ...head.map(([name, kind]) => make("th", { scope: "col", class: kind }, name)))),
      make("tbody", {}, ...rows)));
  }

  function answers(trial) {
    const entries = [["Answer", trial.f], ["Reference", trial.g], ["Found by", trial.m]].filter(([, index]) => index);
    if (trial.a) entries.push(["Axioms", trial.a]);
    if (entries.length === 0) return null;
    return make("dl", { class: "answer" }, ...entries.flatMap(([name, value]) => [
      make("dt", {}, name),
      make("dd", {}, make("code", {}, Array.isArray(value) ? value.map(text).join(", ") : text(value))),
    ]));
  }

  // who names trials that came to the same.
  function who(trials) {
    const numbers = trials.map((trial) => count((trial.n || 0) + 1)).join(", ");
    const variant = text(data.v[trials[0].v || 0]);
    return data.n === 1 ? variant : `${variant}, ${trials.length === 1 ? "trial" : "trials"} ${numbers}`;
  }

  const hasTree = (trial) => Boolean(trial.y || trial.z);

  // proofs shows each proof or answer of a variant once. The one whose tree is shown
  // comes first, and the first is open.
  function proofs(trials) {
    const groups = new Map();
    for (const trial of trials) {
      if (!trial.p && !trial.x && !trial.f) continue;
      const key = [trial.p, trial.x, trial.f, trial.g, trial.m, trial.a].join("/");
      groups.set(key, [...(groups.get(key) || []), trial]);
    }
    const decided = (group) => (group.some(hasTree) ? 0 : 1);
    return [...groups.values()].sort((a, b) => decided(a) - decided(b)).map((group, i) => folded(who(group), () => {
      const trial = group[0];
      return make("div", {}, answers(trial), trial.p ? pre(text(trial.p), "Proof") : null,
        trial.x ? folded("The whole text that was checked", () => pre(trial.x.map(text).join(""), "Checked text")) : null);
    }, i === 0));
  }

  const trees = (trials) => trials.filter(hasTree).map((trial) =>
    folded(`${who([trial])}: ${text(trial.i)}`, () => trial.y
      ? pre(text(trial.y), "Proof tree", "tree")
      : make("p", { class: "note" }, "The tree cannot be shown: " + text(trial.z)), true));

  // parts is a section with something of each variant: two sides stand beside one
  // another, even where one has nothing.
  function parts(heading, trials, some, nothing) {
    const blocks = data.v.map((name, v) => [name, some(trials.filter((trial) => (trial.v || 0) === v))]);
    if (blocks.every(([, block]) => block.length === 0)) return null;
    if (!data.sides) return make("section", {}, make("h2", {}, heading), ...blocks.flatMap(([, block]) => block));
    return make("section", {}, make("h2", {}, heading), make("div", { class: "pair" }, ...blocks.map(([name, block]) =>
      make("div", {}, make("h3", {}, make("bdi", {}, text(name))),
        ...(block.length ? block : [make("p", { class: "note" }, nothing)])))));
  }

  function steps(at) {
    const to = (i, label, rel) => i < 0 || i >= data.p.length ? null
      : make("a", { href: link(text(data.p[i].n)), rel, title: text(data.p[i].n) }, label);
    return make("nav", { class: "steps", "aria-label": "Problems" },
      make("a", { href: "#problems" }, "↑ Report"),
      at < 0 ? null : to(at - 1, "← Previous", "prev"), at < 0 ? null : to(at + 1, "Next →", "next"),
      at < 0 ? null : make("span", { class: "place" }, `${count(at + 1)} of ${count(data.p.length)}`));
  }

  function problemPage(name) {
    const at = data.p.findIndex((problem) => text(problem.n) === name);
    const head = make("h1", { tabindex: "-1" }, make("bdi", {}, at < 0 ? "No such problem" : name));
    document.title = (at < 0 ? "No such problem" : name) + " · " + title;
    if (at < 0) {
      page.replaceChildren(steps(at), head, make("p", {}, "The report has no problem with the name ", make("bdi", {}, name), "."));
      return head;
    }
    const problem = data.p[at];
    const trials = problem.k || [];
    page.replaceChildren(...[
      steps(at), head,
      problem.s ? make("p", { class: "note" }, make("bdi", {}, text(problem.s))) : null,
      problem.q ? make("section", {}, make("h2", {}, "Statement"), pre(text(problem.q), "Statement")) : null,
      make("section", {}, make("h2", {}, "Trials"), trials.length ? trialTable(trials) : make("p", {}, "None is recorded.")),
      parts("Proofs", trials, proofs, "No proof"),
      parts("Proof trees", trials, trees, "No tree"),
    ].filter((part) => part !== null));
    return head;
  }

  // Which page is shown stands behind the # of the address.

  let scrolled = null; // where the report was left

  function route() {
    const hash = location.hash;
    const wanted = hash.startsWith("#problem=");
    if (wanted && !report.hidden) scrolled = window.scrollY;
    report.hidden = wanted;
    page.hidden = !wanted;
    if (wanted) {
      let name = hash.slice("#problem=".length);
      try {
        name = decodeURIComponent(name);
      } catch { /* not an address of ours: no problem has this name */ }
      const head = problemPage(name);
      window.scrollTo(0, 0);
      head.focus({ preventScroll: true });
      return;
    }
    page.replaceChildren();
    document.title = title;
    if (scrolled !== null) window.scrollTo(0, scrolled);
    else if (hash.length > 1) document.getElementById(hash.slice(1))?.scrollIntoView();
    scrolled = null;
  }

  const place = document.getElementById("matrix");
  if (place) matrix(place);
  window.addEventListener("hashchange", route);
  route();
})();
