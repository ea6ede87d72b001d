import type { FixProposal } from "../../../audit/fix.ts";
import type { AddedMiddleware } from "../../../project/fastapi/middleware/middleware.ts";
import type { Module, Project } from "../../../project/project.ts";
import { enclosingStatement } from "../../../python/rewrite/enclosing.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";

/** `app.add_middleware(SlowAPIMiddleware)`: the one limiter of the project goes into the state of the application in front of it. */
export function setLimiter(project: Project, { module, node, via }: AddedMiddleware): FixProposal | undefined {
	const { callee } = node;
	const here = limitersIn(project, module);
	const made = [...project.modules.values()].flatMap((home) =>
		limitersIn(project, home).flatMap(({ name, isMadeHere }) => (isMadeHere ? [{ home, name }] : [])),
	);
	const [only, ...others] = made;
	const statement = enclosingStatement(module.tree, node.start);
	if (via !== "add_middleware" || callee.type !== "Attribute" || only === undefined || others.length > 0) return undefined;
	if (statement === null) return undefined;
	const name = here[0]?.name ?? only.name;
	const application = module.text.slice(callee.value.start, callee.value.end);
	return {
		title: `Keep ${name} in the state of the application`,
		explanation: "slowapi looks for its limiter in app.state.limiter.",
		applicability: "safe",
		edits: [insertBefore(module, statement, `${application}.state.limiter = ${name}`)],
		...(here.length === 0 && { needs: [{ path: module.path, module: only.home.name, name: only.name }] }),
	};
}

/** The names of a module that stand for a limiter of slowapi, and whether it is made there. */
function limitersIn(project: Project, module: Module): readonly { readonly name: string; readonly isMadeHere: boolean }[] {
	return [...(project.trace.runs.get(module.name)?.namespace.names ?? [])].flatMap(([name, { value }]) =>
		value.kind === "instance" && value.of.kind === "external" && /^slowapi\..*\bLimiter$/.test(value.of.canonical)
			? [{ name, isMadeHere: value.call?.module === module }]
			: [],
	);
}
