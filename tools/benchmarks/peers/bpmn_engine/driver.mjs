// bpmn-engine: recovered from its saved state for each step, the new state committed before the step counts.
// Mode "shown": as its documentation shows, the state keeps its source and a new engine recovers from it alone.
// Mode "shared": the diagram is read once and shared, and no state carries a copy of it.
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import BpmnModdle from 'bpmn-moddle';
import * as elements from 'bpmn-elements';
import { Engine } from 'bpmn-engine';
import serialize, { TypeResolver } from 'moddle-context-serializer';

const { values: asked } = parseArgs({
  options: {
    database: { type: 'string' }, diagram: { type: 'string' },
    cases: { type: 'string' }, warm: { type: 'string' }, mode: { type: 'string' },
  },
});

// Rows of one connection; the row is locked while its step runs.
async function sqliteRows(file) {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec('CREATE TABLE engine (id INTEGER PRIMARY KEY, state TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO engine VALUES (?, ?)');
  const select = database.prepare('SELECT state FROM engine WHERE id = ?');
  const update = database.prepare('UPDATE engine SET state = ? WHERE id = ?');
  return {
    begin: () => database.exec('BEGIN IMMEDIATE'),
    commit: () => database.exec('COMMIT'),
    insert: (id, state) => insert.run(id, state),
    load: (id) => select.get(id).state,
    update: (id, state) => update.run(state, id),
  };
}

async function postgresqlRows(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE engine (id INTEGER PRIMARY KEY, state TEXT NOT NULL)');
  const prepared = (name, text) => (...values) => client.query({ name, text, values });
  const select = prepared('load', 'SELECT state FROM engine WHERE id = $1 FOR UPDATE');
  const update = prepared('update', 'UPDATE engine SET state = $1 WHERE id = $2');
  return {
    begin: () => client.query('BEGIN'),
    commit: () => client.query('COMMIT'),
    insert: prepared('insert', 'INSERT INTO engine VALUES ($1, $2)'),
    load: async (id) => (await select(id)).rows[0].state,
    update: (id, state) => update(state, id),
  };
}

const rows = await (asked.database.includes('://') ? postgresqlRows : sqliteRows)(asked.database);

const isShared = asked.mode === 'shared';
const source = readFileSync(asked.diagram, 'utf-8');
const { rootElement, ...parsed } = isShared ? await new BpmnModdle().fromXML(source) : {};
const sourceContext = isShared && serialize({ rootElement, ...parsed }, TypeResolver(elements));

function saved(execution) {
  const state = execution.getState();
  if (isShared) for (const definition of state.definitions) delete definition.source;
  return JSON.stringify(state);
}

let last = 0;

async function start() {
  last += 1;
  const engine = new Engine({ name: 'peers', ...(isShared ? { sourceContext } : { source }) });
  const execution = await engine.execute({ listener: new EventEmitter() });
  await rows.begin();
  await rows.insert(last, saved(execution));
  await rows.commit();
  await execution.stop();
}

async function complete(element) {
  await rows.begin();
  const engine = isShared ? new Engine({ name: 'peers', sourceContext }) : new Engine();
  engine.recover(JSON.parse(await rows.load(last)));
  const execution = await engine.resume({ listener: new EventEmitter() });
  for (const definition of execution.definitions) {
    for (const one of definition.getProcesses()) one.environment.assignVariables({ approved: true });
  }
  execution.signal({ id: element });
  await rows.update(last, saved(execution));
  await rows.commit();
  if (execution.isRunning) await execution.stop();
}

async function seconds(act) {
  const began = process.hrtime.bigint();
  await act();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

async function waiting() {
  const state = JSON.parse(await rows.load(last));
  return JSON.stringify(state.definitions.map((d) => d.execution.processes.map((p) =>
    (p.execution?.children ?? []).filter((c) => c.status && c.status !== 'end').map((c) => c.id))).flat(2));
}

async function oneCase() {
  const told = [await seconds(start), await seconds(() => complete('first'))];
  const between = await waiting();
  told.push(await seconds(() => complete('second')));
  const { state } = JSON.parse(await rows.load(last));
  if (!between.includes('second') || state !== 'idle') throw new Error(`went wrong: ${between}, ${state}`);
  return told;
}

for (let number = 0; number < Number(asked.warm); number += 1) await oneCase();
const { version } = JSON.parse(readFileSync(new URL('node_modules/bpmn-engine/package.json', import.meta.url)));
console.log(JSON.stringify({ version, interpreter: `Node.js ${process.versions.node}` }));
for await (const _ of createInterface({ input: process.stdin })) {
  const cases = [];
  for (let number = 0; number < Number(asked.cases); number += 1) cases.push(await oneCase());
  console.log(JSON.stringify({ cases }));
}
process.exit(0);
