// The editor of forms.
import './studio/nonce.js';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js-editor/dist/assets/properties-panel.css';
import './studio/studio.css';

import { FormEditor } from '@bpmn-io/form-js-editor';

import { ChoiceCodesModule } from './studio/choice-codes.js';
import { bindKeysList } from './studio/choosing.js';
import danish from './studio/danish-forms.json';
import { translateShown } from './studio/danish-shown.js';
import { bindFormKeys } from './studio/form-keys.js';
import { FormPropertiesModule, listTargets } from './studio/form-properties.js';
import { kindsInDanish, nameInDanish, unbroken } from './studio/new-fields.js';
import { nameSections } from './studio/section-names.js';
import { startStudio } from './studio/shell.js';

const PLACES = '.fjs-palette-container, .fjs-properties-container, .fjs-editor-context-pad, .fjs-empty-editor, .fjs-empty-component';
const FILLED_IN = '.fjs-filepicker-container, .fjs-select-display, .fjs-repeat-render-footer';
const filledIn = { Browse: 'Vælg fil', 'No files selected': 'Ingen fil er valgt', Select: 'Vælg', Repeatable: 'Gentages' };

// The buttons say "Create a Kort tekst element" and "Remove Kort tekst": the kinds have their Danish names already.
const ofKinds = Object.values(danish).map(unbroken).flatMap((kind) => [
  ...['a', 'an'].map((article) => [`Create ${article} ${kind} element`, `Tilføj feltet »${kind}«`]),
  [`Remove ${kind}`, `Fjern feltet »${kind}«`],
]);
const broken = Object.values(danish).map((words) => [unbroken(words), words]); // where a narrow button may break them
// There is no such window here; in Danish the catalogue says so.
const inEnglish = { 'Use the preview window to test your form.': 'See how it is filled in with “Try the form”.' };

function makeEditor(begun) {
  const container = document.getElementById('laerred');
  nameSections(container);
  const isDanish = begun.language === 'da';
  const names = isDanish ? [kindsInDanish(danish)] : [];
  const editor = new FormEditor({ container, additionalModules: [FormPropertiesModule, ChoiceCodesModule, ...names] });
  listTargets(begun.targets);
  if (isDanish) {
    translateShown(container, { ...danish, ...Object.fromEntries([...broken, ...ofKinds]) }, PLACES);
    translateShown(container, filledIn, FILLED_IN);
    nameInDanish(editor.get('fieldFactory'), danish);
  } else translateShown(container, inEnglish, PLACES);
  const goTo = bindFormKeys(container, editor);
  bindKeysList(() => {});
  const stack = () => editor.get('commandStack');
  const fieldOf = (name) =>
    editor
      .get('formFieldRegistry')
      .getAll()
      .find((field) => [field.key, field.path, field.id].includes(name));

  return {
    async open(text) {
      await editor.importSchema(JSON.parse(text));
    },
    read: async () => `${JSON.stringify(editor.saveSchema(), null, 2)}\n`,
    onChange: (tell) => editor.on('commandStack.changed', (event) => event.trigger !== 'clear' && tell(event.trigger)),
    select(name) {
      const field = fieldOf(name);
      if (!field) return false;
      editor.get('selection').set(field);
      container.querySelector(`[data-id="${CSS.escape(field.id)}"]`)?.scrollIntoView({ block: 'center' });
      goTo(field);
      return true;
    },
    mark(findings) {
      container.querySelectorAll('[data-finding]').forEach((each) => delete each.dataset.finding);
      findings.forEach((finding) => {
        const field = finding.element && fieldOf(finding.element);
        const drawn = field && container.querySelector(`[data-id="${CSS.escape(field.id)}"]`);
        if (drawn && drawn.dataset.finding !== 'error') drawn.dataset.finding = finding.severity;
      });
    },
    undo: () => stack().undo(),
    redo: () => stack().redo(),
    mayUndo: () => stack().canUndo(),
    mayRedo: () => stack().canRedo(),
  };
}

startStudio(makeEditor);
