// Shows a diagram with its tokens: <div data-diagram="URL of the XML" data-state="JSON of element id -> state">.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

for (const host of document.querySelectorAll("[data-diagram]")) {
  show(host);
}

async function show(host) {
  const answer = await fetch(host.dataset.diagram);
  const viewer = new NavigatedViewer({ container: host });
  await viewer.importXML(await answer.text());
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport");
  for (const [element, state] of Object.entries(JSON.parse(host.dataset.state || "{}"))) {
    if (viewer.get("elementRegistry").get(element)) {
      canvas.addMarker(element, `fc-${state}`);
    }
  }
  host.dataset.ready = "true";
}
