// A link to something in a folded section unfolds it.
function unfold() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id && document.getElementById(id);
  if (!target) return;
  let fold = target.closest("details");
  while (fold) {
    fold.open = true;
    fold = fold.parentElement?.closest("details");
  }
  target.scrollIntoView();
}

export function folding() {
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
}
