// A page that stands open when its session ends shows nothing of it any more: the page of the sign-in takes
// its place, with what was typed, which only who typed it gets again. Two minutes before, whoever sits
// there may stay; who types stays anyway.
const WARNED = 120; // seconds before the end; a session that lasts shorter warns in its last quarter
const AGAIN = 5; // seconds until it is asked once more while the network is away
const TYPED = "input:not([type=hidden], [type=password], [type=file]), textarea, select";

export function sessionEnd() {
  const others = typeof BroadcastChannel === "function" ? new BroadcastChannel("flowcase.session") : null;
  const given = document.body.dataset;
  if (!given.session) {
    others?.postMessage("signed out"); // the pages beside this one look whether they are, too
    return;
  }
  const warned = Math.min(WARNED, Number(given.session) / 4);
  let [ends, timer, acted, form, dialog] = [0, 0, -Infinity, null, null];
  const now = () => performance.timeOrigin + performance.now();
  const left = () => (ends - Date.now()) / 1000; // the machine may have slept: not what a timer says

  const begin = (seconds) => {
    ends = Date.now() + seconds * 1000;
    wait(seconds - warned);
  };
  const wait = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(seconds, 1) * 1000);
  };
  const token = () => document.querySelector("input[name=csrf_token]")?.value || "";
  const ask = async (method) => {
    const headers = { Accept: "application/json", "X-CSRFToken": token() };
    const answer = await fetch(given.sessionAsks, { method, headers, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  // What the server says is so: another window may have stayed, or signed out.
  async function look() {
    try {
      let said = await ask("GET");
      const sitsThere = now() - acted < warned * 1000;
      if (said.seconds > 0 && said.seconds <= warned && sitsThere) said = await ask("POST");
      const isAnothers = said.whose !== given.sessionWhose; // who signed in with this browser meanwhile
      if (said.seconds <= 0 || isAnothers) return clear(isAnothers && said.seconds > 0);
      document.documentElement.classList.remove("fc-covered");
      ends = Date.now() + said.seconds * 1000;
      if (said.seconds > warned) {
        dialog?.close();
        return wait(said.seconds - warned);
      }
      warn(said, sitsThere);
      wait(said.seconds);
    } catch {
      if (left() <= 0) document.documentElement.classList.add("fc-covered");
      wait(AGAIN);
    }
  }

  function warn(said, isTheLongest) {
    if (dialog) return;
    dialog = document.createElement("dialog");
    dialog.className = "fc-dialog";
    dialog.setAttribute("aria-labelledby", "snart-logget-af");
    const [title, text, buttons, stay] = ["h2", "p", "div", "button"].map((each) => document.createElement(each));
    title.id = "snart-logget-af";
    title.textContent = said.title;
    text.textContent = isTheLongest ? said.last : said.text;
    stay.className = "button button-primary";
    stay.type = "button";
    stay.textContent = said.stay;
    stay.addEventListener("click", async () => {
      try {
        const { seconds } = await ask("POST");
        if (seconds <= 0) return clear();
        begin(seconds);
        dialog?.close(); // not before the server has said so
      } catch {
        wait(1);
      }
    });
    buttons.className = "fc-buttons";
    buttons.append(stay);
    dialog.append(title, text, buttons);
    dialog.addEventListener("close", () => {
      dialog.remove();
      dialog = null;
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  function clear(isAnothers) {
    clearTimeout(timer);
    const page = given.page || location.pathname + location.search;
    const carried = form?.isConnected && form.method === "post" ? carrier(form, page) : null;
    document.title = "flowcase";
    document.body.replaceChildren(...(carried ? [carried] : []));
    if (carried) carried.submit();
    else location.replace(given.sessionSignIn + (isAnothers ? "" : `?next=${encodeURIComponent(page)}`));
  }

  // Another language in the middle of a form: the page comes anew, with what was typed or has come back.
  function translate(event) {
    const link = event.target.closest("a[hreflang]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const typed = form?.isConnected ? form : cameBack();
    if (!link || !isPlain || typed?.method !== "post") return;
    event.preventDefault();
    const carried = carrier(typed, given.page || location.pathname + location.search, `?sprog=${link.hreflang}`);
    document.body.append(carried);
    carried.submit();
  }

  // The form that this page is the answer to, such as one with errors.
  function cameBack() {
    if (!given.page) return null;
    const isSent = (each) => new URL(each.action).pathname === location.pathname && each.querySelector(TYPED);
    return [...document.querySelectorAll("main form[method=post]")].find(isSent);
  }

  // The form's own fields, sent to where they are only kept: never to where they would do something.
  function carrier(typed, page, language = "") {
    const made = document.createElement("form");
    [made.method, made.action, made.hidden] = ["post", given.sessionTyped + language, true];
    const add = (name, value) => {
      const field = document.createElement("textarea");
      [field.name, field.value] = [name, value];
      made.append(field);
    };
    const to = new URL(typed.getAttribute("action") || "", location.href);
    add("_adresse", to.pathname);
    add("_side", page);
    add("csrf_token", token()); // says whose page it is
    for (const [name, value] of new FormData(typed)) {
      const isSecret = typed.querySelector(`[type=password][name="${CSS.escape(name)}"]`);
      if (typeof value === "string" && name !== "csrf_token" && !isSecret) add(name, value);
    }
    return made;
  }

  document.querySelector(".fc-person")?.addEventListener("click", translate);
  for (const each of ["keydown", "pointerdown", "input"]) {
    addEventListener(each, () => (acted = now()), { capture: true, passive: true });
  }
  document.addEventListener("input", ({ target }) => {
    if (target.form && target.matches(TYPED) && target.closest("main")) form = target.form;
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.documentElement.classList.add("fc-covered"); // by the button back: the page as it was left
    look();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && left() <= warned) look();
  });
  others?.addEventListener("message", look);
  begin(Number(given.session));
}
