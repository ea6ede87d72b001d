import type { ModuleLookup } from "../environment.ts";
import type { ModuleTable } from "../module-table.ts";

/** The module whose `__getattr__` (PEP 562) is asked, and the modules around it. */
export interface GetattrWorld {
	readonly moduleName: string;
	readonly packageName: string;
	readonly text: string;
	readonly table: ModuleTable;
	find(module: string): ModuleLookup;
	/** Another module's source, for helpers that live there. */
	source(module: string): GetattrWorld | null;
}
