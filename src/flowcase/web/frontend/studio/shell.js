// One page for the editors: what is typed is checked and kept as a draft, and put into force on demand.
//
// An editor hands in { open(text), read(), onChange(tell), select(element), mark(findings, focus), undo(),
// redo(), mayUndo(), mayRedo() }; everything else is here. Where names are written in the drawing itself, also
// { isWriting(), endWriting() }: such a name belongs to the drawing only once its writing has ended. An editor that
// offers names of other files has renew(names) as well. What a file has and a drawing cannot keep open() gives back.
import { tell } from './choosing.js';
import { focusFinding, showFindings } from './findings.js';
import { ask } from './server.js';
import { say } from './words.js';

const CHECK_AFTER = 500; // ms without typing
const SAVE_AFTER = 2000;
const HERE_EVERY = 20_000;
const AGAIN_AFTER = 5000; // after a draft that could not be kept

export const begun = JSON.parse(document.getElementById('begyndelse').textContent);

const at = (id) => document.getElementById(id);

export async function startStudio(makeEditor) {
  const studio = new Studio(makeEditor(begun));
  await studio.begin();
  document.documentElement.dataset.ready = 'true';
}

class Studio {
  constructor(editor) {
    this.editor = editor;
    this.content = begun.content; // as it was last read from the editor or typed
    this.isStale = false; // the drawing has changed since `content` was read from it
    this.isDrawn = false; // the drawing shows `content`
    this.isText = false;
    this.isSaved = true;
    this.isRefused = false; // the last try to keep the draft came to nothing
    this.checks = 0;
    this.findings = [];
    this.trouble = ''; // what the editor itself has to say of a file that it cannot draw
    this.saving = Promise.resolve();
    this.reading = Promise.resolve();
  }

  async begin() {
    at('kilde').value = this.content;
    this.bind();
    await this.draw();
    await this.check();
    await this.goToAsked();
    this.tellWhoIsHere();
    setInterval(() => this.tellWhoIsHere(), HERE_EVERY);
  }

  bind() {
    this.editor.onChange((trigger) => {
      if (trigger === 'undo' || trigger === 'redo') tell(say(trigger));
      this.changed(true);
    });
    at('kilde').addEventListener('input', () => {
      this.content = at('kilde').value;
      this.isDrawn = false;
      this.changed(false);
    });
    at('vis-tegning').addEventListener('click', () => this.showDrawing());
    at('vis-tekst').addEventListener('click', () => this.showText());
    at('fortryd').addEventListener('click', () => this.editor.undo());
    at('gentag').addEventListener('click', () => this.editor.redo());
    at('gem').addEventListener('click', () => this.save());
    at('kasser').addEventListener('click', () => this.discard());
    at('saet-i-drift').addEventListener('click', () => this.askToDeploy());
    at('drift-ja').addEventListener('click', () => this.deploy());
    at('drift-nej').addEventListener('click', () => at('drift').close());
    document.querySelectorAll('a[data-save-first]').forEach((link) =>
      link.addEventListener('click', (event) => {
        event.preventDefault();
        this.leaveFor(link.pathname);
      }),
    );
    // Back on the network, or from the window in which one has signed in again.
    ['online', 'focus'].forEach((each) => window.addEventListener(each, () => this.isRefused && this.save()));
    // Back from another window, in which a form may have been begun, or what was found here may have been mended.
    window.addEventListener('blur', () => (this.isAway = true));
    window.addEventListener('focus', () => {
      if (this.isAway) this.lookAround();
      this.isAway = false;
    });
    window.addEventListener('beforeunload', (event) => {
      if (!this.isSaved || this.editor.isWriting?.()) event.preventDefault();
    });
    // Before the editors hear of it: where a name is written they keep every key to themselves.
    document.addEventListener(
      'keydown',
      (event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return; // with Caps Lock too
        event.preventDefault();
        event.stopPropagation();
        this.editor.endWriting?.();
        this.save();
      },
      true,
    );
  }

  // --- drawing and text ---------------------------------------------------------------------------

  async draw() {
    try {
      const left = await this.editor.open(this.content);
      this.isDrawn = true;
      if (left?.length) this.note(say('leftOut', { what: left.join(', ') }));
      this.isStale = false;
    } catch (error) {
      this.isDrawn = false;
      this.trouble = error.words ?? '';
      this.tellWhy();
    }
    at('ikke-tegnet').hidden = this.isDrawn;
    at('tegning').classList.toggle('fc-is-broken', !this.isDrawn);
    this.updateButtons();
  }

  // Why nothing is drawn, in the words of the check: the editors' packages say it in English to programmers.
  tellWhy() {
    const [error] = this.findings.filter((each) => each.severity === 'error');
    at('hvorfor').textContent = this.trouble || error?.words || say('notDrawn');
    at('hvorfor').lang = this.trouble ? '' : (error?.language ?? '');
  }

  async showDrawing() {
    const isToBeDrawn = this.isText && !this.isDrawn;
    this.show(false);
    if (isToBeDrawn) await this.draw(); // what is hidden has no size to fit a drawing into
    this.editor.mark(this.findings, focusFinding);
  }

  async showText() {
    at('kilde').value = await this.read();
    this.show(true);
  }

  show(isText) {
    this.isText = isText;
    at('tegning').hidden = isText;
    at('tekst').hidden = !isText;
    at('vis-tegning').setAttribute('aria-pressed', String(!isText));
    at('vis-tekst').setAttribute('aria-pressed', String(isText));
    this.updateButtons();
  }

  // One after another: who asks while the editor is being read gets what that reading gives, never what was before.
  read() {
    const reading = this.reading.then(() => this.readNow());
    this.reading = reading.catch(() => {});
    return reading;
  }

  async readNow() {
    if (!this.isStale || !this.isDrawn) return this.content;
    this.isStale = false;
    try {
      this.content = await this.editor.read();
    } catch (error) {
      this.isStale = true; // to be read again with the next try
      throw error;
    }
    if (!this.isText) at('kilde').value = this.content;
    return this.content;
  }

  changed(isDrawing) {
    if (isDrawing) this.isStale = true;
    this.isSaved = false;
    at('gemt').textContent = say('unsaved');
    this.updateButtons();
    clearTimeout(this.checkTimer);
    clearTimeout(this.saveTimer);
    this.checkTimer = setTimeout(() => this.check(), CHECK_AFTER);
    this.saveTimer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  updateButtons() {
    at('fortryd').disabled = this.isText || !this.isDrawn || !this.editor.mayUndo();
    at('gentag').disabled = this.isText || !this.isDrawn || !this.editor.mayRedo();
  }

  // --- findings -----------------------------------------------------------------------------------

  async check() {
    const number = ++this.checks;
    try {
      const said = await ask('check', { content: await this.read() }, begun);
      if (number === this.checks) this.found(said.findings); // a later one is on its way otherwise
    } catch (error) {
      if (number === this.checks) {
        if (error.status === 413) this.found([]); // it is another file by now than the one they were found in
        at('antal').textContent = `(${this.sentence(error, 'notChecked')})`;
      }
      at('ingen').hidden = true; // of what was drawn before
    }
    document.documentElement.dataset.checked = String(number);
  }

  // What other files have come to hold. Of what could not be asked the next time tells.
  async lookAround() {
    if (!this.editor.renew) return;
    try {
      this.editor.renew(await ask('names', { content: '' }, begun));
    } catch {
      return;
    }
    await this.check();
  }

  found(findings) {
    this.findings = findings;
    showFindings(findings, (finding) => this.goTo(finding));
    if (this.isDrawn) this.editor.mark(findings, focusFinding);
    else this.tellWhy();
  }

  async goTo(finding) {
    if (this.isDrawn && finding.element) {
      if (this.isText) await this.showDrawing();
      if (this.editor.select(finding.element)) return;
    }
    await this.showText();
    goToLine(at('kilde'), finding.line || 1);
  }

  // A finding on another page led here, to its place.
  async goToAsked() {
    const asked = new URLSearchParams(location.search);
    if (asked.has('element') || asked.has('linje')) await this.goTo({ element: asked.get('element'), line: Number(asked.get('linje')) });
  }

  // --- drafts -------------------------------------------------------------------------------------

  save() {
    clearTimeout(this.saveTimer);
    this.saving = this.saving.then(() => this.saveNow());
    return this.saving;
  }

  async saveNow() {
    at('gemt').textContent = say('saving');
    try {
      const content = await this.read();
      const { copy, seen, basedOn, fromOwner, fromCopy } = begun;
      const from = { from_owner: fromOwner, from_copy: fromCopy };
      const saved = await ask('draft', { content, copy, seen, based_on: basedOn, ...from }, begun);
      begun.seen = saved.seen;
      if (saved.wasSetAside || saved.copy !== begun.copy) this.setAside(saved.copy, saved.choose);
      if (saved.inForce !== begun.inForce) {
        begun.inForce = saved.inForce;
        this.note(say('newer'));
      }
      saved.others.forEach((other) => this.tellOf(other));
      this.isSaved = content === (await this.read()) && !this.isStale; // else what was drawn meanwhile is kept in its turn
      if (this.isSaved) clearTimeout(this.saveTimer);
      at('gemt').textContent = this.isSaved ? `${say('saved')} ${saved.savedAt}` : say('unsaved');
      at('kasser').disabled = false;
      if (this.isRefused) this.check(); // it came to nothing as well
      this.isRefused = false;
    } catch (error) {
      this.isSaved = false;
      this.isRefused = true;
      at('gemt').textContent = this.sentence(error, 'failed');
      clearTimeout(this.saveTimer);
      if (error.status !== 413) this.saveTimer = setTimeout(() => this.save(), AGAIN_AFTER);
    }
  }

  // To a page about the draft: with what was drawn until now.
  async leaveFor(path) {
    if (!this.isSaved || (!begun.seen && !begun.inForce)) await this.save();
    if (!this.isSaved) return;
    location.assign(begun.copy ? `${path}?kopi=${begun.copy}` : path);
  }

  setAside(copy, choose) {
    begun.copy = copy;
    history.replaceState(null, '', `${location.pathname}?kopi=${copy}`);
    this.note(`${say('setAside')} `, Object.assign(document.createElement('a'), { href: choose, textContent: say('choose') }));
  }

  // Who else has the file open; a failed question is asked again later.
  async tellWhoIsHere() {
    try {
      const { others } = await ask('presence', { content: '' }, begun);
      at('her').textContent = at('her').dataset.words.replace('{names}', others.join(', '));
      at('her').hidden = !others.length;
    } catch {
      at('her').hidden = true;
    }
  }

  tellOf(other) {
    if (at('bemaerk').querySelector(`a[href="${CSS.escape(other.href)}"]`) || this.isKnown(other.href)) return;
    const link = document.createElement('a');
    link.href = other.href;
    link.textContent = say('beginFrom');
    this.note(`${say('other', { name: other.name })} ${other.at}. `, link);
  }

  isKnown(href) {
    const wanted = new URL(href, location).href;
    return [...at('bemaerk').querySelectorAll('a')].some((each) => each.href === wanted);
  }

  note(words, link) {
    if ([...at('bemaerk').children].some((each) => each.firstChild?.data === words)) return;
    const paragraph = document.createElement('p');
    paragraph.className = 'fc-note';
    paragraph.append(words, ...(link ? [link] : []));
    at('bemaerk').append(paragraph);
  }

  async discard() {
    if (!window.confirm(say('discard'))) return;
    clearTimeout(this.saveTimer);
    await this.saving;
    try {
      const { next } = await ask('discard', { content: '', copy: begun.copy }, begun);
      this.isSaved = true;
      location.assign(next);
    } catch (error) {
      at('gemt').textContent = this.sentence(error, 'notDiscarded');
    }
  }

  // --- putting into force -------------------------------------------------------------------------

  askToDeploy() {
    at('drift-fejl').textContent = '';
    at('drift-advarsel').hidden = begun.inForce === begun.basedOn;
    at('drift-virkning').hidden = true;
    at('drift-gennemsyn').hidden = true;
    at('drift').showModal();
    at('note').focus();
    this.tellEffects();
  }

  // Which running instances stay behind, before anything is done.
  async tellEffects() {
    const place = at('drift-virkning');
    const { lines, href } = await ask('effects', { content: await this.read() }, begun).catch(() => ({ lines: [] }));
    place.querySelector('ul').replaceChildren(
      ...lines.map((line) => {
        const item = document.createElement('li');
        item.textContent = line.words;
        if (line.canMove) {
          const link = Object.assign(document.createElement('a'), { href, textContent: say('moveThem') });
          item.append(' ', link);
        }
        return item;
      }),
    );
    place.hidden = !lines.length;
  }

  async deploy() {
    const note = at('note').value.trim();
    if (!note) {
      at('drift-fejl').textContent = say('noteMissing');
      at('note').focus();
      return;
    }
    if (this.isDeploying) return; // pressed twice: the second would be refused, and keep its draft
    this.isDeploying = true;
    clearTimeout(this.saveTimer);
    await this.saving;
    const content = await this.read();
    try {
      const made = await ask('deploy', { content, note, based_on: begun.inForce, copy: begun.copy }, begun);
      this.isSaved = true;
      location.replace(made.next); // going back leads to the page before, not to a drawing of what was in force
    } catch (error) {
      if (error.body?.findings) this.found(error.body.findings);
      at('drift-gennemsyn').hidden = !error.body?.approval;
      const isAnswered = Boolean(error.status); // else it may be in force or not
      const key = error.body?.findings ? 'hasErrors' : error.status === 409 ? 'conflict' : isAnswered ? 'notDeployed' : 'noAnswer';
      await this.save();
      at('drift-advarsel').hidden = begun.inForce === begun.basedOn;
      at('drift-fejl').textContent = error.body?.approval ? error.body.detail : this.sentence(error, key);
      this.isDeploying = false;
    }
  }

  sentence(error, key) {
    if (error.body?.isAnother) return say('another');
    if (error.status === 413) return say('tooLarge');
    return error.status === 401 || error.status === 400 ? say('signedOut') : say(key);
  }
}

function goToLine(area, line) {
  const lines = area.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] || '').length);
  const height = area.scrollHeight / Math.max(lines.length, 1);
  area.scrollTop = Math.max(0, (line - 5) * height);
  area.scrollLeft = 0;
}
