import { isReached, relationshipsOf } from "../../project/models/relationships.ts";
import { findMapperConfiguration } from "../../project/models/table-creation.ts";
import type { Project } from "../../project/project.ts";
import { type ClassFault, defineClassRule } from "../repair/classes/class-fault.ts";
import { bareColumnName } from "./relationship/bare-name.ts";
import { orphansOfOne, sameDirection } from "./relationship/direction.ts";
import { ambiguousJoin, missingJoin } from "./relationship/join.ts";
import { unknownLoading } from "./relationship/loading.ts";
import { misreadAnnotation } from "./relationship/misread-annotation.ts";
import { missingBackReference } from "./relationship/missing-back-reference.ts";
import type { RelationshipFault } from "./relationship/relationship-fault.ts";
import { takenBackref } from "./relationship/taken-backref.ts";
import { twoRemoteSides } from "./relationship/two-remote-sides.ts";
import { unknownTarget } from "./relationship/unknown-target.ts";
import { unlinkedSecondary } from "./relationship/unlinked-secondary.ts";
import { unknownSecondary, unresolvedText } from "./relationship/unresolved-text.ts";

const example = (back: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlmodel\n",
	"main.py": `from fastapi import FastAPI
from sqlmodel import Field, Relationship, SQLModel

app = FastAPI()


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="${back}")


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Team | None = Relationship(back_populates="heroes")
`,
});

export default defineClassRule(
	{
		name: "broken-relationship",
		category: "DATABASE",
		summary: "A relationship names what is not there, or no foreign key says how its tables belong together",
		story:
			"SQLAlchemy puts all relationships together at the first use of any model. One that is wrong fails every query, of every model, while the server itself comes up.",
		references: ["https://docs.sqlalchemy.org/en/20/orm/relationships.html"],
		example: { before: example("teem"), after: example("team") },
	},
	function* (project) {
		for (const relationship of relationshipsOf(project)) {
			if (!isReached(project, relationship.table) || relationship.table.isOpen) continue;
			const fault =
				misreadAnnotation(project, relationship) ??
				unknownTarget(project, relationship) ??
				missingBackReference(project, relationship) ??
				unknownSecondary(project, relationship) ??
				unresolvedText(project, relationship) ??
				bareColumnName(project, relationship) ??
				takenBackref(project, relationship) ??
				unlinkedSecondary(project, relationship) ??
				missingJoin(project, relationship) ??
				sameDirection(project, relationship) ??
				twoRemoteSides(project, relationship) ??
				orphansOfOne(project, relationship) ??
				unknownLoading(relationship) ??
				ambiguousJoin(project, relationship);
			if (fault !== null) yield placed(project, fault);
		}
	},
);

/** The fault where it shows: at the first use of a model in start-up, else at the first request that uses one. */
function placed(project: Project, { relationship, ...words }: RelationshipFault): ClassFault {
	const { attribute, table } = relationship;
	const { owner, name, node } = attribute;
	const first = findMapperConfiguration(project);
	return {
		module: owner.module,
		subject: `${owner.module.name}:${table.value.node.name.name}.${name}`,
		range: node,
		severity: first === null ? "HIGH" : "CRITICAL",
		stage: first?.stage ?? "request",
		order: first?.order ?? table.definition.order,
		...words,
	};
}
