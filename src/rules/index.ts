// Written by scripts/rules-index.ts; a test holds it current.
import type { AnyRule } from "../audit/rule.ts";
import syncDriverDeclared from "./dependencies/sync-driver-declared.ts";
import undeclaredImport from "./dependencies/undeclared-import.ts";
import unknownImportSymbol from "./imports/unknown-import-symbol.ts";
import unusedImport from "./imports/unused-import.ts";

/** Every rule, in the order in which the audit asks them. */
export const rules: readonly AnyRule[] = [
	syncDriverDeclared,
	undeclaredImport,
	unknownImportSymbol,
	unusedImport,
];
