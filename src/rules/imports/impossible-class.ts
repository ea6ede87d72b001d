import { certainClasses, defineClassRule } from "../repair/classes/class-fault.ts";
import { abstractInstances } from "./definition/abstract-instance.ts";
import { baseFaults } from "./definition/bases.ts";
import { dataclassFaults } from "./definition/dataclass-fields.ts";
import { enumFaults } from "./definition/enum-members.ts";
import { frozenFaults } from "./definition/frozen-inheritance.ts";
import { metaclassFaults } from "./definition/metaclass.ts";
import { namedTupleFaults } from "./definition/named-tuple.ts";
import { slotFaults } from "./definition/slots.ts";

const example = (fields: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from dataclasses import dataclass\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@dataclass\nclass Page:\n${fields}`,
});

export default defineClassRule(
	{
		name: "impossible-class",
		category: "IMPORT",
		summary: "A class is defined or made in a way that Python refuses",
		story:
			"A dataclass with a plain field behind one that has a default, a list as a default, bases in an order that cannot be, an abstract class that is made: Python raises when it meets the statement, so the module cannot be imported.",
		references: [
			"https://docs.python.org/3/library/dataclasses.html#mutable-default-values",
			"https://docs.python.org/3/howto/mro.html",
		],
		example: {
			before: example("    number: int = 1\n    title: str\n"),
			after: example("    title: str\n    number: int = 1\n"),
		},
	},
	function* (project) {
		for (const definition of certainClasses(project)) {
			yield* baseFaults(project, definition);
			yield* dataclassFaults(project, definition);
			yield* metaclassFaults(project, definition);
			yield* frozenFaults(project, definition);
			yield* slotFaults(definition);
			yield* enumFaults(project, definition);
			yield* namedTupleFaults(project, definition);
		}
		yield* abstractInstances(project);
	},
);
