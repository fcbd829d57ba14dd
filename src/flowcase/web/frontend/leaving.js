/** Back to a page that answered a form leads to the page of that form, not to the browser's own error. */
export function leaving() {
  const page = document.body.dataset.page;
  if (!page) return;
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (!form.getAttribute("action")) form.action = location.href; // what it meant before the address changes
    history.replaceState(null, "", page);
  });
}
