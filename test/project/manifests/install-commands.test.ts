import { describe, expect, it } from "vitest";
import { listInstallCommands } from "../../../src/project/manifests/install-commands.ts";

/** What a text installs, in short: `-r a.txt`, `.[prod]`, `uvicorn`, `pyproject: all`. */
function shown(text: string): string[][] {
	return listInstallCommands(text).map(({ requirementFiles, projects, packages, project }) => [
		...requirementFiles.map((file) => `-r ${file}`),
		...projects.map(({ folder, extras }) => (extras.length === 0 ? folder : `${folder}[${extras.join()}]`)),
		...packages.map((each) => each.text),
		...(project === null ? [] : [`${project.kind}: ${project.groups === "all" ? "all" : project.groups.join() || "main"}`]),
	]);
}

describe("listInstallCommands", () => {
	it.each([
		["RUN pip install --no-cache-dir -r requirements.txt", [["-r requirements.txt"]]],
		[
			"RUN pip install --no-cache-dir \\\n    --upgrade \\\n    -r /app/requirements/prod.txt",
			[["-r /app/requirements/prod.txt"]],
		],
		["RUN pip install -U pip setuptools && pip install -r a.txt -r b.txt", [[], ["-r a.txt", "-r b.txt"]]],
		[
			"RUN python -m pip install fastapi 'uvicorn[standard]>=0.30' gunicorn==21.2.0",
			[["fastapi", "uvicorn[standard]>=0.30", "gunicorn==21.2.0"]],
		],
		['RUN ["pip", "install", "fastapi", "uvicorn"]', [["fastapi", "uvicorn"]]],
		["RUN --mount=type=cache,target=/var/cache/pip pip install -e .[prod,db]", [[".[prod,db]"]]],
		['RUN pip install ".[server]"', [[".[server]"]]],
		["RUN uv pip install --system -r requirements.txt", [["-r requirements.txt"]]],
		["RUN poetry export -f requirements.txt -o r.txt && pip install -r r.txt", [["pyproject: main"], ["-r r.txt"]]],
		["RUN poetry export --with dev --output=r.txt", [["pyproject: all"]]],
		["RUN uv export --no-dev > r.txt", [["pyproject: main"]]],
		["RUN pip install -i https://mirror.example/simple --trusted-host mirror.example httpx", [["httpx"]]],
		["RUN uv sync --frozen --no-dev", [["pyproject: main"]]],
		["RUN uv sync --locked", [["pyproject: dev"]]],
		["RUN uv sync --no-dev --extra server", [["pyproject: server"]]],
		["RUN uv sync --group=web --extra cache", [["pyproject: dev,web,cache"]]],
		["RUN uv sync --all-extras", [["pyproject: all"]]],
		['CMD ["uv", "run", "--no-dev", "uvicorn", "main:app"]', [["pyproject: main"]]],
		["CMD uv run uvicorn main:app --no-dev", [["pyproject: dev"]]],
		["CMD uv run --no-sync uvicorn main:app", []],
		["RUN conda env create -f environment.yml", [["conda: main"]]],
		["RUN poetry install --only main --no-root", [["pyproject: main"]]],
		["RUN poetry install --without dev", [["pyproject: main"]]],
		["RUN poetry install --no-interaction", [["pyproject: all"]]],
		["RUN pdm sync --prod", [["pyproject: main"]]],
		["RUN pipenv install --system --deploy", [["pipfile: main"]]],
		["RUN pipenv install --dev", [["pipfile: dev"]]],
		["# RUN pip install httpx\nRUN pip install redis", [["redis"]]],
		["    buildCommand: pip install -r requirements.txt\n    startCommand: uvicorn main:app", [["-r requirements.txt"]]],
		['{"build": {"buildCommand": "pip install -r requirements.txt"}}', [["-r requirements.txt"]]],
		["RUN pip install httpx; echo pip installs nothing more", [["httpx"]]],
		["COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/uv", []],
	])("reads %s", (text, expected) => {
		expect(shown(text)).toEqual(expected);
	});

	it("says where each package stands", () => {
		const text = 'RUN pip install fastapi "uvicorn[standard]"';
		const [command] = listInstallCommands(text);
		expect(command?.packages.map(({ text: name, start }) => text.slice(start, start + name.length))).toEqual([
			"fastapi",
			"uvicorn[standard]",
		]);
	});
});
