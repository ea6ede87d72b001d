import type { FixProposal } from "../../../../audit/fix.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** An import whose module is not there, or whose dots lead out of the package. */
export type UnresolvedImport = FailureOf<"module-not-found"> | FailureOf<"relative-beyond-top">;

/** One way to mend an import whose module is not there. */
export type ModuleRemedy =
	| { readonly type: "module"; readonly module: string; readonly isOwn: boolean; readonly isCertain: boolean }
	/** The names come from several modules; `""` for names that are modules at the top themselves. */
	| { readonly type: "split"; readonly homes: ReadonlyMap<string, string> }
	/** `import httpx.AsyncClient`: what is asked for is no module but a name of one. */
	| { readonly type: "attribute"; readonly module: string; readonly name: string }
	/** The module is nowhere, and nothing uses what is imported from it. */
	| { readonly type: "drop" }
	/** Another change, which the simulator has been seen to mend it; `step` is what a person can do in its place. */
	| { readonly type: "change"; readonly proposal: FixProposal; readonly step: string | null };
