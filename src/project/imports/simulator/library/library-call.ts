import type * as ast from "../../../../python/ast.ts";
import type { InstanceValue } from "../../values.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";

/** A call of something outside the project, as those files see it that know what some libraries give. */
export interface LibraryCall {
	readonly machine: Machine;
	readonly frame: Frame;
	/** Canonical dotted name of what is called: `os.path.join`. */
	readonly canonical: string;
	readonly args: CallArguments;
	readonly node: ast.Call;
	/** The object whose method it is, or null. */
	readonly receiver: InstanceValue | null;
}
