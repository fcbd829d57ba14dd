// Runs bpmnlint's recommended rules: reads paths of diagrams line by line from standard input, prints one JSON
// object a line, {"path", "findings": [{"rule", "category", "element", "message"}]}.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { BpmnModdle } from 'bpmn-moddle';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json' with { type: 'json' };

const require = createRequire(import.meta.url);
const { Linter } = require('bpmnlint');
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver');

const moddle = new BpmnModdle({ zeebe });
for await (const path of createInterface({ input: process.stdin })) {
  const { rootElement } = await moddle.fromXML(await readFile(path, 'utf8'));
  // A linter for each file: its rules remember the elements that they have seen.
  const linter = new Linter({
    config: { extends: 'bpmnlint:recommended' },
    resolver: new NodeResolver({ require })
  });
  const results = await linter.lint(rootElement);
  const findings = Object.entries(results).flatMap(([ rule, reports ]) => reports.map(
    ({ category, id, message }) => ({ rule, category, element: id ?? null, message })
  ));
  process.stdout.write(JSON.stringify({ path, findings }) + '\n');
}
