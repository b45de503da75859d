// The shortcuts of the stage. They work while something on the stage has the focus, so that
// no letter typed elsewhere, or spoken to a computer, changes a picture.

const TYPED = "input:not([type=radio], [type=range]), textarea, select";

export function listenForKeys(stage, { tools, commands }) {
  stage.addEventListener("keydown", (event) => {
    if (event.target.closest(TYPED) || event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const name = isCommand ? `Ctrl+${event.shiftKey ? "Shift+" : ""}${key}` : key;
    if (!isCommand && tools[name] && !event.repeat) tools[name]();
    else if (commands[name]) commands[name]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
