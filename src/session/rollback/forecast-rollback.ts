import { type Story, stories } from "../../audit/issue.ts";
import type { RollbackForecast } from "../session.ts";
import { listed, type SessionView } from "../session-context.ts";
import { previewRestore, previewRollback, type RollbackPreview } from "./rollback-phase.ts";

/** Says for each phase whether it can be taken back now, or its rollback be undone. Changes nothing. */
export async function forecastPhases(view: SessionView): Promise<readonly RollbackForecast[]> {
	const forecasts: RollbackForecast[] = [];
	for (const story of stories) {
		const preview = await previewRollback(view, story);
		forecasts.push(preview.type === "nothing" ? await forecastUndo(view, story) : forecastOf(story, preview));
	}
	return forecasts;
}

type KnownPreview = Exclude<RollbackPreview, { type: "nothing" }>;

function forecastOf(story: Story, preview: KnownPreview): RollbackForecast {
	if (preview.type === "blocked") return blocked(story, preview);
	const { plan, commit } = preview;
	const later = plan.stories.filter((other) => other !== story);
	const type = later.length > 0 ? "with-later" : "clean";
	const words = later.length > 0 ? `needs ${listed(later)} first` : "rolls back cleanly";
	const ledger = plan.files.map(({ path, result }) => ({ path, result }));
	return { story, type, words, later, ledger, commit, blockedBy: null };
}

async function forecastUndo(view: SessionView, story: Story): Promise<RollbackForecast> {
	const none = { story, later: [], ledger: [], commit: [], blockedBy: null };
	const preview = await previewRestore(view, story);
	if (preview.type === "nothing") return { ...none, type: "nothing", words: "nothing to take back" };
	if (preview.type === "blocked") return { ...none, type: "nothing", words: `taken back; ${reasonOf(preview)}` };
	const ledger = preview.plan.files.map(({ path, result }) => ({ path, result }));
	return { ...none, type: "undoable", words: "taken back; that can be undone", ledger, commit: preview.commit };
}

function blocked(story: Story, preview: Extract<RollbackPreview, { type: "blocked" }>): RollbackForecast {
	const { obstacle, refusal } = preview;
	const blockedBy = obstacle === null ? null : { path: obstacle.path, line: obstacle.line };
	const base = { story, type: "blocked", later: [], commit: [], blockedBy } as const;
	return { ...base, words: `blocked: ${reasonOf(preview)}`, ledger: refusal.ledger ?? [] };
}

function reasonOf({ obstacle, refusal }: Extract<RollbackPreview, { type: "blocked" }>): string {
	return obstacle?.reason ?? refusal.message.replace(/\.$/, "");
}
