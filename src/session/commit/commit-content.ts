import { isEnvFile } from "../../text/secrets.ts";
import { trackedPath } from "../../workspace/contained-path.ts";
import type { EntryChange } from "../../workspace/git-commit.ts";
import type { GitFiles, KnownFile } from "../../workspace/git-files.ts";
import type { SessionView } from "../session-context.ts";
import { advance, type ContentStep, entryChange, type HeldStep, openSides, type Sides, type StepFile } from "./content-sides.ts";

/** What a commit of some steps would hold. */
export interface CommitContent {
	/** Only files that the commit changes. */
	readonly changes: readonly EntryChange[];
	readonly held: readonly HeldStep[];
	/** Files of the steps that git does not keep (path → why, as the end of a sentence), so that no commit can hold them. */
	readonly outside: ReadonlyMap<string, string>;
	/** Files whose conflicts the person has not resolved yet; nothing can be committed before. */
	readonly unmerged: readonly string[];
}

/**
 * Lays steps, in their order, over what HEAD and the index have of their files: three-way, in the form that git keeps (line
 * endings, filters). So a commit holds the lines of the steps alone, and what the person has changed beside them, staged or not,
 * stays as it is. Contents of files that git does not keep are never given to it. Rejects with git's words where git fails.
 */
export async function planContent(view: SessionView, files: GitFiles, steps: readonly ContentStep[]): Promise<CommitContent> {
	const plan = await ContentPlan.open(view, files, steps);
	for (const step of steps) await plan.take(step);
	return plan.content();
}

/** What git has of some files, and what steps make of it. */
export class ContentPlan {
	readonly #view: SessionView;
	readonly #files: GitFiles;
	readonly #known: ReadonlyMap<string, KnownFile>;
	readonly #outside: ReadonlyMap<string, string>;
	readonly #start: ReadonlyMap<string, Sides>;
	readonly #sides: Map<string, Sides>;
	readonly #held: HeldStep[] = [];

	private constructor(
		view: SessionView,
		files: GitFiles,
		known: ReadonlyMap<string, KnownFile>,
		outside: ReadonlyMap<string, string>,
		start: ReadonlyMap<string, Sides>,
	) {
		this.#view = view;
		this.#files = files;
		this.#known = known;
		this.#outside = outside;
		this.#start = start;
		this.#sides = new Map(start);
	}

	/** Reads what git has of the files of these steps. Rejects with git's words where it fails. */
	static async open(view: SessionView, files: GitFiles, steps: readonly ContentStep[]): Promise<ContentPlan> {
		const all = steps.flatMap((step) => step.files).map((file) => tracked(view.root, file));
		const known = await files.known([...new Set(all.map((file) => file.path))]);
		const outside = new Map<string, string>();
		for (const [path, file] of known) {
			const own = all.filter((candidate) => candidate.path === path);
			const isOurs = own.some(({ before, after }) => before === null || after === null);
			const twin = own.find(({ before }) => before === null)?.twin;
			const isKnown = twin === undefined || !known.has(twin) || known.get(twin)?.head !== null;
			const why = isKnown ? whyOutside(path, file, isOurs) : "git does not track the file that was renamed to it";
			if (why !== null) outside.set(path, why);
		}
		return new ContentPlan(view, files, known, outside, await openSides(files, known, outside));
	}

	/** Takes a step in, or says what holds it back. */
	async take(step: ContentStep): Promise<HeldStep | null> {
		const trial = new Map(this.#sides);
		const held = await this.#advance(trial, step);
		if (held !== null) this.#held.push(held);
		else for (const [path, side] of trial) this.#sides.set(path, side);
		return held;
	}

	/** What would hold this step back now. */
	test(step: ContentStep): Promise<HeldStep | null> {
		return this.#advance(new Map(this.#sides), step);
	}

	content(): CommitContent {
		const changes: EntryChange[] = [];
		for (const [path, side] of this.#sides) {
			const change = entryChange(this.#files, path, this.#start.get(path), side);
			if (change !== null) changes.push(change);
		}
		const unmerged = [...this.#known].filter(([, file]) => file.unmerged).map(([path]) => path);
		return { changes, held: this.#held, outside: this.#outside, unmerged };
	}

	async #advance(sides: Map<string, Sides>, step: ContentStep): Promise<HeldStep | null> {
		const placed = { ...step, files: step.files.map((file) => tracked(this.#view.root, file)) };
		const obstacle = await advance(this.#view, this.#files, sides, placed);
		return obstacle === null ? null : { write: step.write, ...obstacle };
	}
}

/** The same under the paths that git knows, past links. */
function tracked(root: string, { path, twin, ...images }: StepFile): StepFile {
	return { ...images, path: trackedPath(root, path), ...(twin !== undefined && { twin: trackedPath(root, twin) }) };
}

function whyOutside(path: string, file: KnownFile, isOurs: boolean): string | null {
	if (file.nested !== null) return `it belongs to the repository in ${file.nested}; run bootmend there to have it committed`;
	if (file.leftAlone) return "you told git to take no notice of its changes";
	if (file.ignored) return "git ignores it";
	if (file.head === null && mayHoldSecrets(path)) return "it may hold secrets, which bootmend never adds to git";
	if (file.head !== null) return file.index === null && !isOurs ? "you have staged its removal" : null;
	if (isOurs) return null;
	return file.index === null ? "git does not track it" : "you have added it and not committed it yet";
}

/** Settings of one machine, not the example that stands for them. */
function mayHoldSecrets(path: string): boolean {
	return isEnvFile(path) && !/\.(example|sample|template|dist)$|(^|\/)(example|sample|template)\.env$/.test(path);
}
