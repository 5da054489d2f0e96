import { loadSources } from "./project.js";
const { playFirstMinute } = await loadSources("test/e2e/recording/first-minute.ts");
const { screenText } = await loadSources("test/e2e/recording/screen.ts");
const shots = await playFirstMinute();
for (const s of shots) if (s.name || process.env.ALL) console.log(`===== ${s.name} ${s.seconds}\n${screenText(s.screen)}`);
console.log(shots.length);
