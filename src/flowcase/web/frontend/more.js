// What dkfds (11.2) puts what has no room in the menu behind says *Mere* in every language.
export function more() {
  const words = document.querySelector(".mainmenu .more-button span");
  const said = words?.closest(".mainmenu").dataset.more;
  if (said) words.textContent = said;
}
