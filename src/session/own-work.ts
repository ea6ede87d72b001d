import type { PlannedFile } from "../apply/plan-fix.ts";
import { planFix } from "../apply/plan-fix.ts";
import { type Issue, stories } from "../audit/issue.ts";
import type { Repository } from "../workspace/git.ts";
import { sha256 } from "../workspace/project-files.ts";
import { ContentPlan } from "./commit/commit-content.ts";
import { uncommittedSteps } from "./commit/commit-phase.ts";
import type { ContentStep } from "./commit/content-sides.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { OwnWork } from "./session.ts";
import type { SessionView } from "./session-context.ts";

/** The issues (by fingerprint) whose fix would lie on lines that the person has changed and not committed, and where. */
export async function fixesOnOwnWork(
	view: SessionView,
	{ report, files }: Diagnosis,
	dirtyFiles: readonly string[],
): Promise<ReadonlyMap<string, OwnWork>> {
	const { repository, root } = view;
	const dirty = new Set(dirtyFiles);
	if (repository === null || dirty.size === 0) return new Map();
	const planned = report.issues.flatMap(({ fingerprint, fix }: Issue) => {
		if (fix === null || ![...fix.edits, ...(fix.moves ?? [])].some(({ path }) => dirty.has(path))) return [];
		const plan = planFix(root, files, [], fix);
		return plan.type === "planned" ? [{ fingerprint, files: plan.files }] : [];
	});
	if (planned.length === 0) return new Map();
	const places = await ownWorkUnder(
		view,
		repository,
		planned.map((fix) => fix.files),
	);
	return new Map(
		planned.flatMap(({ fingerprint }, i): [string, OwnWork][] => {
			const place = places[i] ?? null;
			return place === null ? [] : [[fingerprint, place]];
		}),
	);
}

/**
 * For each planned fix the place where it lies on lines that the person has changed and not committed; null where there is none.
 * What git does not keep of a file (a new file, an ignored one) is nobody's unfinished work. Where git cannot say, nothing is found.
 */
async function ownWorkUnder(
	view: SessionView,
	repository: Repository,
	fixes: readonly (readonly PlannedFile[])[],
): Promise<readonly (OwnWork | null)[]> {
	const images = new Map<string, Buffer>();
	const first = view.journal.record.nextWrite;
	const candidates = fixes.map(
		(files, i): ContentStep => ({ write: first + i, files: files.map((file) => stepFile(file, images)) }),
	);
	const open = stories.flatMap((story) => uncommittedSteps(view, story)).sort((a, b) => a.write - b.write);
	try {
		const plan = await ContentPlan.open({ ...view, images }, repository.files, [...open, ...candidates]);
		for (const step of open) await plan.take(step);
		const found: (OwnWork | null)[] = [];
		for (const candidate of candidates) {
			const held = await plan.test(candidate);
			found.push(held === null ? null : { path: held.path, line: held.line });
		}
		return found;
	} catch {
		return fixes.map(() => null);
	}
}

/** Why such a fix waits, as the end of a sentence. */
export function onOwnWorkWords({ path, line }: OwnWork): string {
	return `it lies on changes of your own that are not committed (${line === null ? path : `${path} line ${line}`})`;
}

function stepFile({ path, before, after, twin }: PlannedFile, images: Map<string, Buffer>): ContentStep["files"][number] {
	for (const side of [before, after]) if (side !== null) images.set(sha256(side.bytes), side.bytes);
	return { path, before: before?.image ?? null, after: after?.image ?? null, ...(twin !== undefined && { twin }) };
}
