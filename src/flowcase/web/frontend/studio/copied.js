// What is copied in one diagram can be put into another, in another tab or later: it lies in the browser.
const KEPT = 'flowcase.copied';

class Copied {
  constructor(eventBus, clipboard, moddle) {
    eventBus.on('copyPaste.elementsCopied', (event) => {
      if (event.hints?.clip === false) return;
      this.own = JSON.stringify(event.tree);
      try {
        localStorage.setItem(KEPT, this.own);
      } catch {
        localStorage.removeItem(KEPT); // too much for the browser: within this diagram it works all the same
      }
    });
    // Before the package looks into its own clipboard, which holds what was copied here.
    eventBus.on('copyPaste.pasteElements', 3000, () => {
      const kept = localStorage.getItem(KEPT);
      if (kept && kept !== this.own) clipboard.set(JSON.parse(kept, reviver(moddle)));
    });
  }
}
Copied.$inject = ['eventBus', 'clipboard', 'moddle'];

// Makes elements of the model again; what stands in the text more than once becomes one element.
function reviver(moddle) {
  const made = new Map();
  return (key, value) => {
    if (!value || typeof value !== 'object' || typeof value.$type !== 'string') return value;
    if (value.id && made.has(value.id)) return made.get(value.id);
    const { $type, ...attributes } = value;
    const element = moddle.create($type, attributes);
    Object.values(attributes).flat().forEach((child) => {
      if (child?.$descriptor) child.$parent = element;
    });
    if (value.id) made.set(value.id, element);
    return element;
  };
}

export const CopiedModule = { __init__: ['copied'], copied: ['type', Copied] };
