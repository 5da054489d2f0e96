/** zod as everybody gets it. */
import * as z from "zod";

// A schema is used a few times in a run: compiling it costs more than it saves. Each reads this when it is made.
z.config({ jitless: true });

export { z };
