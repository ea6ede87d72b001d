import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue } from "../../../project/imports/values.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { type ClassFault, raising } from "../../class-fault.ts";

/** Enums that name a member twice, or build on one that has members. */
export function* enumFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	if (!isEnum(value)) return;
	const { module, node } = value;
	const { minor } = project.environment.python;
	const className = node.name.name;
	const base = lineageOf(value)
		.own.slice(1)
		.find((each) => isEnum(each) && members(each).length > 0);
	if (base !== undefined) {
		const baseName = base.node.name.name;
		yield {
			...raising(definition),
			subject: `${module.name}:${className}`,
			range: node.name,
			problem: `${className} builds on the enum ${baseName}, which has members`,
			rootCause: "An enum with members is finished: no other can add to it.",
			error:
				minor >= 11
					? `TypeError: <enum '${className}'> cannot extend <enum '${baseName}'>`
					: `TypeError: ${className}: cannot extend enumeration '${baseName}'`,
			fixes: [],
			manualSteps: [`Derive ${className} from what ${baseName} derives from, and write out the members that it is to share.`],
		};
		return;
	}
	const seen = new Map<string, ast.Assign>();
	for (const member of members(value)) {
		const name = nameOf(member);
		const first = seen.get(name);
		if (first === undefined) {
			seen.set(name, member);
			continue;
		}
		const shown = first.value.type === "Constant" ? shownConstant(first.value) : null;
		yield {
			...raising(definition),
			subject: `${module.name}:${className}.${name}`,
			range: member,
			problem: `${className} has the member ${name} twice`,
			rootCause: "The names of an enum's members are unique.",
			error:
				minor >= 11
					? shown === null
						? null
						: `TypeError: '${name}' already defined as ${shown}`
					: `TypeError: Attempted to reuse key: '${name}'`,
			fixes: [
				{
					title: `Take the second ${name} out`,
					explanation: "The first one stays as it is. If another name was meant, write that instead.",
					applicability: "review",
					edits: removeStatements(module, [member]),
				},
			],
		};
	}
}

function isEnum(value: ClassValue): boolean {
	return lineageOf(value).ancestors.some((each) => each.kind === "external" && /^enum\.\w*(Enum|Flag)$/.test(each.canonical));
}

/** Plain assignments of public names to what is no function. */
function members(value: ClassValue): readonly ast.Assign[] {
	return value.node.body.filter(
		(statement) => statement.type === "Assign" && !nameOf(statement).startsWith("_") && statement.value.type !== "Lambda",
	) as readonly ast.Assign[];
}

function nameOf(statement: ast.Assign): string {
	const [target] = statement.targets;
	return target?.type === "Name" ? target.id : "_";
}

function shownConstant({ literal, value }: ast.Constant): string | null {
	if (literal === "string") return /^[^'\\\n]*$/.test(String(value)) ? `'${value}'` : null;
	return literal === "number" ? String(value) : null;
}
