import type { FixProposal } from "../../../../audit/fix.ts";
import { isObjectOf, routerClass } from "../../../../project/imports/library-objects.ts";
import type { Binding } from "../../../../project/imports/values.ts";
import type { Project } from "../../../../project/project.ts";
import { insertAfter } from "../../../../python/rewrite/statements.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { holdsName, walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import { ownModules } from "../../../repair/modules/module-spelling.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/**
 * `for module in (issues, projects): … module.router`, where one of the modules calls it otherwise: that module gets the name that the
 * others have, since what the loop reads is right for them. Null where it is no loop, or the module binds nothing of the other name.
 */
export function bindForLoop(
	project: Project,
	failure: FailureOf<"attribute-missing">,
	similar: string | null,
): FixProposal | null {
	const read = attributeAt(failure);
	const source = ownModules(project).get(failure.detail.owner);
	const other = similar ?? (/rout|api/i.test(failure.detail.name) ? onlyRouter(project, failure.detail.owner) : null);
	if (read?.value.type !== "Name" || source === undefined || other === null) return null;
	const variable = read.value.id;
	let isLoop = false;
	walk(failure.module.tree, (node) => {
		if (node.type === "For" && (holdsName([node.target], variable) || boundNames(node.body).has(variable))) isLoop = true;
		return !isLoop;
	});
	const definition = source.tree.body.find((each) => boundNames([each]).has(other));
	if (!isLoop || definition === undefined) return null;
	return {
		title: `Give ${source.name} the name ${failure.detail.name}`,
		explanation: `The loop reads ${failure.detail.name} of several modules; this one calls it ${other}.`,
		applicability: "review",
		edits: [insertAfter(source, definition, `${failure.detail.name} = ${other}`)],
	};
}

/** The name of the one router that a module makes. */
function onlyRouter(project: Project, owner: string): string | null {
	const names = project.trace.runs.get(owner)?.namespace.names ?? new Map<string, Binding>();
	const routers = [...names].filter(([, { value, maybe }]) => !maybe && isObjectOf(value, routerClass));
	const [only, ...others] = routers;
	return only === undefined || others.length > 0 ? null : only[0];
}
