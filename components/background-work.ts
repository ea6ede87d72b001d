import type { BootRequest, Workbench } from "../src/session/boots/verify-bench.ts";
import { fixesReportName, renderFixesReport } from "../src/session/fixes-report.ts";
import type { Command, Outcome, SessionState } from "../src/session/session.ts";
import type { Effect } from "../src/session/view/response.ts";
import { goOn, say, type UiState } from "../src/session/view/state.ts";
import { type BenchState, endBoot, wantsBoot } from "../src/session/view/verify-state.ts";
import { showLine } from "../src/text/gate.ts";
import { applyChange } from "../src/text/tree-change.ts";
import { stageNames } from "../src/verify/render-pretty.ts";

/** What the background needs of the wizard. */
export interface Foreground {
	/** Null until the session is open. */
	readonly state: () => SessionState | null;
	readonly ui: () => UiState | null;
	readonly setUi: (ui: UiState) => void;
	readonly dispatch: (command: Command) => Promise<Outcome>;
}

/** Boots and installations, which go on while the person reads: one boot at a time, and nothing is left of it when the wizard ends. */
export class BackgroundWork {
	#aborting: AbortController | null = null;
	#work: Promise<void> = Promise.resolve();
	#hasEnded = false;
	/** Boots that began by themselves. */
	readonly #attempts = new Set<string>();

	constructor(
		private readonly bench: Workbench | null,
		private readonly foreground: Foreground,
	) {}

	/** Boots; what is under way of older files is given up. */
	async boot({ subject, overlay }: Extract<Effect, { type: "boot" }>): Promise<void> {
		const { bench } = this;
		const state = this.foreground.state();
		if (bench === null || state === null || this.#hasEnded) return;
		const after = overlay === null ? new Map<string, string>() : applyChange(state.sources, overlay);
		if (after === null) return;
		const texts = new Map([...after].flatMap(([path, text]) => (text === null ? [] : [[path, text] as const])));
		const moves = overlay?.moves ?? [];
		const aborting = new AbortController();
		this.#aborting?.abort();
		this.#aborting = aborting;
		const before = this.#work;
		this.#updateBench((current) => ({ ...current, running: { subject, revision: state.revision, stage: null } }));
		const run = async () => {
			await before;
			if (aborting.signal.aborted) return;
			await this.#bootNow(
				bench,
				{ overlay: texts, moves, database: subject.type === "configured" ? "configured" : "scratch" },
				aborting.signal,
			);
		};
		this.#work = run();
		await this.#work;
	}

	/** Boots where a phase has just ended, and once more where the whole came up (T049). False where there was nothing to boot. */
	async bootWhereWanted(): Promise<boolean> {
		const [state, ui] = [this.foreground.state(), this.foreground.ui()];
		if (state === null || ui === null || ui.busy !== null || !["checkpoint", "summary"].includes(ui.screen.type)) return false;
		const { newest, restarted } = state.boots;
		const isProved = newest?.boots === true && newest.revision === state.revision;
		const isRestartDue =
			ui.screen.type === "summary" && isProved && restarted === null && ui.bench.running === null && ui.bench.mayBoot;
		const type = wantsBoot(ui.bench, state) ? "tree" : isRestartDue ? "restart" : null;
		// One that broke is not tried again by itself.
		const attempt = `${type} ${state.revision}`;
		if (type === null || this.#attempts.has(attempt)) return false;
		this.#attempts.add(attempt);
		await this.boot({ type: "boot", subject: { type }, overlay: null });
		return true;
	}

	/** Installs what is declared, audits again, and boots where that is wanted. */
	async install(): Promise<void> {
		const { bench } = this;
		const ui = this.foreground.ui();
		if (bench === null || ui === null || this.#hasEnded) return;
		const aborting = new AbortController();
		this.#aborting?.abort();
		this.#aborting = aborting;
		const before = this.#work;
		const run = async () => {
			await before;
			this.#updateBench((current) => ({ ...current, isInstalling: true }));
			this.#busy("Installing");
			const outcome = await bench.install({
				signal: aborting.signal,
				onLine: (line) => {
					if (!aborting.signal.aborted) this.#busy(`Installing: ${showLine(line.trim())}`);
				},
			});
			if (this.#hasEnded) return;
			this.#updateBench((current) => ({ ...current, isInstalling: false }));
			this.#busy("Auditing again with what is installed now");
			await this.foreground.dispatch({ type: "audit" });
			const [after, state] = [this.foreground.ui(), this.foreground.state()];
			if (after === null || state === null) return;
			// Where what was on the screen is mended by it, the work goes on at its phase's end, not in the next phase.
			const isGone = after.screen.type === "issues" && after.selected !== ui.selected;
			const current = isGone ? goOn(after, state) : after;
			const refreshed = { ...current, busy: null, bench: { ...current.bench, facts: bench.facts(), hasNewPackages: true } };
			this.#attempts.clear();
			const [tone, words] = installWords(outcome);
			this.foreground.setUi(say(refreshed, words, tone));
		};
		this.#work = run();
		await this.#work;
	}

	/** Gives up the installation or the boot that is under way, and goes on without. */
	stop(): void {
		this.#aborting?.abort();
		const [state, ui] = [this.foreground.state(), this.foreground.ui()];
		if (state === null || ui === null || ui.bench.running === null) return;
		const { running } = ui.bench;
		// It does not begin again by itself before files change.
		for (const type of ["tree", "restart"]) this.#attempts.add(`${type} ${state.revision}`);
		this.foreground.setUi(
			say(
				{ ...ui, bench: { ...ui.bench, running: null } },
				`The boot was stopped${running.stage === null ? "" : ` at: ${stageNames[running.stage].toLowerCase()}`}; v boots it again.`,
			),
		);
	}

	/** Writes the fixes report (T046). */
	writeReport(): void {
		const [state, ui] = [this.foreground.state(), this.foreground.ui()];
		if (this.bench === null || state === null || ui === null) return;
		const written = this.bench.writeDocument(fixesReportName, renderFixesReport(state, new Date().toISOString()));
		this.foreground.setUi(
			"path" in written
				? say(ui, `The fixes report is in ${showLine(written.path)}.`)
				: say(ui, `The fixes report could not be written: ${written.reason}`, "warning"),
		);
	}

	/** Writes what the makers of bootmend need to know of a failure that only the boot found. */
	writeBugReport(): void {
		const ui = this.foreground.ui();
		const text = ui?.bench.ended?.report.failure?.bugReport ?? null;
		if (this.bench === null || ui === null || text === null) return;
		const written = this.bench.writeDocument("bootmend-bug-report.txt", text);
		this.foreground.setUi(
			"path" in written
				? say(ui, `The bug report is in ${showLine(written.path)}; look it over before you send it.`)
				: say(ui, `The bug report could not be written: ${written.reason}`, "warning"),
		);
	}

	/** Gives up what is under way; resolves once nothing of it is left. */
	async end(): Promise<void> {
		this.#hasEnded = true;
		this.#aborting?.abort();
		await this.#work.catch(() => {});
	}

	async #bootNow(bench: Workbench, how: Pick<BootRequest, "overlay" | "moves" | "database">, signal: AbortSignal): Promise<void> {
		try {
			const report = await bench.boot({
				...how,
				signal,
				onStage: (stage) =>
					this.#updateBench((current) =>
						current.running === null || signal.aborted ? current : { ...current, running: { ...current.running, stage } },
					),
			});
			const [state, ui] = [this.foreground.state(), this.foreground.ui()];
			if (signal.aborted || state === null || ui === null) return;
			const ended = endBoot(ui.bench, report, state);
			const { type } = ui.bench.running?.subject ?? { type: "tree" };
			if (type !== "trial") await this.foreground.dispatch({ type: "note-boot", boot: ended.boot, restart: type === "restart" });
			// The end of a phase and of the session say it themselves.
			const isSaid = type === "tree" && !report.unavailable && ["checkpoint", "summary"].includes(ui.screen.type);
			this.#tell(ended.bench, type === "restart" || isSaid ? null : ended.verdict);
		} catch (error) {
			if (signal.aborted) return;
			const reason = error instanceof Error ? error.message : String(error);
			this.#updateBench((current) => ({ ...current, running: null }));
			this.#tell(null, `It could not be booted: ${showLine(reason)}`);
		}
	}

	/** Says it where no other sentence stands that was not read yet. */
	#tell(bench: BenchState | null, words: string | null): void {
		const ui = this.foreground.ui();
		if (ui === null || this.#hasEnded) return;
		const next = bench === null ? ui : { ...ui, bench: { ...bench, mayBoot: ui.bench.mayBoot, facts: ui.bench.facts } };
		this.foreground.setUi(words === null || next.message?.tone === "warning" ? next : say(next, words));
	}

	#busy(words: string): void {
		const ui = this.foreground.ui();
		if (ui !== null && !this.#hasEnded) this.foreground.setUi({ ...ui, busy: words, message: null });
	}

	#updateBench(change: (bench: BenchState) => BenchState): void {
		const ui = this.foreground.ui();
		if (ui !== null && !this.#hasEnded) this.foreground.setUi({ ...ui, bench: change(ui.bench) });
	}
}

type InstallOutcome = Awaited<ReturnType<Workbench["install"]>>;

function installWords(outcome: InstallOutcome): readonly ["plain" | "warning", string] {
	switch (outcome.type) {
		case "installed": {
			const names = outcome.changes.flatMap(({ name, after }) => (after === null ? [] : [`${name} ${after}`]));
			const shown = names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
			return ["plain", `Everything that is declared is installed${shown === "" ? "" : `: ${shown}`}. v boots it.`];
		}
		case "incomplete":
			return ["warning", `The installation ended well, and ${outcome.missing.join(", ")} is still not there.`];
		case "failed":
			return [
				"warning",
				`${outcome.command} failed. ${outcome.message} ${outcome.nextStep} It cannot be verified here until then; the fixes can go on.`,
			];
		case "interrupted":
			return ["warning", "The installation was interrupted; what it had installed stays."];
	}
}
