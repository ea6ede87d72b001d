import { expect, test } from "vitest";
import { readWithTools } from "../../scripts/manifests/owning-tools.ts";
import { rowsOfTool, withHttpx } from "../project/manifests/shape-rows.ts";
import recorded from "../project/manifests/shapes.json" with { type: "json" };
import { shapes } from "../project/manifests/shapes.ts";

test("the record of manifests is what pip, packaging, poetry-core and setuptools read", async () => {
	const answers = await readWithTools(shapes.flatMap((shape) => [shape, withHttpx(shape)]));
	const rows = answers.map((answer) => (typeof answer === "string" ? answer : rowsOfTool(answer)));
	expect(
		Object.fromEntries(shapes.map(({ name }, index) => [name, { before: rows[2 * index], after: rows[2 * index + 1] }])),
	).toEqual(recorded);
});
