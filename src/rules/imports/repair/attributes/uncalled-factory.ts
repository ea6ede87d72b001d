import type { FixProposal } from "../../../../audit/fix.ts";
import { sessionFactoryName } from "../../../../project/imports/simulator/library/session-objects.ts";
import type { Namespace } from "../../../../project/imports/values.ts";
import type { Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import { attributeAt } from "../../../repair/attributes/attribute-at.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";

/** `SessionLocal.query(User)`, or `self.session = SessionLocal` somewhere before it: a factory of sessions is called to get one. */
export function callTheFactory(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | undefined {
	const { module, detail } = failure;
	const read = attributeAt(failure)?.value;
	if (read === undefined || !/^(async_)?sessionmaker$/.test(detail.owner)) return undefined;
	const [bound, ...others] = handedOn(project);
	const own = project.trace.runs.get(module.name)?.namespace;
	const isHere = own !== undefined && isFactory(read, own);
	const place = isHere ? { module, end: read.end } : bound;
	if (place === undefined || (!isHere && others.length > 0)) return undefined;
	return {
		title: "Call the factory of sessions",
		explanation: `${detail.owner} makes sessions when it is called; ${detail.name} is what a session has.`,
		applicability: "safe",
		edits: [replaceText(place.module, place.end, place.end, "()")],
	};
}

/** Where a factory of sessions is given another name, uncalled. */
function handedOn(project: Project) {
	return [...project.trace.runs.values()].flatMap(({ module, reached, namespace }) => {
		const found: { readonly module: typeof module; readonly end: number }[] = [];
		if (reached)
			walk(module.tree, (node) => {
				if (node.type === "Assign" && isFactory(node.value, namespace)) found.push({ module, end: node.value.end });
			});
		return found;
	});
}

function isFactory(expression: ast.Expression, { names }: Namespace): boolean {
	const value = expression.type === "Name" ? names.get(expression.id)?.value : undefined;
	return value?.kind === "instance" && sessionFactoryName(value) !== null;
}
