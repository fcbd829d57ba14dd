// What a menu or a name was typed into is gone: the keys are the drawing's again, not the page's.
const CLOSED = ['directEditing.deactivate', 'popupMenu.close', 'searchPad.closed'];

export const isLost = () => document.activeElement === document.body;

export function keepFocus(eventBus, canvas) {
  eventBus.on(CLOSED, () => setTimeout(() => isLost() && canvas.focus()));
}
