/** What is good to know, a line at a time, while the agent is at work. */
export const TIPS: readonly string[] = [
  "What you send now waits, and goes along when a tool has ended. Up takes it back.",
  "Ctrl-O shows the whole conversation with every call opened.",
  "Shift-Tab goes through the permission modes; /plan has the agent plan before it changes anything.",
  "Esc twice on an empty line goes back to an earlier prompt, and takes back what was changed since.",
  "Ctrl-B lets the command that runs go on in the background.",
  "A line that begins with ! runs in your shell, and the agent sees what it said.",
  "@ names a file, a folder or an earlier session.",
  "Ctrl-G opens what you type in your own editor.",
  "Ctrl-R searches all that you have sent.",
  "Ctrl-S puts a prompt aside; the same key brings it back.",
  "/context shows what fills the window, /compact makes room in it.",
  "/why tells which plugins had a say in a call.",
  "/permissions shows the rules that allow, ask and deny.",
  "/keybindings lists every key, and /keybindings edit makes a file of your own.",
  "/rename gives this session a name under which /resume finds it.",
];

/** Another one each time it is asked for. */
export function createTips(): () => string {
  let count = 0;
  return () => TIPS[count++ % TIPS.length] as string;
}
