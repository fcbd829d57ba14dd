// Words of the packages that cannot be exchanged from outside are changed where they are shown.
//
// Text is looked at in `places` only, never where a process owner writes; titles and labels everywhere.
const WRITTEN = 'input, textarea, [contenteditable], .cm-editor, .bio-properties-panel-header-label';
const ATTRIBUTES = ['title', 'placeholder', 'aria-label'];

export function translateShown(container, danish, places) {
  const translate = (target) => {
    const root = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
    if (!root?.isConnected) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) translateText(node, danish, places);
      else translateAttributes(node, danish);
    }
  };
  const observer = new MutationObserver((changes) => changes.forEach((each) => translate(each.target)));
  observer.observe(container, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ATTRIBUTES,
  });
  translate(container);
}

function translateText(node, danish, places) {
  const words = node.data.trim();
  const parent = node.parentElement;
  const key = Object.hasOwn(danish, words) ? words : words.charAt(0) + words.slice(1).toLowerCase();
  if (Object.hasOwn(danish, key) && parent.closest(places) && !parent.closest(WRITTEN)) {
    const said = node.data.replace(words, danish[key]);
    if (said !== node.data) node.data = said; // a word that is the same in both would be changed for ever
  }
}

function translateAttributes(element, danish) {
  ATTRIBUTES.forEach((name) => {
    const words = element.getAttribute(name);
    if (words && Object.hasOwn(danish, words) && danish[words] !== words) element.setAttribute(name, danish[words]);
  });
}
