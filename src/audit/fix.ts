import type { TextEdit } from "../text/range.ts";
import type { FileMove } from "../text/tree-change.ts";

/**
 * `safe`: keeps what the program means, apart from mending the fault. `review`: it may change behaviour or rests on a
 * guess (which of two names was meant), so a person looks first; `fix --yes` leaves it unless `--review` is given.
 */
export type Applicability = "safe" | "review";

/** "This name must be importable in that file": the audit writes the import line, never the rule. */
export interface ImportNeed {
	readonly path: string;
	/** What follows `from` (may be relative: `.models`, or `""` with `name` for a plain `import name`). */
	readonly module: string;
	readonly name: string;
	/** Only for annotations: placed under `if TYPE_CHECKING:`. */
	readonly typeOnly?: boolean;
}

/** What a rule proposes, before the audit has turned its import needs into edits. */
export interface FixProposal {
	/** Imperative, without a full stop: `Import AsyncEngine from sqlalchemy.ext.asyncio`. */
	readonly title: string;
	/** Why this mends it, in one or two sentences for the person who decides. */
	readonly explanation: string;
	readonly applicability: Applicability;
	/** All or none are applied. Several files are fine; a `path` that does not exist yet is created. */
	readonly edits: readonly TextEdit[];
	/** Files that get another path or go, once their texts are edited; a path in `edits` and `needs` is the one before. */
	readonly moves?: readonly FileMove[];
	readonly needs?: readonly ImportNeed[];
	/** Shell commands that belong to the fix (`pip install -r requirements.txt`); run only when asked. */
	readonly commands?: readonly string[];
}

/** A fix that can be applied as it stands: every import it needs is among its edits. */
export interface Fix extends Omit<FixProposal, "needs"> {
	/** Names of settings whose values a person typed: they are shown nowhere, and their files are readable by their owner alone. */
	readonly typed?: readonly string[];
	readonly commands: readonly string[];
}
