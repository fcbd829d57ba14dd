// Parts of a page that others change meanwhile: fetched every few seconds and put in place by their ids.
const EVERY = 4000; // milliseconds; `data-live-every` says otherwise

function refresh(part, fresh) {
  if (!fresh || part.innerHTML === fresh.innerHTML) return;
  const focused = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
  part.innerHTML = fresh.innerHTML;
  if (focused) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
}

export function live() {
  for (const source of document.querySelectorAll("[data-live]")) follow(source);
}

function follow(source) {
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(source.dataset.live, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const each of fresh.body.children) {
        const part = document.getElementById(each.id);
        if (part) refresh(part, each);
      }
    } catch {
      // The network is away for a while: the next look tells.
    }
  };
  setInterval(look, Number(source.dataset.liveEvery) || EVERY);
  document.addEventListener("visibilitychange", look);
}
