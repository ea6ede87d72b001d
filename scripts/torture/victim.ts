import { writeSync } from "node:fs";
import { openTestSession } from "../../test/session/support/repository.ts";
import { actions, perform } from "./actions.ts";

/**
 * A run that is to be killed. Arguments: the repository; the number of the action to carry out, or `none` to open the session only;
 * the number of the durable step after which it kills itself, or `never` where somebody else does. Each step is told on standard output.
 */
const [, , root = "", number = "none", fatal = "never"] = process.argv;

let happened = 0;
writeSync(1, "begun\n");
const session = await openTestSession(root, {
	onStep: (step) => {
		writeSync(1, `${step}\n`);
		if (++happened === Number(fatal)) process.kill(process.pid, "SIGKILL");
	},
});
const action = number === "none" ? undefined : actions[Number(number)];
if (action !== undefined) {
	const outcome = await perform(session, action);
	writeSync(1, `${outcome.type}: ${outcome.message}\n`);
}
await session.close();
