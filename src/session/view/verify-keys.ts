import type { SessionState } from "../session.ts";
import { diffFix } from "./diff.ts";
import { type Effect, type KeyContext, type KeyPress, only, type Response } from "./response.ts";
import { goOn, type Screen, say, show, type UiState } from "./state.ts";
import { canBoot, canInstall } from "./verify-state.ts";

/** The keys of boots and of the environment, which mean the same on every screen; null for any other. */
export function pressForBench(ui: UiState, key: KeyPress, { state }: KeyContext): Response | null {
	switch (key.name) {
		case "v":
			return boot(ui, state, { type: "boot", subject: { type: "tree" }, overlay: null });
		case "D":
			return only(askForDatabase(ui));
		case "V":
			if (ui.bench.ended === null) return only(say(ui, "Nothing was booted yet; v boots it."));
			return only(show(ui, { type: "boot", scroll: 0, from: ui.screen }));
		case "i":
			return canInstall(ui.bench, state) ? only(show(ui, { type: "install", from: ui.screen })) : null;
		default:
			return null;
	}
}

/** `v` on a fix that is not decided yet tries it in a copy; where there is none, the files are booted as they are. */
export function tryProposal(ui: UiState, { state, view }: KeyContext): Response {
	const { item, proposal } = view;
	if (item === null || item.decided !== null || proposal === null)
		return boot(ui, state, { type: "boot", subject: { type: "tree" }, overlay: null });
	if (diffFix(proposal.fix, state.sources) === null)
		return only(say(ui, "The file has changed since the audit; r audits again.", "warning"));
	return boot(ui, state, {
		type: "boot",
		subject: { type: "trial", label: item.label, commands: proposal.fix.commands },
		overlay: proposal.fix,
	});
}

/** `D` asks whether the configured database may be used: nothing else ever touches it. */
function askForDatabase(ui: UiState): UiState {
	if (ui.bench.facts === null || ui.bench.facts.lacks !== null)
		return say(ui, "There is nothing to boot it with yet; v says why.");
	if (ui.bench.facts.databases.length === 0) return say(ui, "No database is known that the backend is configured with.");
	return show(ui, { type: "database", from: ui.screen });
}

/** "Boot it with the configured database?" */
export function pressOnDatabase(
	ui: UiState,
	screen: Extract<Screen, { type: "database" }>,
	key: KeyPress,
	{ state }: KeyContext,
): Response {
	if (["n", "escape", "backspace"].includes(key.name)) return only(show(ui, screen.from));
	if (key.name !== "y") return only(ui);
	const back = screen.from.type === "setup" ? goOn(ui, state) : show(ui, screen.from);
	return boot(back, state, { type: "boot", subject: { type: "configured" }, overlay: null });
}

/** A boot, unless one is under way or none is possible; asking for it says that the code may be run. */
export function boot(ui: UiState, state: SessionState, effect: Extract<Effect, { type: "boot" }>): Response {
	const { facts, running } = ui.bench;
	if (facts === null) return only(say(ui, "Nothing can be booted from here; `bootmend verify` does it."));
	if (facts.lacks !== null) {
		const install = canInstall(ui.bench, state) ? " i installs what is declared." : ` ${facts.lacks.nextSteps[0] ?? ""}`;
		return only(say(ui, `It cannot be verified here: ${facts.lacks.reason}${install}`, "warning"));
	}
	if (running !== null && running.revision === state.revision)
		return only(say(ui, "A boot is under way; v again when it is done."));
	return { ui: { ...ui, message: null, bench: { ...ui.bench, mayBoot: true } }, effect };
}

/** `X` gives up what is under way in the background. */
export function stopWork(ui: UiState): Response {
	if (ui.bench.isInstalling) return { ui: { ...ui, busy: "Stopping the installation" }, effect: { type: "stop-work" } };
	if (ui.bench.running !== null) return { ui, effect: { type: "stop-work" } };
	return only(say(ui, "Nothing is under way that could be stopped."));
}

/** The setup phase asks once whether the backend may be booted as it is. */
export function pressOnSetup(ui: UiState, key: KeyPress, { state }: KeyContext): Response {
	const onward = { ...goOn(ui, state), message: null };
	switch (key.name) {
		case "enter":
		case "v":
			return canBoot(ui.bench) ? boot(onward, state, { type: "boot", subject: { type: "tree" }, overlay: null }) : only(onward);
		case "i":
			return canInstall(ui.bench, state) ? only(show(ui, { type: "install", from: { type: "setup" } })) : only(ui);
		case "D":
			return only(askForDatabase(ui));
		case "escape":
		case "n":
		case " ":
			return only(onward);
		default:
			return only(ui);
	}
}

export function pressOnInstall(
	ui: UiState,
	screen: Extract<Screen, { type: "install" }>,
	key: KeyPress,
	{ state }: KeyContext,
): Response {
	if (["n", "escape", "backspace"].includes(key.name)) return only(show(ui, screen.from));
	if (key.name !== "y" || !canInstall(ui.bench, state)) return only(ui);
	return { ui: show(ui, screen.from), effect: { type: "install" } };
}
