import { accepting, openTestSession } from "./repository.ts";

/**
 * A run that kills itself, without any chance to tidy up, when a step has happened for the n-th time.
 * Arguments: root, step, n, then what to do: `accept`, `undo`, `commit` or `rollback`.
 */
const [, , root = "", step = "", times = "1", action = ""] = process.argv;
let left = Number(times);
let armed = false;

const session = await openTestSession(root, {
	onStep: (happened) => {
		if (armed && happened === step && --left === 0) process.kill(process.pid, "SIGKILL");
	},
});
// What leads up to the action is not what is to be interrupted.
if (action === "accept") {
	armed = true;
	await session.dispatch(accepting(session, "x"));
} else {
	await session.dispatch(accepting(session, "x"));
	if (action === "undo") {
		armed = true;
		await session.dispatch({ type: "undo" });
	} else {
		armed = action === "commit";
		await session.dispatch({ type: "commit-phase", story: "US1" });
		armed = true;
		if (action === "rollback") await session.dispatch({ type: "rollback-phase", story: "US1" });
	}
}
await session.close();
process.stdout.write("not killed");
