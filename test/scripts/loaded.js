// Lists the files that a command loads: `node test/scripts/loaded.js dist/gantry.js --help`.
import { loadedBy } from "./loaded/list.js";

for (const file of loadedBy(process.argv.slice(2)).files) console.log(file);
