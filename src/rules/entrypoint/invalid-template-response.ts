import { defineRule } from "../../audit/rule.ts";
import { type TemplateFault, templateFaults } from "../../project/fastapi/template-faults.ts";
import { templateRemedy } from "./repair/template-remedies.ts";

const example = (code: string) => ({
	"requirements.txt": "fastapi\nuvicorn\njinja2\n",
	"templates/home.html": "<p>Hello</p>\n",
	"main.py": `from fastapi import FastAPI, Request
from fastapi.templating import Jinja2Templates

app = FastAPI()
templates = Jinja2Templates(directory="templates")


@app.get("/")
def home(request: Request):
    return templates.TemplateResponse(${code})
`,
});

export default defineRule<TemplateFault>({
	name: "invalid-template-response",
	category: "ENTRYPOINT",
	summary: "A page is made of a template that is not there, or in a way that the installed Starlette does not know",
	story:
		"Starlette 1.0 takes the request first and the template's name second, and knows the older form no more; below 0.29 it is the other way round. A template that is not in the folder cannot be found. The server comes up, and each request for the page is answered with 500.",
	references: ["https://starlette.dev/templates/", "https://fastapi.tiangolo.com/advanced/templates/"],
	example: { before: example('"home.html", {"request": request}'), after: example('request, "home.html", {"request": request}') },

	*detect(project) {
		for (const fault of templateFaults(project)) {
			const { module, owner, call, type, template } = fault;
			const { start, end } = template?.node ?? call;
			yield {
				subject: `${module.name}:${owner.name.name}:${template?.name ?? type}`,
				path: module.path,
				range: { start, end },
				evidence: fault,
			};
		}
	},

	describe({ evidence: { type, owner, error, template } }, project) {
		const { name } = owner.name;
		const { problem, rootCause, step } = {
			"old-form": {
				problem: `${name} makes its page in the form that Starlette 1.0 has dropped`,
				rootCause: "TemplateResponse takes the request first and the template's name second; here the name stands first.",
				step: "Pass the request as the first argument.",
			},
			"new-form": {
				problem: `${name} makes its page in a form that the installed Starlette does not know yet`,
				rootCause:
					'Below 0.29 TemplateResponse takes the template\'s name first, and finds the request in the context under "request".',
				step: 'Write TemplateResponse(name, {"request": request, …}).',
			},
			missing: {
				problem: `${name} makes its page of ${template?.name}, which is not there`,
				rootCause: `Jinja looks in ${template?.folder.replace(`${project.root}/`, "")}, and no file there has that name.`,
				step: "Write the template, or give the name of one that is there.",
			},
		}[type];
		return {
			severity: "HIGH",
			stage: "request",
			problem,
			rootCause,
			...(error === null ? {} : { expectedError: error }),
			manualSteps: [step],
		};
	},

	fix({ evidence }, project) {
		return templateRemedy(evidence, project);
	},
});
