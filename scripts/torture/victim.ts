import { writeSync } from "node:fs";
import { openTestSession } from "../../test/session/support/repository.ts";
import { actions, perform } from "./actions.ts";

/**
 * A run that is to be killed. Arguments: the repository; the number of the action to carry out, or `none` to open the session only;
 * the number of the durable step after which it kills itself, or `never` where somebody else does. Each step is told on standard output.
 */
const [, , root = "", number = "none", fatal = "never"] = process.argv;

let happened = 0;
const onStep = (step: string): void => {
	writeSync(1, `${step}\n`);
	if (++happened === Number(fatal)) process.kill(process.pid, "SIGKILL");
};
writeSync(1, "begun\n");
const action = number === "none" ? undefined : actions[Number(number)];
if (action === undefined) await (await openTestSession(root, { onStep })).close();
else {
	const outcome = await perform(root, action, onStep);
	writeSync(1, `${outcome.type}: ${outcome.message}\n`);
}
