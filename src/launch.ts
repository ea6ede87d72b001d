import { join } from "node:path";
import { runCompiled } from "./workspace/compiled-program.ts";

// What `bootmend` starts: dist/cli.js, which runs the bundle of src/cli.ts beside it.
runCompiled(join(__dirname, "program.js"));
