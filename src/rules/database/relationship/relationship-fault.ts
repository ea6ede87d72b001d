import { hasSqlalchemy } from "../../../project/models/orm-version.ts";
import type { Relationship } from "../../../project/models/relationships.ts";
import type { TableClass } from "../../../project/models/table-class.ts";
import type { Project } from "../../../project/project.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** What is wrong with a relationship; where it shows is the same for all. */
export interface RelationshipFault extends Pick<ClassFault, "problem" | "rootCause" | "error" | "fixes"> {
	readonly relationship: Relationship;
	readonly manualSteps?: readonly string[];
}

/** `Author.posts`. */
export function nameOf({ table, attribute }: Relationship): string {
	return `${table.value.node.name.name}.${attribute.name}`;
}

/** How SQLAlchemy writes a mapper: `Mapper[Author(authors)]`, before version 2 `mapped class Author->authors`. */
export function mapperName(project: Project, { value, tableName }: TableClass): string {
	const name = value.node.name.name;
	return hasSqlalchemy(project, 2, 0) ? `Mapper[${name}(${tableName})]` : `mapped class ${name}->${tableName}`;
}
