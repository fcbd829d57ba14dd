// The editor of diagrams.
import './studio/nonce.js';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import './studio/studio.css';

import { render } from '@bpmn-io/properties-panel/preact';
import BpmnModeler from 'bpmn-js/lib/Modeler';
import {
  BpmnPropertiesPanelModule,
  BpmnPropertiesProviderModule,
  ZeebePropertiesProviderModule,
} from 'bpmn-js-properties-panel';
import { CloudElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { CreateAppendAnythingModule, CreateAppendElementTemplatesModule } from 'bpmn-js-create-append-anything';
import ZeebeBehaviorsModule from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';

import { ByKeyboardModule } from './studio/by-keyboard.js';
import { CopiedModule } from './studio/copied.js';
import danish from './studio/danish-bpmn.json';
import { translation } from './studio/danish.js';
import { translateShown } from './studio/danish-shown.js';
import { FlowcasePropertiesModule } from './studio/flowcase-properties.js';
import { markFindings } from './studio/marks.js';
import { leftOut } from './studio/left-out.js';
import { MessagesModule } from './studio/messages.js';
import { PickingModule } from './studio/picking.js';
import { PlacingModule } from './studio/placing.js';
import { RefusedModule } from './studio/refused.js';
import { nameSections } from './studio/section-names.js';
import { ShapingModule } from './studio/shaping.js';
import { startStudio } from './studio/shell.js';
import { VariablesModule } from './studio/variables.js';
import { writing } from './studio/writing.js';

// Words of the menus that bpmn-js does not ask its translation for: "2 results found".
const inMenus = { found: 'fundet', result: 'resultat', results: 'resultater', Results: 'Resultater', Search: 'Søg' };

const BEFORE_THE_PANEL = 2000; // a priority; what is given none has 1000

// The whole drawing beside the palette (of two columns where the window is low), never larger than it was drawn.
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const palette = canvas.getContainer().querySelector('.djs-palette');
  const covered = palette ? palette.offsetLeft + palette.offsetWidth + 10 : 0; // px on the left
  if (!inner.width || outer.width <= covered) return;
  const scale = Math.min(1, (outer.width - covered - 20) / inner.width, (outer.height - 40) / inner.height);
  canvas.viewbox({
    x: inner.x - covered / scale,
    y: inner.y - (outer.height / scale - inner.height) / 2,
    width: outer.width / scale,
    height: outer.height / scale,
  });
}

function makeEditor(begun) {
  const modeler = new BpmnModeler({
    container: '#laerred',
    propertiesPanel: { parent: '#egenskaber' },
    flowcase: { properties: begun.properties, choices: begun.choices, refused: begun.refused },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      CloudElementTemplatesPropertiesProviderModule,
      ZeebeBehaviorsModule,
      CreateAppendAnythingModule,
      CreateAppendElementTemplatesModule,
      FlowcasePropertiesModule,
      MessagesModule,
      RefusedModule,
      PickingModule,
      VariablesModule,
      CopiedModule,
      ByKeyboardModule,
      PlacingModule,
      ShapingModule,
      ...translation(begun.language),
    ],
    moddleExtensions: { zeebe },
  });
  if (begun.language === 'da') {
    translateShown(document.getElementById('egenskaber'), danish, '.bio-properties-panel-header-type');
    modeler.on('popupMenu.open', () =>
      translateShown(document.querySelector('.djs-popup-parent'), inMenus, '.djs-popup-search-count'),
    );
  }
  // A file without any process has a root that stands for none, which the panel would ask for its properties.
  modeler.on('root.added', BEFORE_THE_PANEL, (event) => event.element.isImplicit && event.stopPropagation());
  nameSections(document.getElementById('egenskaber'));
  modeler.get('elementTemplatesLoader').setTemplates(begun.templates);
  const stack = modeler.get('commandStack');
  const registry = modeler.get('elementRegistry');
  return {
    async open(text) {
      // The panel would draw what is gone once more; with the root of the next file it begins anew.
      render(null, document.querySelector('#egenskaber > .bio-properties-panel-container'));
      const read = await modeler.importXML(text);
      fit(modeler.get('canvas'));
      return leftOut(read);
    },
    read: async () => (await modeler.saveXML({ format: true })).xml,
    renew(names) {
      Object.assign(begun.choices, names);
      modeler.get('eventBus').fire('propertiesPanel.providersChanged'); // the panel asks for its lists again
    },
    onChange: (tell) => modeler.on('commandStack.changed', (event) => event.trigger !== 'clear' && tell(event.trigger)),
    select(id) {
      const element = registry.get(id);
      if (!element || !element.parent) return false;
      modeler.get('canvas').scrollToElement(element, 120);
      modeler.get('selection').select(element);
      modeler.get('canvas').focus();
      return true;
    },
    mark: (findings, focus) => markFindings(findings, modeler.get('overlays'), registry, focus),
    ...writing(() => modeler.get('directEditing')),
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    mayUndo: () => stack.canUndo(),
    mayRedo: () => stack.canRedo(),
  };
}

startStudio(makeEditor);
