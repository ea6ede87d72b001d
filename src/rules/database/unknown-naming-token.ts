import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { ConstantValue } from "../../project/imports/values.ts";
import { argumentsOf } from "../../project/models/class-body.ts";
import { columnsOf } from "../../project/models/columns.ts";
import { type TableClass, tableClasses } from "../../project/models/table-class.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	readonly call: Call;
	/** The kind of constraint whose names are put together so: `fk`. */
	readonly kind: string;
	readonly token: string;
	readonly template: ConstantValue & { readonly value: string };
	/** The first table that has such a constraint. */
	readonly table: TableClass;
}

const example = (token: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy>=2\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"pk": "pk_%(${token})s"})


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
`,
});

export default defineRule<Evidence>({
	name: "unknown-naming-token",
	category: "DATABASE",
	summary: "A naming convention for constraints has a token that SQLAlchemy does not know",
	story:
		"The names of constraints are put together when the first table that has such a constraint is defined. A token that is misspelt is a KeyError there, and the models cannot be imported.",
	references: ["https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.params.naming_convention"],
	example: { before: example("tablename"), after: example("table_name") },

	*detect(project) {
		for (const call of project.trace.calls) {
			if (call.callee.kind !== "external" || !/^sqlalchemy\.(sql\.)?(schema\.)?MetaData$/.test(call.callee.canonical)) continue;
			const convention = call.keywords.get("naming_convention");
			if (convention?.kind !== "dict" || !convention.complete) continue;
			for (const [kind, template] of convention.entries) {
				if (template.kind !== "constant" || typeof template.value !== "string" || typeof kind !== "string") continue;
				const token = tokensOf(template.value).find((each) => !known.test(each) && !convention.entries.has(each));
				const table = token === undefined ? undefined : firstTable(project, call, kind);
				if (token === undefined || table === undefined) continue;
				const { module, node } = call;
				yield {
					subject: `${module.name}:${kind}`,
					path: module.path,
					range: { start: node.start, end: node.end },
					evidence: { call, kind, token, template: { ...template, value: template.value }, table },
				};
			}
		}
	},

	describe({ evidence: { kind, token, table } }) {
		const { definition, value } = table;
		return {
			severity: definition.guarded ? "HIGH" : "CRITICAL",
			stage: definition.stage,
			problem: `The naming convention for ${kind} has the token ${token}, which SQLAlchemy does not know`,
			rootCause: `${value.node.name.name} in ${value.module.path} is the first table whose ${kind} gets a name by it.`,
			expectedError: `KeyError: '${token}'`,
			order: definition.order,
			manualSteps: [`Write one of the tokens that SQLAlchemy has, such as ${common.join(", ")}.`],
		};
	},

	fix({ evidence: { token, template } }): FixProposal | undefined {
		const near = common.filter((each) => isSimilarName(each, token));
		const [meant] = near;
		const { origin } = template;
		if (meant === undefined || near.length > 1 || origin?.type !== "source") return undefined;
		return {
			title: `Write the token ${meant}`,
			explanation: `${meant} is the token of a like spelling.`,
			applicability: "safe",
			edits: [{ path: origin.path, range: origin.range, newText: template.value.replaceAll(`%(${token})s`, `%(${meant})s`) }],
		};
	},
});

/** The tokens of sqlalchemy/sql/naming.py. */
const known = /^(table_name|referred_table_name|constraint_name|(referred_)?column_\d+(_?N)?_(name|label|key))$/;

const common = ["table_name", "referred_table_name", "constraint_name", "column_0_name", "column_0_label", "column_0_key"];

function tokensOf(template: string): readonly string[] {
	return [...template.matchAll(/%\((\w+)\)s/g)].map(([, token = ""]) => token);
}

/** The first table of a metadata whose definition makes a constraint of a kind. */
function firstTable(project: Project, metadata: Call, kind: string): TableClass | undefined {
	return tableClasses(project).find(
		(table) =>
			table.definition.reached &&
			table.metadata === metadata.result &&
			columnsOf(table)?.some(({ isKey, references, attribute }) => {
				const isTrue = (name: string) => {
					const given = argumentsOf(attribute.value)?.keywords.get(name);
					return given?.kind === "constant" && given.value === true;
				};
				if (kind === "pk") return isKey === true;
				if (kind === "fk") return references.length > 0;
				if (kind === "ix") return isTrue("index");
				return kind === "uq" && isTrue("unique") && !isTrue("index");
			}) === true,
	);
}
