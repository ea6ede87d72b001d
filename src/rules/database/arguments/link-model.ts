import type { ClassValue } from "../../../project/imports/values.ts";
import { argumentsOf, type ClassAttribute, makerOf } from "../../../project/models/class-body.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import { isSqlmodel, type TableClass, tableClasses } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { removeStatements } from "../../../python/rewrite/statements.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";
import { waysToBind } from "../../repair/names/ways-to-bind.ts";

/** `link_model` has to be the class itself: it is looked at when the class is defined. */
export function* linkModel(project: Project, table: TableClass): Generator<ClassFault> {
	if (table.kind !== "sqlmodel") return;
	for (const attribute of table.attributes.values()) {
		const { name, value, valueNode, owner, node } = attribute;
		const link = makerOf(value) === "Relationship" ? argumentsOf(value)?.keywords.get("link_model") : undefined;
		const written = valueNode?.type === "Call" ? findKeyword(valueNode, "link_model")?.value : undefined;
		if (link?.kind === "class" && owner === table.value) yield* linkWithoutTable(table, attribute, link);
		if (link?.kind !== "constant" || typeof link.value !== "string" || written === undefined) continue;
		const className = link.value;
		const { module } = owner;
		const target = tableClasses(project).find((each) => each.value.node.name.name === className)?.value;
		const isHere = target?.module.path === module.path;
		const [binding] =
			module.tree.body.includes(owner.node) && (!isHere || target.node.start > owner.node.start)
				? waysToBind(project, module, className, owner.node)
				: [];
		const edit = replaceText(module, written.start, written.end, className);
		const canBind = target !== undefined && (binding !== undefined || isHere);
		yield {
			...raising(table.definition),
			module,
			subject: `${module.name}:${owner.node.name.name}.${name}`,
			range: written,
			problem: `link_model of ${owner.node.name.name}.${name} is the text "${className}", not the class`,
			rootCause:
				"SQLModel looks at the link table when this class is defined; unlike the classes in annotations it cannot be named by a text.",
			error: "sqlalchemy.exc.NoInspectionAvailable: No inspection system is available for object of type <class 'str'>",
			fixes: canBind
				? [
						{
							title: `Write link_model=${className}`,
							explanation: `The class ${className} is given itself${binding === undefined ? "" : `: ${binding.title.toLowerCase()}`}.`,
							applicability: "safe",
							edits: [edit, ...(binding?.edits ?? [])],
							...(binding?.needs === undefined ? {} : { needs: binding.needs }),
						},
					]
				: target === undefined
					? [
							{
								title: `Take ${name} out`,
								explanation: `There is no table class ${className} that could tie the two together. Code that uses ${name} has to go with it.`,
								applicability: "review",
								edits: removeStatements(module, [node]),
							},
						]
					: [],
			manualSteps: [`Define or import ${className} above this class, and write link_model=${className}.`],
		};
	}
}

/** The link class is an SQLModel without `table=True`, so there is no table to go by. */
function* linkWithoutTable(table: TableClass, { name, node }: ClassAttribute, link: ClassValue): Generator<ClassFault> {
	if (!isSqlmodel(link) || link.keywords.has("table") || !lineageOf(link).isComplete || link.decorators.length > 0) return;
	const { module, node: definition } = link;
	const linkName = definition.name.name;
	const base = definition.bases.at(-1);
	yield {
		...raising(table.definition),
		module: table.value.module,
		subject: `${table.value.module.name}:${table.value.node.name.name}.${name}`,
		range: node,
		problem: `link_model of ${table.value.node.name.name}.${name} is ${linkName}, which is no table`,
		rootCause: `SQLModel goes by the table of the link class, and ${linkName} is defined without table=True.`,
		error:
			"sqlalchemy.exc.NoInspectionAvailable: No inspection system is available for object of type <class 'sqlmodel.main.SQLModelMetaclass'>",
		fixes:
			base === undefined || definition.keywords.length > 0
				? []
				: [
						{
							title: `Make ${linkName} a table`,
							explanation: "The rows of the link table tie the rows of the two others together.",
							applicability: "review",
							edits: [replaceText(module, base.end, base.end, ", table=True")],
						},
					],
		manualSteps: [`Define ${linkName} with table=True.`],
	};
}
