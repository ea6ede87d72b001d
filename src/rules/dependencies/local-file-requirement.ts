import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import type { Manifest, Requirement } from "../../project/manifests/manifest.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	/** As declared, in the order of the manifest. */
	readonly names: readonly string[];
	/** Where the first of them is looked for: `/home/conda/feedstock_root/build_artifacts/certifi_1690232220950`. */
	readonly place: string;
	readonly command: string;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

export default defineRule<Evidence>({
	name: "local-file-requirement",
	category: "DEPENDENCY",
	summary: "A package is declared by a file on one person's machine",
	story:
		"`pip freeze` in an environment that conda made writes the folders in which conda once built the packages. They are on no other machine, so the installation of the whole list fails.",
	references: ["https://packaging.python.org/en/latest/specifications/version-specifiers/#direct-references"],
	example: {
		before: {
			"requirements.txt":
				"certifi @ file:///home/conda/feedstock_root/build_artifacts/certifi_1690232220950\nfastapi==0.115.0\nuvicorn==0.30.6\n",
			"main.py": main,
		},
		after: { "requirements.txt": "certifi\nfastapi==0.115.0\nuvicorn==0.30.6\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null) return;
		const found = listLocalFiles(manifest, project);
		const [first] = found;
		if (first === undefined) return;
		const evidence: Evidence = {
			names: found.map(({ name, url }) => (name === "" ? placeOf(url ?? "") : name)),
			place: placeOf(first.url ?? ""),
			command: manifest.installCommand,
		};
		yield { subject: manifest.path, path: first.path, range: first.range, evidence };
	},

	describe({ evidence: { names, place, command } }) {
		const isOne = names.length === 1;
		const listed = names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
		return {
			severity: "CRITICAL",
			stage: "import",
			problem: `${listed} ${isOne ? "is" : "are"} declared by ${isOne ? "a file" : "files"} on one machine`,
			rootCause: `${place} is there only where the list was written. ${command} stops at it everywhere else, and installs nothing else either.`,
			expectedError: refusalOf(place),
			failsOn: ["clean-install"],
			order: -1,
		};
	},

	fix(_issue, project) {
		const manifest = primaryManifest(project.manifests);
		const found = manifest === null ? [] : listLocalFiles(manifest, project);
		if (manifest === null || found.length === 0 || found.some(({ name }) => name === "")) return undefined;
		const isOne = found.length === 1;
		return {
			title: isOne ? `Take ${found[0]?.name} from the index` : "Take them from the index",
			explanation: `By ${isOne ? "its name" : "their names"} every machine finds ${isOne ? "it" : "them"}; the version is asked for where it is known.`,
			applicability: "safe",
			edits: found.map(({ path, range, name, extras, url, normalized, marker }) => {
				const version = versionOf(url ?? "") ?? versionHere(project, normalized);
				const asked = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
				const written = `${asked}${version === null ? "" : `==${version}`}${marker === null ? "" : `; ${marker}`}`;
				return { path, range, newText: written };
			}),
			commands: manifest.updateCommands,
		};
	},
});

/** Folders that belong to one machine: a drive of Windows, a person's home, and those in which packages are built. */
const ownPlace =
	/^(?:\/?[A-Za-z]:[\\/]|\/(?:home|Users|croot|tmp|private|feedstock_root|b\/abs_|work\/(?:ci|ws)|opt\/(?:conda|concourse|miniconda|anaconda))|\/[^/]+\/feedstock_root)/;

function listLocalFiles(manifest: Manifest, { environment, files }: Project): readonly Requirement[] {
	return manifest.requirements.filter(({ url, group, marker, notation }) => {
		if (url === null || group !== "" || notation === "conda" || notation === "command") return false;
		const place = placeOf(url);
		if (!ownPlace.test(place) || markerApplies(marker, environment.python) !== true) return false;
		// What lies in the repository may be put there by whoever builds the image.
		const name = nameOf(place);
		return !/\.(?:whl|gz|zip)$/.test(name) || ![...files.keys()].some((path) => path.endsWith(name));
	});
}

/** The path behind `file://`, as pip looks for it. */
function placeOf(url: string): string {
	const [place = ""] = url.replace(/^file:\/\/(?:localhost)?/, "").split(/[#;]/);
	return place.trim();
}

function nameOf(place: string): string {
	return place.slice(Math.max(place.lastIndexOf("/"), place.lastIndexOf("\\")) + 1);
}

/** pip looks at the name of a wheel before it looks for the file. */
function refusalOf(place: string): string {
	const name = nameOf(place);
	const isForOthers = name.endsWith(".whl") && /^(?:win|macosx)/.test(name.slice(name.lastIndexOf("-") + 1));
	if (isForOthers) return `ERROR: ${name} is not a supported wheel on this platform.`;
	return `ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: '${place}'`;
}

/** The version that the name of a wheel or an sdist tells. */
function versionOf(url: string): string | null {
	return /[\\/][A-Za-z0-9._]+-(\d+(?:\.\d+)*)(?:-[^\\/]*\.whl|\.tar\.gz|\.zip)(?:#.*)?$/.exec(url)?.[1] ?? null;
}

function versionHere({ environment }: Project, name: string): string | null {
	return environment.kind === "interpreter" ? (environment.distributions.get(name)?.version ?? null) : null;
}
