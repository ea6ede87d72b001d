import { expect, it } from "vitest";
import { listSoundRequests } from "../../src/verify/sound-requests.ts";

const document = JSON.stringify({
	openapi: "3.1.0",
	paths: {
		"/health": { get: {} },
		"/api/auth/signup": {
			post: {
				tags: ["auth"],
				requestBody: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/SignUp" } } } },
			},
		},
		"/api/auth/logout": { get: { tags: ["auth"] } },
		"/api/items/{item_id}": { get: { tags: ["items"], parameters: [{ in: "path", required: true }] } },
		"/api/items/": { get: { tags: ["items"] }, delete: { tags: ["items"] } },
		"/api/search": { get: { tags: ["search"], parameters: [{ in: "query", required: true }] } },
		"/api/tick": { post: { tags: ["tick"] } },
	},
	components: { schemas: { SignUp: { required: ["email"] } } },
});

it("asks the health route and one harmless request of each router", () => {
	expect(listSoundRequests({ document, routes: [], posts: true }).map(({ method, path }) => `${method} ${path}`)).toEqual([
		"GET /health",
		"POST /api/auth/signup",
		"GET /api/items/",
	]);
});

it("posts nothing where that is not allowed", () => {
	expect(listSoundRequests({ document, routes: [], posts: false }).map(({ method }) => method)).not.toContain("POST");
});

it("goes by the routes alone where there is no document", () => {
	const routes = [
		["/healthz", ["GET", "HEAD"]],
		["/items/{item_id}", ["GET"]],
		["/items", ["GET", "POST"]],
	] as const;
	for (const nothing of ["", "<html>", "null", "[]"]) {
		expect(listSoundRequests({ document: nothing, routes, posts: true })).toEqual([
			{ method: "GET", path: "/healthz", body: null },
			{ method: "GET", path: "/items", body: null },
		]);
	}
});
