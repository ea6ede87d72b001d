import { expect, test } from "vitest";
import { givenByServices } from "../../../src/project/starts/container-variables.ts";

const compose = `services:
  api:
    build: .
    env_file: [.env.docker]
    environment:
      DATABASE_URL: postgresql://shop@db/shop
      SECRET_KEY: \${SECRET_KEY}
  db:
    image: postgres:16
    environment: [POSTGRES_PASSWORD=x]
`;

const texts = {
	"docker-compose.yml": compose,
	".env.docker": "API_TOKEN=x\n",
	Dockerfile: "FROM python:3.12\nENV APP_MODE=production\nCOPY . .\n",
};
const files = new Map(Object.entries(texts).map(([path, text]) => [path, { path, text, sha256: "" }]));

test.each([
	[["DATABASE_URL", "SECRET_KEY"], "is given them;"],
	[["API_TOKEN"], "is given it;"],
	[["APP_MODE"], "is given it;"],
	[["SECRET_KEY", "OTHER"], "is given SECRET_KEY;"],
])("%j are known to reach the container", (names, words) => {
	expect(givenByServices(files, names)).toContain(`The service api of docker-compose.yml ${words}`);
});

test("what a finished image is given is not the server's", () => {
	expect(givenByServices(files, ["POSTGRES_PASSWORD"])).toBeNull();
});
