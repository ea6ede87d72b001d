import type { Workbench } from "../src/session/boots/verify-bench.ts";
import type { Command, Outcome, Session, SessionState } from "../src/session/session.ts";
import { openBuffer } from "../src/session/view/buffer.ts";
import type { CheckpointChoice } from "../src/session/view/checkpoint.ts";
import { firstEditableRow } from "../src/session/view/edit.ts";
import type { ScreenSize } from "../src/session/view/frame.ts";
import { choose, press } from "../src/session/view/keys.ts";
import { type AuditProgress, withProgress } from "../src/session/view/opening.ts";
import { type Effect, isDecision, type KeyContext, type KeyPress, type Response } from "../src/session/view/response.ts";
import { afterCommand, firstScreen, say, type UiState, withSession } from "../src/session/view/state.ts";
import { type WizardView, wizardView } from "../src/session/view/view.ts";
import type { EditorResult } from "../src/workspace/editor.ts";
import { BackgroundWork } from "./background-work.ts";
import { joinLetters, joinText } from "./keys.ts";
import { type EditStep, ProposalEditing } from "./proposal-editing.ts";
import { SettingsFilling } from "./settings-filling.ts";

/** What is on the screen; a new object after each change. */
export interface Snapshot {
	readonly size: ScreenSize;
	/** Steps of the first audit. */
	readonly steps: readonly AuditProgress[];
	/** Null until the session is open. */
	readonly view: WizardView | null;
}

/** Ties a session to the screen: keys become commands, and states become views. Everything happens in the order of the keys. */
export interface Runner {
	readonly snapshot: () => Snapshot;
	readonly subscribe: (listener: () => void) => () => void;
	readonly receive: (keys: readonly KeyPress[]) => void;
	readonly choose: (choice: CheckpointChoice) => void;
	readonly resize: (size: ScreenSize) => void;
	/** Gives the runner Ink's own way to write, which paints the whole frame again. */
	readonly attach: (write: (data: string) => void) => void;
	/** Paints everything anew, over whatever stands on the screen. */
	readonly repaint: () => void;
	/** A step of the first audit. */
	readonly report: (progress: AuditProgress) => void;
	readonly open: (session: Session) => void;
	/** Resolves with the last state of the screen once the person leaves; rejects where something broke. */
	readonly left: Promise<UiState | null>;
	readonly leave: () => void;
	/** Gives up boots and installations that are under way; resolves once nothing of them is left. */
	readonly stop: () => Promise<void>;
	readonly fail: (error: unknown) => void;
}

export interface RunnerOptions {
	readonly size: ScreenSize;
	/** Edits a text in the person's own editor, with the screen out of the way. */
	readonly edit: (text: string, path: string) => EditorResult;
	readonly suspend: () => void;
	/** What boots and installs; without one, nothing is offered that would. */
	readonly bench?: Workbench;
	/** What makes the terminal blank, written before everything is painted anew. */
	readonly clear: string;
	/** Milliseconds, rising. */
	readonly now: () => number;
}

/** Decisions that come sooner after a change of the screen were meant for the screen before. Milliseconds. */
const settleTime = 150;

/** While the phases are in sight, how often it is looked up what a rollback would mean: files may be edited meanwhile. Milliseconds. */
const lookInterval = 2_000;

export function createRunner(options: RunnerOptions): Runner {
	const listeners = new Set<() => void>();
	let resolveLeft: (ui: UiState | null) => void = () => {};
	let rejectLeft: (error: unknown) => void = () => {};
	const left = new Promise<UiState | null>((resolve, reject) => {
		resolveLeft = resolve;
		rejectLeft = reject;
	});
	const editing = new ProposalEditing(options.edit);
	const background = new BackgroundWork(options.bench ?? null, {
		state: () => session?.state ?? null,
		ui: () => ui,
		setUi: (next) => setUi(next),
		dispatch: async (command) => session?.dispatch(command) ?? closed,
	});
	const filling = new SettingsFilling(options.bench ?? null, {
		state: () => session?.state ?? null,
		ui: () => ui,
		setUi: (next) => setUi(next),
		dispatch: (command, busy) => dispatch(command, busy),
	});
	let snapshot: Snapshot = { size: options.size, steps: [], view: null };
	let session: Session | null = null;
	let ui: UiState | null = null;
	let changedAt = Number.NEGATIVE_INFINITY;
	let decidedInChunk = false;
	let isFinishing = false;
	let isReceiving = false;
	let hasEnded = false;
	let looking: ReturnType<typeof setInterval> | null = null;
	let write: (data: string) => void = () => {};

	function publish(): void {
		const view = session !== null && ui !== null ? wizardView(session.state, ui, snapshot.size) : null;
		if (view !== null && ui !== null && view.scroll.bottom > ui.seen) ui = { ...ui, seen: view.scroll.bottom };
		snapshot = { ...snapshot, view };
		if (!isReceiving) tell();
	}

	function tell(): void {
		for (const listener of listeners) listener();
	}

	function setUi(next: UiState): void {
		if (ui === null || next.screen.type !== ui.screen.type || next.selected !== ui.selected || next.choice !== ui.choice)
			changedAt = options.now();
		ui = next;
		lookWhereNeeded();
		publish();
	}

	function lookWhereNeeded(): void {
		const isNeeded = !hasEnded && ui !== null && ["phases", "rollback"].includes(ui.screen.type);
		if (!isNeeded && looking !== null) {
			clearInterval(looking);
			looking = null;
		}
		if (!isNeeded || looking !== null) return;
		const look = () => {
			if (ui?.busy === null) track(session?.dispatch({ type: "look" }) ?? Promise.resolve());
		};
		looking = setInterval(look, lookInterval).unref();
		look();
	}

	function receive(keys: readonly KeyPress[]): void {
		// What came in one chunk is painted in one go: a held key or a paste would be painted letter by letter otherwise.
		const before = snapshot;
		isReceiving = true;
		try {
			const { type } = ui?.screen ?? {};
			for (const key of type === "editor" ? joinText(keys) : type === "settings" ? joinLetters(keys) : keys) receiveKey(key);
		} finally {
			isReceiving = false;
			if (snapshot !== before) tell();
		}
	}

	function receiveKey(key: KeyPress): void {
		if (hasEnded) return;
		if (ui === null || session === null || snapshot.view === null) {
			if (key.name === "q" || key.name === "ctrl-c") end();
			return;
		}
		// The menu has its own ear for it, and would find the decision taken.
		if (ui.screen.type === "checkpoint" && key.name === "enter") return;
		// Where text is typed these are letters; the way out of it is not a decision about the project.
		if (!["editor", "settings"].includes(ui.screen.type) && isDecision(key) && !mayDecide()) return;
		respond(press(ui, key, { state: session.state, view: snapshot.view }));
	}

	/** One decision for each chunk of input, and none before the person can have seen what it is about. */
	function mayDecide(): boolean {
		if (decidedInChunk || options.now() - changedAt < settleTime) return false;
		decidedInChunk = true;
		setImmediate(() => {
			decidedInChunk = false;
		});
		return true;
	}

	function respond({ ui: next, effect }: Response): void {
		if (next !== ui) setUi(next);
		if (effect !== null) perform(effect);
		else track(goFurther());
	}

	function perform(effect: Effect): void {
		switch (effect.type) {
			case "dispatch":
				track(dispatch(effect.command, effect.busy));
				return;
			case "edit":
				if (session !== null) showStep(editing.start(effect.fingerprint, effect.fix, session.state.sources));
				return;
			case "edited":
				takeEdited(effect.text);
				return;
			case "boot":
				track(background.boot(effect).then(goFurther));
				return;
			case "install":
				track(background.install().then(goFurther));
				return;
			case "stop-work":
				background.stop();
				return;
			case "open-settings":
				track(filling.open());
				return;
			case "fill-settings":
				track(filling.fill(effect));
				return;
			case "write-bug-report":
				background.writeBugReport();
				return;
			case "write-report":
				background.writeReport();
				return;
			case "leave":
				end();
				return;
			case "suspend":
				options.suspend();
				return;
			case "redraw":
				repaint();
				return;
		}
	}

	function track(work: Promise<unknown>): void {
		work.catch(fail);
	}

	async function dispatch(command: Command, busy: string): Promise<Outcome | null> {
		if (session === null || ui === null) return null;
		const before = session.state;
		setUi({ ...ui, busy, message: null });
		await painted();
		const outcome = await session.dispatch(command);
		setUi(afterCommand(ui, command, outcome, before, session.state));
		await goFurther();
		return outcome;
	}

	/** What goes on by itself: the end of a session in which everything is decided, and the boots that follow a phase. */
	async function goFurther(): Promise<void> {
		if (hasEnded) return;
		await finishAtTheEnd();
		if (await background.bootWhereWanted()) await goFurther();
	}

	/** The summary of a session in which everything is decided is its end. */
	async function finishAtTheEnd(): Promise<void> {
		if (session === null || ui?.screen.type !== "summary" || ui.busy !== null || session.state.finished || isFinishing) return;
		isFinishing = true;
		const message = ui.message;
		const outcome = await session.dispatch({ type: "finish" });
		isFinishing = false;
		if (ui === null) return;
		setUi(
			outcome.type === "refused"
				? say(ui, `${outcome.message} ${outcome.nextStep}`, "warning")
				: { ...withSession(ui, session.state), message },
		);
	}

	/** The built-in editor has closed; null where its text was dropped. */
	function takeEdited(text: string | null): void {
		if (ui === null) return;
		setUi({ ...ui, screen: { type: "issues" }, message: null });
		if (text !== null) showStep(editing.take(text));
	}

	function showStep(step: EditStep): void {
		if (ui === null) return;
		switch (step.type) {
			case "here":
				setUi({
					...ui,
					screen: {
						type: "editor",
						title: step.path,
						buffer: openBuffer(step.text, step.path, firstEditableRow(step.text)),
						askedToDrop: false,
					},
					message: null,
				});
				return;
			case "done": {
				const drafts = new Map(ui.drafts).set(step.fingerprint, step.draft);
				setUi(
					say({ ...ui, drafts, choice: 0, scroll: 0, seen: 0 }, "This is your version now; y accepts it, x shows the proposal."),
				);
				return;
			}
			case "unchanged":
				setUi(say(ui, "The proposal is as it was."));
				return;
			case "refused":
				setUi(say(ui, step.reason, "warning"));
		}
	}

	function repaint(): void {
		write(options.clear);
	}

	function end(): void {
		if (hasEnded) return;
		hasEnded = true;
		lookWhereNeeded();
		resolveLeft(ui);
	}

	function fail(error: unknown): void {
		hasEnded = true;
		lookWhereNeeded();
		rejectLeft(error);
	}

	return {
		snapshot: () => snapshot,
		subscribe: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		receive,
		choose: (choice) => {
			if (ui === null || session === null || snapshot.view === null || hasEnded || !mayDecide()) return;
			const context: KeyContext = { state: session.state, view: snapshot.view };
			respond(choose(ui, choice, context));
		},
		resize: (size) => {
			snapshot = { ...snapshot, size };
			publish();
		},
		attach: (writer) => {
			write = writer;
		},
		repaint,
		report: (progress) => {
			snapshot = { ...snapshot, steps: withProgress(snapshot.steps, progress) };
			publish();
		},
		open: (opened) => {
			session = opened;
			opened.subscribe((state: SessionState) => {
				if (ui !== null) ui = withSession(ui, state);
				publish();
			});
			setUi(firstScreen(opened.state, options.bench?.facts() ?? null));
			track(goFurther());
		},
		left,
		leave: end,
		stop: () => background.end(),
		fail,
	};
}

const closed: Outcome = { type: "refused", message: "The session is closed.", nextStep: "" };

/** Lets Ink paint the frame before work begins that holds the thread. Milliseconds are those of two frames at 30 a second. */
function painted(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 40));
}
