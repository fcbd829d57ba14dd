// The inbox keeps up by itself: asked for anew twice a minute, and answered in a word while nothing changed.
// Where somebody is at work in the list, or has asked for a list that keeps still, what is new is offered
// instead. Ticks and focus stay where they were, and a screen reader is told in one sentence.
const EVERY = 30000; // milliseconds; `data-every` says otherwise
const SOON = 5000; // no more often, however often the window comes back
const STILL = "flowcase.inbox.still";
const BOX = "input[name=opgave]";

const boxes = (part) => [...part.querySelectorAll(BOX)];
const rowOf = (element) => element.closest("tr")?.querySelector(BOX)?.value;

function put(part, fresh) {
  const ticked = new Set(boxes(part).filter((box) => box.checked).map((box) => box.value));
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const row = focused && rowOf(focused);
  const [kind, address] = [focused?.tagName, focused?.getAttribute("href")];
  const chosen = part.querySelector("form:has(details[open])"); // what somebody is filling in stays theirs
  part.innerHTML = fresh.innerHTML;
  if (chosen?.id) part.querySelector(`#${chosen.id}`)?.replaceWith(chosen);
  Object.assign(part.dataset, fresh.dataset);
  for (const box of boxes(part)) box.checked = ticked.has(box.value);
  if (!focused) return;
  const same = row
    ? [...part.querySelectorAll("tr")].find((each) => rowOf(each) === row)?.querySelector(`${kind}:not([type=hidden])`)
    : address && [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === address);
  (same || part).focus();
}

export function inbox() {
  const news = document.querySelector("[data-inbox-news]");
  const list = document.getElementById("opgaveliste");
  if (!news || !list) return;
  const [status, button, still] = ["[role=status]", "button", "[data-inbox-still]"].map((each) => news.querySelector(each));
  let [etag, asked, moved, offered, timer] = [list.dataset.etag, Date.now(), 0, null, 0];
  news.hidden = false;
  still.checked = localStorage.getItem(STILL) === "1";
  still.addEventListener("change", () => localStorage.setItem(STILL, still.checked ? "1" : "0"));
  for (const each of ["pointermove", "pointerdown"]) list.addEventListener(each, () => (moved = Date.now()));

  const isAtWork = () =>
    still.checked ||
    Date.now() - moved < SOON ||
    list.contains(document.activeElement) ||
    document.querySelector("dialog[open]") ||
    list.querySelector(`${BOX}:checked, .fc-several details[open]`);

  const say = (words, fresh) => {
    const [before, after] = [list, fresh].map((part) => new Set(boxes(part).map((box) => box.value)));
    const number = (some, others) => [...some].filter((id) => !others.has(id)).length;
    const counted = [[status.dataset.new, number(after, before)], [status.dataset.gone, number(before, after)]];
    const details = counted.filter(([, count]) => count).map(([said, count]) => said.replace("{count}", count));
    status.textContent = [words, ...details].join(" ");
  };

  const show = () => {
    if (!offered) return;
    say(status.dataset.updated, offered);
    const hasFocus = document.activeElement === button;
    put(list, offered);
    [offered, button.hidden] = [null, true];
    if (hasFocus) list.focus();
  };
  button.addEventListener("click", show);

  const take = (answer) => {
    for (const fresh of answer.querySelectorAll("[data-part]")) {
      const part = document.getElementById(fresh.id);
      const isTypedIn = part?.querySelector("details[open]"); // a name that is being changed
      if (part !== list && !isTypedIn && part?.dataset.part !== fresh.dataset.part) put(part, fresh);
    }
    const fresh = answer.getElementById(list.id);
    if (fresh.dataset.part === list.dataset.part) {
      [offered, button.hidden, status.textContent] = [null, true, ""];
      return;
    }
    offered = fresh;
    if (!isAtWork()) return show();
    say(status.dataset.changed, fresh);
    button.hidden = false;
  };

  const look = async () => {
    if (document.hidden || Date.now() - asked < SOON) return;
    asked = Date.now();
    try {
      const headers = { "HX-Request": "true", "If-None-Match": etag };
      const answer = await fetch(list.dataset.now, { headers, cache: "no-store" });
      if (answer.status === 401) {
        clearInterval(timer);
        status.textContent = status.dataset.signedOut;
      }
      if (!answer.ok) return; // nothing changed, or the server is away for a while
      etag = answer.headers.get("ETag");
      take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The network is away for a while: the next look tells.
    }
  };
  timer = setInterval(look, Number(list.dataset.every) || EVERY);
  document.addEventListener("visibilitychange", look);
  addEventListener("flowcase:look", () => ((asked = 0), look())); // what a test cannot wait for
}
