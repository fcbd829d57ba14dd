// Keyboard shortcuts of the inbox and of the daily meeting. Without them every step is possible by Tab and
// Enter, and one setting turns them off (WCAG 2.1.4), for those whose speech or reading programs send single keys.
const OFF = "flowcase.keys.off";
const TYPED_IN = "input:not([type=checkbox]), select, textarea, [contenteditable]";

const ROW = "tbody tr, [data-keys-row]";

function links(list) {
  return [...list.querySelectorAll(ROW)].map((row) => row.querySelector("a"));
}

function move(list, step) {
  const all = links(list);
  const row = document.activeElement.closest(ROW);
  const here = row && list.contains(row) ? [...list.querySelectorAll(ROW)].indexOf(row) : -1;
  const next = here === -1 ? (step > 0 ? 0 : all.length - 1) : here + step;
  all[Math.min(Math.max(next, 0), all.length - 1)].focus();
}

function act(key, list, dialog) {
  const row = list && list.contains(document.activeElement) && document.activeElement.closest(ROW);
  // What the page itself names a key for: pressed, or only focused where a press would be final.
  const named = document.querySelector(`[data-key~="${CSS.escape(key)}"]`);
  if (named) return () => named.click();
  const focused = document.querySelector(`[data-key-focus~="${CSS.escape(key)}"]`);
  if (focused) return () => focused.focus();
  const actions = {
    "?": () => dialog.showModal(),
    j: list && (() => move(list, 1)),
    k: list && (() => move(list, -1)),
    ArrowDown: row && (() => move(list, 1)),
    ArrowUp: row && (() => move(list, -1)),
    t: row && row.querySelector("button") && (() => row.querySelector("button").click()),
    x: row && row.querySelector("input[type=checkbox]") && (() => row.querySelector("input[type=checkbox]").click()),
  };
  return actions[key];
}

export function keys() {
  const dialog = document.getElementById("genveje");
  if (!dialog) return;
  const list = document.querySelector("[data-keys-list]");
  const off = dialog.querySelector("[data-keys-off]");
  const button = document.querySelector("[data-keys-open]");
  button.parentElement.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  off.checked = localStorage.getItem(OFF) === "1";
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "1" : "0"));
  // While an answer is on its way, a key would be meant for the page that comes.
  let isLeaving = false;
  addEventListener("beforeunload", () => {
    isLeaving = true;
    setTimeout(() => (isLeaving = false), 5000); // a download leaves nothing
  });
  addEventListener("pageshow", () => (isLeaving = false));
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("[data-keys-send]");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!isLeaving) form.requestSubmit();
      return;
    }
    if (isLeaving) return;
    const isOthers = event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented;
    if (isOthers || off.checked || dialog.open || event.target.closest(TYPED_IN)) return;
    const action = act(event.key, list, dialog);
    if (!action) return;
    event.preventDefault();
    action();
  });
}
