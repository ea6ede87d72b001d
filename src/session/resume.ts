import { readProjectFile } from "../workspace/project-files.ts";
import { count, listed, type SessionContext } from "./session-context.ts";
import type { SessionRecord } from "./session-record.ts";

/** What a person should know about a session that goes on: what an interrupted run left, what is decided, what changed meanwhile. Null where there is nothing. */
export function resumeSentence(context: SessionContext, resumed: boolean, recovered: readonly string[]): string | null {
	const { record } = context.journal;
	const sentences = [...recovered];
	if (resumed && record.decisions.length > 0) {
		const accepted = record.decisions.filter((decision) => decision.type === "accepted").length;
		const skipped = record.decisions.length - accepted;
		const started = `${record.startedAt.slice(0, 16).replace("T", " ")} UTC`;
		sentences.push(`The session of ${started} goes on: ${accepted} accepted, ${skipped} skipped.`);
		const changed = changedSince(context.root, record);
		if (changed.length > 0) sentences.push(`${listed(changed)} changed since; ${count(changed.length, "file")} audited afresh.`);
	}
	return sentences.length === 0 ? null : sentences.join(" ");
}

/** Files of open decisions that are no longer what the newest fix left. */
function changedSince(root: string, record: SessionRecord): readonly string[] {
	const newest = new Map<string, string | null>();
	for (const decision of record.decisions) {
		if (decision.closed) continue;
		for (const file of decision.files) newest.set(file.path, file.after?.sha256 ?? null);
	}
	return [...newest].filter(([path, hash]) => currentHash(root, path) !== hash).map(([path]) => path);
}

function currentHash(root: string, path: string): string | null {
	const reading = readProjectFile(root, path);
	return reading.type === "file" ? reading.image.sha256 : null;
}
