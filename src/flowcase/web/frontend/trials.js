// Plays the scenarios of the studio's page one after another; each is a form that works by itself too.
export function trials() {
  const button = document.getElementById("spil-alle");
  if (!button) return;
  const said = document.getElementById("spil-status");
  let isPlaying = false;
  button.dataset.again = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (isPlaying) {
      isPlaying = false; // after the one that is being played
      return;
    }
    isPlaying = true;
    button.textContent = button.dataset.stop;
    const forms = [...document.querySelectorAll("form[data-trial]")].filter(
      (form) => !document.getElementById("kun-denne")?.checked || form.dataset.touches,
    );
    let number = 0;
    for (const form of forms) {
      if (!isPlaying) break;
      number += 1;
      said.textContent = button.dataset.playing.replace("{number}", number).replace("{all}", forms.length);
      const result = await played(form);
      if (!result.isAnswered) {
        said.textContent = result.words || button.dataset.failed;
        button.textContent = button.dataset.again;
        isPlaying = false;
        return; // what it says would be gone with the page
      }
      const cell = document.getElementById(`svar-${form.dataset.trial}`);
      cell.textContent = result.words;
      cell.dataset.passed = String(result.passed);
    }
    if (isPlaying || number) location.reload();
  });
}

// What came of one; without an answer of the page itself, why: the network may be away, or the session over.
async function played(form) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    const said = await answer.json();
    return { words: said.words, passed: said.passed, isAnswered: answer.ok };
  } catch {
    return { words: "", isAnswered: false };
  }
}
