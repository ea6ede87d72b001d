import type { Project } from "../project/project.ts";
import type { TextRange } from "../text/range.ts";
import type { FixProposal } from "./fix.ts";
import type { Category, FailsOn, Severity, Stage } from "./issue.ts";

/** What a rule saw at one place. `evidence` is plain data, all that the words and the fix are made from. */
export interface Match<Evidence> {
	/** What it is about, in names that survive moved lines: `src.core.database:AsyncEngine`. Part of the fingerprint. */
	readonly subject: string;
	readonly path: string;
	readonly range: TextRange;
	readonly evidence: Evidence;
}

/** What to tell the person about one match. */
export interface Description {
	readonly severity: Severity;
	readonly stage: Stage;
	/** One sentence, no full stop needed: `AsyncEngine is not in sqlmodel.ext.asyncio.session`. */
	readonly problem: string;
	readonly rootCause: string;
	/** The exact last line Python prints, with an ellipsis for what differs from run to run; omitted where it prints none. */
	readonly expectedError?: string;
	readonly failsOn?: readonly FailsOn[];
	readonly manualSteps?: readonly string[];
	/** False where only code that the target never imports meets the fault, and it is shown in another file, such as `.env`. */
	readonly reached?: boolean;
	/** A name that the issue takes for unused: where the mend of another fault in this file uses it, nothing is said. */
	readonly unlessUsed?: string;
	/** Position in start-up: failures of the import trace carry their index; lower surfaces earlier. */
	readonly order?: number;
}

/** Files of a tiny backend, path → text. */
export type ExampleFiles = Readonly<Record<string, string>>;

/** Distributions of an example's environment, name → version. */
export type ExampleInstallation = Readonly<Record<string, string>>;

export interface RuleMeta {
	/** kebab-case, names the fault; also its file, test and fixture name. */
	readonly name: string;
	readonly category: Category;
	/** One line: what is wrong. */
	readonly summary: string;
	/** Plain words: who is hurt, when, how it looks. */
	readonly story: string;
	/** Where the facts come from. */
	readonly references: readonly string[];
	/** A backend that has the fault, and the same one mended by the rule's own fix. */
	readonly example: {
		readonly before: ExampleFiles;
		readonly after: ExampleFiles;
		/** What is installed before and after, for rules about that; otherwise nothing is, and the catalog answers. */
		readonly installed?: { readonly before: ExampleInstallation; readonly after: ExampleInstallation };
	};
}

/** A fault we know: it looks at the project, returns what it saw, and can say and mend it. It never throws, reports or reads a disk. */
export interface Rule<Evidence> extends RuleMeta {
	detect(project: Project): Iterable<Match<Evidence>>;
	describe(match: Match<Evidence>, project: Project): Description;
	/** The smallest change that mends it; undefined where none is certain. The issue stays either way. */
	fix?(match: Match<Evidence>, project: Project): FixProposal | undefined;
	/** Other honest ways to mend it. */
	alternatives?(match: Match<Evidence>, project: Project): readonly FixProposal[];
}

/** Any rule, its evidence type forgotten: what the index and the runner handle. */
export type AnyRule = Rule<unknown>;

/** Gives a rule its type; exists for inference. */
export function defineRule<Evidence>(rule: Rule<Evidence>): AnyRule {
	return rule as AnyRule;
}
