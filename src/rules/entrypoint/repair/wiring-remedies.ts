import type { FixProposal } from "../../../audit/fix.ts";
import type { WiringFault } from "../../../project/fastapi/routes/wiring-faults.ts";
import { guessModules } from "../../../project/imports/nearest-module.ts";
import type { Project } from "../../../project/project.ts";

/** The module of the project whose name is most like the one that is to be wired, where the name is written in the project. */
export function wiringRemedy({ named }: WiringFault, project: Project): FixProposal | undefined {
	if (named.origin?.type !== "source") return undefined;
	const [best] = guessModules(named.value, [...project.modules.keys()], () => null);
	if (best === undefined) return undefined;
	return {
		title: `Wire ${best.name}`,
		explanation: `${best.name} is the module of the project whose name is most like ${named.value}.`,
		applicability: "review",
		edits: [{ path: named.origin.path, range: named.origin.range, newText: best.name }],
	};
}
