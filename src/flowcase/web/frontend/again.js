/** A page that waits for something looks again by itself; without a program there is a link. */
export function again() {
  if (document.querySelector("[data-again]")) setTimeout(() => location.reload(), 2000);
}
