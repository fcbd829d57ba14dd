// Whoever types @ in a comment is offered the colleagues that the page lists beneath it, by user name or by any
// part of their name. The box stays a text box of several lines: focus never leaves it, and what is chosen is
// told by `aria-activedescendant`. Tab leaves it as ever; Enter chooses only while something is offered.
const TYPED = /(?<![\p{L}\p{N}_.@])@([\p{L}\p{N}._-]*)$/u;
const SHOWN_ANEW = ["ArrowLeft", "ArrowRight", "Home", "End"];

let offer = null; // what is offered now: { field, list, status, options, start, at }

function colleagues(field) {
  const listed = document.getElementById(field.dataset.mentions);
  return [...(listed?.querySelectorAll("[data-mention]") || [])].map((each) => ({ id: each.dataset.mention, words: each.textContent }));
}

function matches({ id, words }, typed) {
  const parts = words.toLowerCase().split(/[\s@–-]+/);
  return [id, ...parts].some((part) => part.startsWith(typed));
}

function close() {
  if (!offer) return;
  const { field, list, status } = offer;
  list.remove();
  status.remove();
  for (const name of ["aria-controls", "aria-activedescendant", "aria-haspopup", "aria-autocomplete"]) field.removeAttribute(name);
  offer = null;
}

function mark(number) {
  const { field, list, options } = offer;
  offer.at = (number + options.length) % options.length;
  [...list.children].forEach((each, at) => each.setAttribute("aria-selected", at === offer.at));
  const marked = list.children[offer.at];
  field.setAttribute("aria-activedescendant", marked.id);
  marked.scrollIntoView({ block: "nearest" });
}

function choose(number) {
  const { field, options, start } = offer;
  const rest = field.value.slice(field.selectionStart);
  const said = `@${options[number].id}${/^\s/.test(rest) ? "" : " "}`;
  field.setRangeText(said, start, field.selectionStart, "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true })); // a draft is saved of it too
}

function show(field, options, start) {
  close();
  const list = document.createElement("ul");
  list.id = `${field.id}-navne`;
  list.className = "fc-mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.getElementById(field.dataset.mentions).dataset.label);
  list.append(
    ...options.map(({ words }, number) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${number}`;
      option.setAttribute("role", "option");
      option.textContent = words;
      option.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
      option.addEventListener("click", () => choose(number));
      return option;
    }),
  );
  const status = document.createElement("span");
  status.className = "sr-only";
  status.setAttribute("role", "status");
  field.after(list, status);
  status.textContent = document.getElementById(field.dataset.mentions).dataset.said.replace("{count}", options.length);
  offer = { field, list, status, options, start };
  const told = { "aria-controls": list.id, "aria-haspopup": "listbox", "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(told)) field.setAttribute(name, value);
  mark(0);
}

function look(field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = field.selectionStart === field.selectionEnd && TYPED.exec(before);
  const typed = found ? found[1].toLowerCase() : "";
  const options = found ? colleagues(field).filter((each) => matches(each, typed)) : [];
  const isWhole = options.length === 1 && options[0].id === typed;
  if (!options.length || isWhole) return close();
  show(field, options, found.index);
}

export function mentions() {
  const of = (event) => event.target.closest?.("textarea[data-mentions]");
  document.addEventListener("input", (event) => of(event) && look(event.target));
  document.addEventListener("click", (event) => (of(event) ? look(event.target) : close()));
  document.addEventListener("focusout", (event) => of(event) && close());
  document.addEventListener("keyup", (event) => of(event) && SHOWN_ANEW.includes(event.key) && look(event.target));
  document.addEventListener("keydown", (event) => {
    if (!offer || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const acts = {
      ArrowDown: () => mark(offer.at + 1),
      ArrowUp: () => mark(offer.at - 1),
      Enter: () => choose(offer.at),
      Escape: close,
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
}
