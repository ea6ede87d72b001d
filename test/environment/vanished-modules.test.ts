import { expect, it } from "vitest";
import { listVanishedModules, vanishedModule } from "../../src/environment/vanished-modules.ts";

it("knows which release of a distribution is the first without a module, or without what it is a part of", () => {
	const gone = { module: "langchain.text_splitter", distribution: "langchain", from: "1.0.0" };
	expect(vanishedModule("langchain.text_splitter")).toMatchObject(gone);
	expect(vanishedModule("langchain.chains.llm")).toMatchObject({ module: "langchain.chains" });
	expect(vanishedModule("pkg_resources.extern")).toMatchObject({ module: "pkg_resources", distribution: "setuptools" });
	expect(vanishedModule("langchain")).toBeNull();
	expect(vanishedModule("langchain.agents")).toBeNull();
	expect(listVanishedModules("langchain")).toContainEqual(expect.objectContaining(gone));
});
