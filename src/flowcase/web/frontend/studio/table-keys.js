// The rules and columns of a decision table by keyboard: Shift+F10 (or the menu key) in a cell lists what can be
// done with its rule and its column; Shift, Alt and an arrow change the width of its column. What is written goes with Tab and Enter, as dmn-js has it.
import { choose, showKeys, tell } from './choosing.js';
import { say } from './words.js';

const [NARROWEST, STEP] = [150, 25]; // px; the narrowest is dmn-js's own
const WIDER = { ArrowRight: STEP, ArrowLeft: -STEP };
const WIDTHS = { 'dmn:InputClause': 'width', 'dmn:OutputClause': 'width', 'dmn:DecisionTable': 'annotationsWidth' };
const FOCUSED = '[contenteditable], button, [tabindex="0"]';

class TableKeys {
  constructor(clipboard, editorActions, elementRegistry, modeling, renderer, rules, sheet, translate) {
    Object.assign(this, { clipboard, editorActions, elementRegistry, modeling, rules, sheet, translate });
    this.container = renderer.getContainer();
    this.container.addEventListener('keydown', (event) => this.pressed(event), true);
    this.container.addEventListener('keyup', (event) => this.chosen(event));
  }

  pressed(event) {
    const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    const isOfWidth = event.shiftKey && event.altKey && event.key in WIDER;
    if (event.key === 'F1') showKeys();
    else if (isOfWidth && this.widen(event.target, WIDER[event.key])) event.stopImmediatePropagation();
    else if (!isMenu || !this.ask(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // What an arrow has chosen in a list of dmn-js (hit policy, type), which no screen reader hears of.
  chosen({ key, target }) {
    if (!['ArrowUp', 'ArrowDown'].includes(key) || !target.matches('.dms-input-select .dms-input')) return;
    tell(`${target.getAttribute('aria-label')}: ${target.value ?? target.textContent}`);
  }

  elementAt(place) {
    const id = place.closest('[data-element-id]')?.dataset.elementId ?? place.closest('[data-col-id]')?.dataset.colId;
    return this.elementRegistry.get(id);
  }

  // Whether there is a column: an input, an output, or the annotations, whose width the table itself has.
  widen(place, by) {
    const element = this.elementAt(place);
    const col = element?.col ?? element;
    const property = WIDTHS[col?.businessObject?.$type];
    const drawn = property && place.closest('td, th');
    if (!drawn) return false;
    const width = Math.max(NARROWEST, Math.round(drawn.getBoundingClientRect().width) + by);
    this.modeling.updateProperties(col, { [property]: width });
    tell(`${say('width')} ${width}`);
    return true;
  }

  ask(place) {
    const element = this.elementAt(place);
    if (!element) return false;
    const { id } = element;
    const row = element.row ?? (element.cells && element.businessObject.$type === 'dmn:DecisionRule' ? element : null);
    const acts = [...(row ? this.ofRule(row) : []), ...this.ofColumn(element.col ?? element)];
    choose(
      say('ofTable'),
      acts.map(([words], number) => [String(number), words]),
      () => this.goTo([id]),
      (number) => this.done(acts[Number(number)][1](), id),
    );
    return acts.length > 0;
  }

  ofRule(rule) {
    const at = this.sheet.getRoot().rows.indexOf(rule);
    const last = this.sheet.getRoot().rows.length - 1;
    const act = (name) => () => this.editorActions.trigger(name, { rule, element: rule });
    const mayPaste = this.rules.allowed('paste', { data: this.clipboard.get()?.elements, target: rule });
    return [
      [this.translate('Add rule above'), act('addRuleAbove')],
      [this.translate('Add rule below'), act('addRuleBelow')],
      ...(at > 0 ? [[say('ruleUp'), () => this.modeling.moveRow(rule, at - 1)]] : []),
      ...(at < last ? [[say('ruleDown'), () => this.modeling.moveRow(rule, at + 1)]] : []),
      [this.translate('Copy rule'), act('copy')],
      [this.translate('Cut rule'), act('cut')],
      ...(mayPaste
        ? [
            [this.translate('Paste rule above'), act('pasteBefore')],
            [this.translate('Paste rule below'), act('pasteAfter')],
          ]
        : []),
      [this.translate('Remove rule'), act('removeRule')],
    ];
  }

  ofColumn(col) {
    const kind = { 'dmn:InputClause': 'Input', 'dmn:OutputClause': 'Output' }[col.businessObject?.$type];
    if (!kind) return [];
    const name = kind.toLowerCase();
    const cols = this.sheet.getRoot().cols;
    const at = cols.indexOf(col);
    const act = (verb) => () => this.editorActions.trigger(verb, { [name]: col, element: col });
    const mayMove = (to) => cols[to]?.businessObject?.$type === col.businessObject.$type;
    const mayPaste = this.rules.allowed('paste', { data: this.clipboard.get()?.elements, target: col });
    return [
      [this.translate(`Edit ${name}`), () => this.edit(col)],
      [this.translate(`Add ${name} column left`), act(`add${kind}Left`)],
      [this.translate(`Add ${name} column right`), act(`add${kind}Right`)],
      ...(mayMove(at - 1) ? [[say('columnLeft'), () => this.modeling.moveCol(col, at - 1)]] : []),
      ...(mayMove(at + 1) ? [[say('columnRight'), () => this.modeling.moveCol(col, at + 1)]] : []),
      [this.translate(`Copy ${name} column`), act('copy')],
      ...(mayPaste
        ? [
            [this.translate(`Paste ${name} column left`), act('pasteBefore')],
            [this.translate(`Paste ${name} column right`), act('pasteAfter')],
          ]
        : []),
      ...(this.rules.allowed('col.remove', { col })
        ? [
            [this.translate(`Cut ${name} column`), act('cut')],
            [this.translate(`Remove ${name} column`), act(`remove${kind}`)],
          ]
        : []),
    ];
  }

  edit(col) {
    this.container.querySelector(`[data-col-id="${CSS.escape(col.id)}"] .edit-button`)?.click();
  }

  // On to what was made, else to what was there, else to what is still there.
  done(made, id) {
    setTimeout(() => {
      if (this.container.querySelector('.context-menu')) return; // what was asked for is open
      const cells = made?.cells ?? [];
      this.goTo([cells.find((each) => each.col)?.id, id]);
    });
  }

  goTo(ids) {
    const named = ids.filter(Boolean).flatMap((id) => [`[data-element-id="${CSS.escape(id)}"]`, `[data-col-id="${CSS.escape(id)}"]`]);
    const place = [...named, 'td[data-element-id]', 'th'].map((each) => this.container.querySelector(each)).find(Boolean);
    const inside = place?.matches(FOCUSED) ? place : place?.querySelector(FOCUSED);
    inside?.focus();
  }
}
TableKeys.$inject = [
  'clipboard',
  'editorActions',
  'elementRegistry',
  'modeling',
  'renderer',
  'rules',
  'sheet',
  'translate',
];

export const TableKeysModule = { __init__: ['tableKeys'], tableKeys: ['type', TableKeys] };
