import { createRunner, type Runner } from "../../components/runner.ts";
import type { Workbench } from "../../src/session/boots/verify-bench.ts";
import type { ScreenSize } from "../../src/session/view/frame.ts";
import { plainText } from "../../src/session/view/line.ts";
import type { WizardView } from "../../src/session/view/view.ts";
import type { EditorResult } from "../../src/workspace/editor.ts";
import { type ScriptedProject, ScriptedSession } from "./scripted-session.ts";
import { todoProject } from "./todo-project.ts";

export interface Drive {
	readonly session: ScriptedSession;
	readonly runner: Runner;
	/** Presses keys one after the other, each when the screen has settled and the work before it is done. */
	readonly keys: (...names: string[]) => Promise<void>;
	/** Presses them all in one chunk, as a terminal sends what is typed in a burst. */
	readonly burst: (names: string) => Promise<void>;
	readonly view: () => WizardView;
	/** The rows of the screen, without tones. */
	readonly screen: () => string;
	/** Called for each text that goes to the person's editor. */
	edit: (text: string, path: string) => EditorResult;
	/** Milliseconds that have passed for the wizard. */
	clock: number;
}

/** The wizard on a scripted session, without a terminal. */
export async function drive(
	project: ScriptedProject = todoProject,
	size: ScreenSize = { columns: 100, rows: 40 },
	bench?: Workbench,
): Promise<Drive> {
	const session = new ScriptedSession(project);
	const view = (): WizardView => {
		const { view: current } = runner.snapshot();
		if (current === null) throw new Error("the session is not open");
		return current;
	};
	const idle = async () => {
		do {
			await new Promise((resolve) => setTimeout(resolve, 5));
			// On a busy machine the timer may come before the end of the chunk of input that the runner waits for.
			await new Promise((resolve) => setImmediate(resolve));
		} while (view().isBusy);
	};
	const driven: Drive = {
		session,
		get runner() {
			return runner;
		},
		keys: async (...names) => {
			for (const name of names) {
				driven.clock += 1000;
				runner.receive([{ name, text: name.length === 1 ? name : "" }]);
				await idle();
			}
		},
		burst: async (names) => {
			driven.clock += 1000;
			runner.receive([...names].map((name) => ({ name, text: name })));
			await idle();
		},
		view,
		screen: () => frameText(view()),
		edit: () => ({ type: "no-editor" }),
		clock: 0,
	};
	const runner = createRunner({
		size,
		edit: (text, path) => driven.edit(text, path),
		suspend: () => {},
		clear: "",
		...(bench ? { bench } : {}),
		now: () => driven.clock,
	});
	runner.open(session);
	await idle();
	return driven;
}

/** A screen as text, top to bottom; a list beside an issue stands above it. */
export function frameText({ top, body, message, hints }: WizardView): string {
	const lines =
		body.type === "columns"
			? [...body.left, ...body.right]
			: body.type === "page"
				? body.lines
				: [
						...body.above,
						...body.items.map((item) => [{ text: `${item.label}  ${item.note}`, tone: "plain" as const }]),
						...body.below,
					];
	return [...top, ...lines, ...message, ...hints].map(plainText).join("\n");
}
