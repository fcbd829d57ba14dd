// Writes and reads diagrams with the libraries that Camunda Modeler uses.
//
//   node round_trip.mjs write OUT          a diagram of every construct, made by the library
//   node round_trip.mjs rewrite IN OUT ... reads each IN and writes it again as OUT; fails on any warning
//   node round_trip.mjs templates FILE     validates element templates; prints the problems as JSON

import { readFile, writeFile } from 'node:fs/promises';

import { BpmnModdle } from 'bpmn-moddle';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json' with { type: 'json' };

const moddle = new BpmnModdle({ zeebe });

function extensions(...values) {
  const holder = moddle.create('bpmn:ExtensionElements', { values: [] });
  for (const [type, attributes] of values) {
    const value = moddle.create(type, attributes);
    value.$parent = holder;
    holder.values.push(value);
  }
  return holder;
}

function expression(body) {
  return moddle.create('bpmn:FormalExpression', { body });
}

function mapping(inputs, outputs) {
  return ['zeebe:IoMapping', {
    inputParameters: inputs.map((given) => moddle.create('zeebe:Input', given)),
    outputParameters: outputs.map((given) => moddle.create('zeebe:Output', given))
  }];
}

function properties(values) {
  return ['zeebe:Properties', {
    properties: Object.entries(values).map(([name, value]) => moddle.create('zeebe:Property', { name, value }))
  }];
}

function build() {
  const elements = [];
  const add = (type, id, attributes = {}) => {
    const element = moddle.create(type, { id, name: id, ...attributes });
    elements.push(element);
    return element;
  };
  const flow = (source, target, attributes = {}) => {
    const made = moddle.create('bpmn:SequenceFlow', {
      id: `${source.id}_${target.id}`, name: target.id, sourceRef: source, targetRef: target, ...attributes
    });
    source.get('outgoing').push(made);
    target.get('incoming').push(made);
    elements.push(made);
    return made;
  };

  const message = moddle.create('bpmn:Message', {
    id: 'besked', name: 'samtykke_svar',
    extensionElements: extensions(['zeebe:Subscription', { correlationKey: '=sag_id' }])
  });
  const signal = moddle.create('bpmn:Signal', { id: 'signal', name: 'sag_afsluttet' });
  const error = moddle.create('bpmn:Error', { id: 'fejl', name: 'Ukendt modtager', errorCode: 'ukendt' });
  const escalation = moddle.create('bpmn:Escalation', { id: 'esk', name: 'Frist', escalationCode: 'frist_overskredet' });

  const start = add('bpmn:StartEvent', 'start');
  const register = add('bpmn:UserTask', 'registrer', {
    extensionElements: extensions(
      ['zeebe:UserTask', {}],
      ['zeebe:FormDefinition', { formId: 'F-A1' }],
      ['zeebe:AssignmentDefinition', { assignee: '=sag.sagsbehandler', candidateGroups: 'frontpersonale' }],
      ['zeebe:TaskSchedule', { dueDate: '=frist.T01', followUpDate: '2026-04-01T09:00:00+02:00' }],
      ['zeebe:PriorityDefinition', { priority: '80' }],
      mapping([{ source: '=sag_id', target: 'sag' }], [{ source: '=akut', target: 'akut' }]),
      properties({ 'flowcase.instruction': 'Udfyld skemaet.' })
    )
  });
  const reminder = add('bpmn:BoundaryEvent', 'paamind', {
    attachedToRef: register, cancelActivity: false,
    eventDefinitions: [ moddle.create('bpmn:TimerEventDefinition', { id: 'ur', timeCycle: expression('R3/PT1H') }) ],
    extensionElements: extensions(properties({ 'flowcase.catchUp': 'once' }))
  });
  const reminded = add('bpmn:EndEvent', 'paamindet');
  const send = add('bpmn:ServiceTask', 'kvitter', {
    extensionElements: extensions(
      ['zeebe:TaskDefinition', { type: 'kvittering.send', retries: '5' }],
      ['zeebe:TaskHeaders', { values: [ moddle.create('zeebe:Header', { key: 'kanal', value: 'brev' }) ] }]
    )
  });
  const failed = add('bpmn:BoundaryEvent', 'mislykket', {
    attachedToRef: send, eventDefinitions: [ moddle.create('bpmn:ErrorEventDefinition', { id: 'e1', errorRef: error }) ]
  });
  const giveUp = add('bpmn:EndEvent', 'opgivet', {
    eventDefinitions: [ moddle.create('bpmn:EscalationEventDefinition', { id: 'e2', escalationRef: escalation }) ]
  });
  const decide = add('bpmn:BusinessRuleTask', 'afgoer', {
    extensionElements: extensions(['zeebe:CalledDecision', {
      decisionId: 'd_frist', resultVariable: 'frist_timer', bindingType: 'versionTag', versionTag: '2017'
    }])
  });
  const compute = add('bpmn:ScriptTask', 'regn', {
    extensionElements: extensions(['zeebe:Script', { expression: '=frist_timer * 2', resultVariable: 'dobbelt' }])
  });
  const split = add('bpmn:ExclusiveGateway', 'akut_spoergsmaal');
  const call = add('bpmn:CallActivity', 'kald', {
    loopCharacteristics: moddle.create('bpmn:MultiInstanceLoopCharacteristics', {
      isSequential: true,
      extensionElements: extensions(['zeebe:LoopCharacteristics', {
        inputCollection: '=boern', inputElement: 'barn', outputCollection: 'svar', outputElement: '=resultat'
      }])
    }),
    extensionElements: extensions(['zeebe:CalledElement', {
      processId: 'underretning', propagateAllChildVariables: false, propagateAllParentVariables: true,
      bindingType: 'deployment'
    }])
  });
  const receive = add('bpmn:ReceiveTask', 'modtag', { messageRef: message });
  const join = add('bpmn:ExclusiveGateway', 'saml');
  const end = add('bpmn:EndEvent', 'slut', {
    eventDefinitions: [ moddle.create('bpmn:SignalEventDefinition', { id: 's1', signalRef: signal }) ]
  });

  flow(start, register);
  flow(reminder, reminded);
  flow(register, send);
  flow(failed, giveUp);
  flow(send, decide);
  flow(decide, compute);
  flow(compute, split);
  flow(split, call, { conditionExpression: expression('=akut') });
  split.default = flow(split, receive);
  flow(call, join);
  flow(receive, join);
  flow(join, end);

  const process = moddle.create('bpmn:Process', {
    id: 'fra_moddle', name: 'Fra moddle', isExecutable: true, flowElements: elements,
    extensionElements: extensions(['zeebe:VersionTag', { value: '1.2' }])
  });
  const lane = moddle.create('bpmn:Lane', { id: 'bane', name: 'Frontpersonale', flowNodeRef: [ register ] });
  process.laneSets = [ moddle.create('bpmn:LaneSet', { id: 'baner', lanes: [ lane ] }) ];
  const participant = moddle.create('bpmn:Participant', { id: 'pulje', name: 'Kommunen', processRef: process });
  const collaboration = moddle.create('bpmn:Collaboration', { id: 'samarbejde', participants: [ participant ] });
  return moddle.create('bpmn:Definitions', {
    id: 'definitioner', targetNamespace: 'http://bpmn.io/schema/bpmn',
    rootElements: [ collaboration, process, message, signal, error, escalation ]
  });
}

async function rewrite(source, target) {
  const { rootElement, warnings } = await moddle.fromXML(await readFile(source, 'utf8'));
  if (warnings.length) {
    throw new Error(`${source}: ${warnings.map((warning) => warning.message).join('; ')}`);
  }
  const { xml } = await moddle.toXML(rootElement, { format: true });
  await writeFile(target, xml);
}

const [ command, ...files ] = process.argv.slice(2);
if (command === 'write') {
  const { xml } = await moddle.toXML(build(), { format: true });
  await writeFile(files[0], xml);
} else if (command === 'rewrite') {
  for (let at = 0; at < files.length; at += 2) {
    await rewrite(files[at], files[at + 1]);
  }
} else if (command === 'templates') {
  const { validateAllZeebe } = await import('@bpmn-io/element-templates-validator');
  const { valid, results } = validateAllZeebe(JSON.parse(await readFile(files[0], 'utf8')));
  const problems = results.flatMap(({ object, errors }) => (errors || []).map((e) => `${object.id}: ${e.message}`));
  console.log(JSON.stringify({ valid, problems }));
} else {
  throw new Error(`Expected write, rewrite or templates, but got '${command}'.`);
}
