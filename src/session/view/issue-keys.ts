import type { Command } from "../session.ts";
import { pressEverywhere } from "./common-keys.ts";
import { diffFix } from "./diff.ts";
import { safeItems } from "./items.ts";
import { type KeyContext, type KeyPress, only, type Response, withEffect } from "./response.ts";
import { nextPage, scrolled } from "./scroll.ts";
import { goOn, moveSelection, say, show, type UiState } from "./state.ts";
import { tryProposal } from "./verify-keys.ts";

/** The keys of the screen that shows an issue and its fix. */
export function pressOnIssue(ui: UiState, key: KeyPress, context: KeyContext): Response {
	const { view } = context;
	switch (key.name) {
		case "y":
		case "a":
			return accept(ui, context, "y");
		case "enter":
			return accept(ui, context, "enter");
		case "n":
		case "s":
			return skip(ui, context);
		case "e":
			return edit(ui, context);
		case "x":
			return only(nextProposal(ui, context));
		case "v":
			return tryProposal(ui, context);
		case "A":
			return only(askForAll(ui, context));
		case "w":
			return only(view.item === null ? ui : show(ui, { type: "why", scroll: 0 }));
		case "]":
		case "right":
		case "tab":
			return only(moveSelection(ui, view.items, 1));
		case "[":
		case "left":
		case "shift-tab":
			return only(moveSelection(ui, view.items, -1));
		case "p":
			return only(show(ui, { type: "phases", story: view.item?.issue.story ?? "US1" }));
		default:
			return scrollDiff(ui, key, context);
	}
}

/** Everything else on the issue screen scrolls the diff, or means what it means everywhere. */
function scrollDiff(ui: UiState, key: KeyPress, context: KeyContext): Response {
	const scroll = scrolled(context.view.scroll, key.name);
	return scroll === null ? (pressEverywhere(ui, key, context) ?? only(ui)) : only({ ...ui, scroll, message: null });
}

function askForAll(ui: UiState, { view }: KeyContext): UiState {
	if (view.item === null) return ui;
	const { story } = view.item.issue;
	const fingerprints = safeItems(view.items, story).map((item) => item.fingerprint);
	if (fingerprints.length === 0) return say(ui, `${story} has no safe fix left; the others want a look each.`);
	return show(ui, { type: "accept-all", fingerprints, scroll: 0 });
}

function skip(ui: UiState, { view }: KeyContext): Response {
	if (view.item === null) return only(ui);
	if (view.item.decided !== null) return only(say(ui, alreadyDecided));
	const command: Command = { type: "skip", fingerprint: view.item.fingerprint, reason: null };
	return withEffect(ui, { type: "dispatch", command, busy: `Skipping ${view.item.label}` });
}

function edit(ui: UiState, { view }: KeyContext): Response {
	if (view.item === null || view.item.decided !== null) return only(ui);
	if (view.proposal === null) return only(say(ui, "There is no edit to start from; see the steps by hand."));
	return withEffect(ui, { type: "edit", fingerprint: view.item.fingerprint, fix: view.proposal.fix });
}

function nextProposal(ui: UiState, { view }: KeyContext): UiState {
	if (view.proposalCount < 2) return ui;
	return { ...ui, choice: (ui.choice + 1) % view.proposalCount, scroll: 0, seen: 0, message: null };
}

const alreadyDecided = "This issue is decided; u takes the newest decision back.";

/** `y` accepts what has been seen in full and scrolls on otherwise; Enter accepts only where the fix is safe besides. */
function accept(ui: UiState, { state, view }: KeyContext, by: "y" | "enter"): Response {
	const { item, proposal } = view;
	if (item === null || item.decided !== null) {
		if (by === "enter") return only({ ...goOn(ui, state), message: null });
		return only(item === null ? ui : say(ui, alreadyDecided));
	}
	if (proposal === null) return only(say(ui, "No edit can mend this one: n skips it, the steps by hand stay in the summary."));
	if (Math.max(ui.seen, view.scroll.bottom) < view.scroll.total) {
		const scroll = nextPage(view.scroll);
		const isAll = scroll + view.scroll.bottom - view.scroll.top >= view.scroll.total;
		return only(
			say(
				{ ...ui, scroll },
				isAll ? "That is all of it; y accepts." : "There is more of it; y accepts once you have seen it all.",
			),
		);
	}
	if (diffFix(proposal.fix, state.sources) === null)
		return only(say(ui, "The file has changed since the audit; r audits again.", "warning"));
	if (by === "enter" && item.onOwnWork !== null)
		return only(say(ui, "This fix lies on a change of your own that is not committed: y applies it on top, n skips."));
	if (by === "enter" && proposal.fix.applicability !== "safe")
		return only(say(ui, "This fix wants a decision of yours: y accepts, n skips."));
	const command: Command = {
		type: "accept",
		fingerprint: item.fingerprint,
		fix: proposal.fix,
		edited: proposal.origin === "edited",
		shown: state.sources,
	};
	return withEffect(ui, { type: "dispatch", command, busy: `Applying ${item.label} and auditing again` });
}
