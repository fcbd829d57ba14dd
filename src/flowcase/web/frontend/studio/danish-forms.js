// Danish for form-js, whose words cannot be exchanged from outside: they are changed where they are shown.
//
// Only its own palette, panel and menus are looked at, never what a process owner has written.
import danish from './danish-forms.json';

const OURS = '.fjs-palette-container, .fjs-properties-container, .fjs-context-pad, .fjs-editor-palette-field';
const WRITTEN = 'input, textarea, [contenteditable], .cm-editor, .bio-properties-panel-header-label';
const ATTRIBUTES = ['title', 'placeholder', 'aria-label'];

export function translateForms(container) {
  const observer = new MutationObserver((changes) => changes.forEach((each) => translate(each.target)));
  observer.observe(container, { subtree: true, childList: true, characterData: true });
  translate(container);
}

function translate(target) {
  const root = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
  if (!root?.isConnected) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) translateText(node);
    else translateAttributes(node);
  }
}

function translateText(node) {
  const words = node.data.trim();
  const parent = node.parentElement;
  if (danish[words] && parent.closest(OURS) && !parent.closest(WRITTEN)) {
    node.data = node.data.replace(words, danish[words]);
  }
}

function translateAttributes(element) {
  if (!element.closest(OURS)) return;
  ATTRIBUTES.forEach((name) => {
    const words = element.getAttribute(name);
    if (danish[words]) element.setAttribute(name, danish[words]);
  });
}
