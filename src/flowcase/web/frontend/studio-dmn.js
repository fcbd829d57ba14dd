// The editor of decision tables.
import './studio/nonce.js';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-embedded.css';
import './studio/studio.css';

import DmnModeler from 'dmn-js/lib/Modeler';

import { bindKeysList } from './studio/choosing.js';
import danish from './studio/danish-dmn.json';
import { translation } from './studio/danish.js';
import { translateShown } from './studio/danish-shown.js';
import { isLost } from './studio/focus.js';
import { leftOut } from './studio/left-out.js';
import { markFindings } from './studio/marks.js';
import { OverviewKeysModule } from './studio/overview-keys.js';
import { ShapingModule } from './studio/shaping.js';
import { startStudio } from './studio/shell.js';
import { TableKeysModule } from './studio/table-keys.js';
import { tableNames } from './studio/table-names.js';
import { writing } from './studio/writing.js';

const PLACES = 'button, label, option, .view-drd, .hit-policy, .decision-table-properties';

const TYPED = '[contenteditable="true"], .edit-button';

const rowMarks = new CSSStyleSheet();
document.adoptedStyleSheets.push(rowMarks);

function makeEditor(begun) {
  const view = { additionalModules: translation(begun.language) };
  const written = { additionalModules: [...view.additionalModules, tableNames(begun.choices)] };
  const modeler = new DmnModeler({
    container: '#laerred',
    drd: { additionalModules: [...view.additionalModules, OverviewKeysModule, ShapingModule] },
    decisionTable: { additionalModules: [...written.additionalModules, TableKeysModule] },
    literalExpression: written,
    boxedExpression: written,
  });
  if (begun.language === 'da') translateShown(document.getElementById('laerred'), danish, PLACES);
  const tellers = [];
  const bound = new WeakSet();
  const stack = () => modeler.getActiveViewer()?.get('commandStack', false);
  const isOverview = () => modeler.getActiveView()?.type === 'drd';
  let hasBegun = false; // no key has its place yet

  // Each view has an event bus and a command stack of its own.
  function bind() {
    const viewer = modeler.getActiveViewer();
    if (!viewer || bound.has(viewer)) return;
    bound.add(viewer);
    viewer.on('commandStack.changed', (event) => event.trigger !== 'clear' && tellers.forEach((tell) => tell(event.trigger)));
  }

  // The button that led to another view went with the one before; only a person who was there is taken along.
  function takeAlong() {
    if (!hasBegun || !isLost()) return;
    if (isOverview()) modeler.getActiveViewer().get('canvas').focus();
    else document.querySelector('#laerred .view-drd-button')?.focus();
  }
  bindKeysList(() => isOverview() && modeler.getActiveViewer().get('canvas').focus());
  modeler.on('views.changed', () => {
    bind();
    setTimeout(takeAlong);
  });

  // The keys go on where the finding is: in its cell, in the first one of its rule, else at the name above.
  function goInto(place) {
    const around = place?.closest('.rule-index')?.closest('tr') ?? place;
    const written = around?.matches(TYPED) ? around : around?.querySelector(TYPED);
    (written ?? document.querySelector(`#laerred :is(${TYPED})`))?.focus();
  }

  const viewOf = (id) => modeler.getViews().find((view) => view.id === id || view.element.id === id || contains(view.element, id));

  return {
    async open(text) {
      const read = await modeler.importXML(text);
      const tables = modeler.getViews().filter((view) => view.type !== 'drd');
      if (tables.length === 1) await modeler.open(tables[0]);
      bind();
      const viewer = modeler.getActiveViewer();
      if (isOverview()) viewer.get('canvas').zoom('fit-viewport');
      setTimeout(() => (hasBegun = true));
      return leftOut(read);
    },
    read: async () => (await modeler.saveXML({ format: true })).xml,
    renew: (names) => Object.assign(begun.choices, names),
    onChange: (tell) => tellers.push(tell),
    select(id) {
      const view = viewOf(id);
      if (!view) return false;
      modeler.open(view).then(() => {
        bind();
        const row = document.querySelector(`#laerred :is([data-row-id="${CSS.escape(id)}"], [data-element-id="${CSS.escape(id)}"])`);
        row?.scrollIntoView({ block: 'center', inline: 'nearest' });
        row?.click();
        goInto(row);
      });
      return true;
    },
    mark(findings, focus) {
      rowMarks.replaceSync(findings.filter((each) => each.element).map(markOfRow).join('\n'));
      if (!isOverview()) return;
      const viewer = modeler.getActiveViewer();
      markFindings(findings, viewer.get('overlays'), viewer.get('elementRegistry'), focus);
    },
    ...writing(() => modeler.getActiveViewer()?.get('directEditing', false)),
    undo: () => stack()?.undo(),
    redo: () => stack()?.redo(),
    mayUndo: () => Boolean(stack()?.canUndo()),
    mayRedo: () => Boolean(stack()?.canRedo()),
  };
}

// Rows and cells are drawn anew at every change, so that a mark on them is a rule of style.
function markOfRow({ element, severity }) {
  const id = CSS.escape(element);
  const place = `[data-element-id="${id}"], [data-row-id="${id}"], [data-col-id="${id}"]`;
  return `#laerred tr:has(${place}) .rule-index, #laerred [data-element-id="${id}"] {
    box-shadow: inset 4px 0 0 ${severity === 'error' ? '#b30000' : '#8a6100'}; }`;
}

// Whether a decision holds an element with this id: its table, a rule, a cell.
function contains(element, id) {
  const waiting = [element.decisionLogic];
  while (waiting.length) {
    const each = waiting.pop();
    if (!each || typeof each !== 'object') continue;
    if (each.id === id) return true;
    for (const name of ['input', 'output', 'rule', 'inputEntry', 'outputEntry', 'inputExpression', 'inputValues', 'outputValues']) {
      const inside = each[name];
      if (Array.isArray(inside)) waiting.push(...inside);
      else if (inside) waiting.push(inside);
    }
  }
  return false;
}

startStudio(makeEditor);
