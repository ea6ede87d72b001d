import { defineRule } from "../../audit/rule.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import { findIncompleteImage, type IncompleteImage } from "../../project/manifests/image-lists.ts";

interface Evidence {
	readonly list: string;
	readonly image: IncompleteImage;
	/** The line of the Dockerfile that installs. */
	readonly installedAt: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";
const lists = {
	"requirements.txt": "-r requirements-base.txt\nuvicorn\n",
	"requirements-base.txt": "fastapi\n",
	"main.py": main,
};

export default defineRule<Evidence>({
	name: "include-not-copied",
	category: "DEPENDENCY",
	summary: "An image installs a list that includes a file which the image does not have",
	story:
		"The list was split into several files, and the Dockerfile still copies one of them: on every machine the installation works, and the image cannot be built.",
	references: [
		"https://pip.pypa.io/en/stable/reference/requirements-file-format/",
		"https://docs.docker.com/reference/dockerfile/#copy",
	],
	example: {
		before: {
			...lists,
			Dockerfile: "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n",
		},
		after: {
			...lists,
			Dockerfile:
				"FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nCOPY requirements-base.txt ./requirements-base.txt\nRUN pip install -r requirements.txt\nCOPY . .\n",
		},
	},

	*detect({ manifests, files }) {
		const manifest = primaryManifest(manifests);
		const image = manifest === null ? null : findIncompleteImage(files, manifest);
		if (manifest === null || image === null) return;
		const text = files.get(image.dockerfile)?.text ?? "";
		const start = text.indexOf(image.copied);
		// An instruction that goes on behind a backslash is not found as it is read.
		const range = start === -1 ? { start: 0, end: 0 } : { start, end: start + image.copied.length };
		const evidence = { list: manifest.path, image, installedAt: manifest.installedBy ?? image.dockerfile };
		yield { subject: image.absent.join(), path: image.dockerfile, range, evidence };
	},

	describe({ evidence: { list, image, installedAt } }) {
		const { absent } = image;
		const names = absent.join(", ");
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `The image does not get ${names}, which ${list} includes`,
			rootCause: `${installedAt} installs ${list} before ${absent.length === 1 ? "that file is" : "those files are"} copied. pip does not find ${absent.length === 1 ? "it" : "them"}, and the image is not built.`,
			expectedError: `ERROR: Could not open requirements file: [Errno 2] No such file or directory: '${absent[0]}'`,
			failsOn: ["clean-install"],
			order: -1,
			manualSteps: [`Copy ${names} before the installation, to the place from which ${list} includes it.`],
		};
	},

	fix({ path, range, evidence: { image } }) {
		const { wanted, absent } = image;
		if (range.end === 0 || wanted.length < absent.length) return undefined;
		const lines = wanted.map(([source, target]) => `\nCOPY ${source} ${target}`).join("");
		return {
			title: `Copy ${wanted.map(([source]) => source).join(" and ")} as well`,
			explanation: "pip looks for an included file beside the list that includes it.",
			applicability: "safe",
			edits: [{ path, range: { start: range.end, end: range.end }, newText: lines }],
		};
	},
});
