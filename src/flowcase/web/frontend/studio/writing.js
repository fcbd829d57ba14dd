// A name that is being written in the drawing, which has it once the writing ends.
export function writing(editing) {
  return {
    isWriting: () => Boolean(editing()?.isActive() && editing().getValue() !== editing()._active.context.text),
    endWriting: () => editing()?.complete(),
  };
}
