/** Writes test/project/manifests/shapes.json: what the tool that owns its format reads of each shape, before and after our edit. */
import { writeFileSync } from "node:fs";
import { rowsOfTool, withHttpx } from "../../test/project/manifests/shape-rows.ts";
import { shapes } from "../../test/project/manifests/shapes.ts";
import { readWithTools } from "./owning-tools.ts";

const answers = await readWithTools(shapes.flatMap((shape) => [shape, withHttpx(shape)]));
const rows = answers.map((answer) => {
	const [owner = "not read"] = Object.values(answer);
	return typeof owner === "string" ? owner : rowsOfTool(owner);
});
const record = Object.fromEntries(
	shapes.map((shape, index) => [shape.name, { before: rows[2 * index], after: rows[2 * index + 1] }]),
);
writeFileSync(new URL("../../test/project/manifests/shapes.json", import.meta.url), `${JSON.stringify(record, null, "\t")}\n`);
