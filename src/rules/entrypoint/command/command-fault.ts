import type { FixProposal } from "../../../audit/fix.ts";
import type { TextRange } from "../../../text/range.ts";

/** Why a start command cannot start the application. */
export interface CommandFault {
	/** Tells the faults of one command apart. */
	readonly shape: "module" | "attribute" | "folder" | "worker" | "word" | "entry";
	readonly name: string;
	readonly range: TextRange;
	/** What the file does, to stand behind its name: `starts main:app with uvicorn, and that is not there`. */
	readonly clause: string;
	readonly cause: string;
	readonly error: string;
	readonly fix: FixProposal | null;
}

/** Names another target in the place of what a command says. */
export function rewriteTarget(path: string, range: TextRange, name: string, newText: string): FixProposal {
	return {
		title: `Start ${newText.trim()}`,
		explanation: `${name === "" ? "What the command looks for" : name} is not there, seen from where the command runs; ${newText.trim()} is.`,
		applicability: "safe",
		edits: [{ path, range, newText }],
	};
}
