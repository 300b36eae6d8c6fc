import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fileSchemas, useSchemas } from "../../apps/server/loader/options.ts";
import { documentFiles } from "../../scripts/docs-files.ts";
import { repository } from "./source-files.ts";

const pages = readdirSync(path.join(repository, "docs")).filter((file) => file.endsWith(".md"));
const documents = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", ...pages.map((page) => `docs/${page}`)];

function read(file: string): string {
  return readFileSync(path.join(repository, file), "utf8");
}

/** Targets of links and images that lie in the repository, code blocks left out. */
function localLinks(text: string): string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, "").replaceAll(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith("/"));
}

function anchors(text: string): string[] {
  const headings = text.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = ""]) => slug(title));
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s+/g, "-");
}

describe("A document", () => {
  it.each(documents)("%s holds no marks of a merge that was left open", (document) => {
    expect(read(document)).not.toMatch(/^(<{7}|>{7}) /m);
  });

  it.each(documents)("%s has links that lead somewhere", (document) => {
    const broken = localLinks(read(document)).filter((target) => {
      const [file = "", anchor] = target.split("#");
      const place = file === "" ? document : path.join(path.dirname(document), file);
      if (!existsSync(path.join(repository, place))) return true;
      return anchor !== undefined && !anchors(read(place)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it.each(pages)("docs/%s begins with one title", (page) => {
    const titles = read(`docs/${page}`)
      .replaceAll(/```[\s\S]*?```/g, "")
      .match(/^# .+$/gm);
    expect(titles).toHaveLength(1);
    expect(read(`docs/${page}`)).toMatch(/^# /);
  });
});

describe("The documentation's first page", () => {
  it("lists every other page", () => {
    const listed = localLinks(read("docs/index.md"));
    expect(pages.filter((page) => page !== "index.md" && !listed.includes(page))).toEqual([]);
  });
});

describe("The page about configuration", () => {
  it("explains every variable that the server reads, and no other", () => {
    const named = (text: string): string[] => [...new Set(text.match(/\bULTRAVISOR_[A-Z_]+\b/g))].sort();
    const table = read("docs/configuration.md").match(/^\| `ULTRAVISOR_.*$/gm) ?? [];
    expect(named(table.map((row) => row.split("|")[1]).join())).toEqual(named(read("apps/server/config.ts")));
  });
});

describe("The page about the API", () => {
  it("names every route that does something", () => {
    const routes = readdirSync(path.join(repository, "apps/server/http/routes"));
    const source = routes.map((file) => read(`apps/server/http/routes/${file}`)).join();
    const paths = [...source.matchAll(/path: "\/api\/([^"]+)"/g)].map(
      ([, route = ""]) => route.split("/").at(-1) ?? "",
    );
    const words = [...new Set(paths)].filter((word) => !word.startsWith("{") && !["session", "end"].includes(word));
    expect(words).toContain("manifest");
    expect(words.filter((word) => !new RegExp(`\`[^\`]*/${word}\\b`).test(read("docs/api.md")))).toEqual([]);
  });
});

describe("The pages about task files", () => {
  const text = ["tasks", "browser-tasks", "operations", "inputs", "triggers"]
    .map((page) => read(`docs/${page}.md`))
    .join();

  it("name every option that a task file may have", () => {
    const schemas = [...Object.values(fileSchemas), ...Object.values(useSchemas)];
    const options = [...new Set(schemas.flatMap((schema) => Object.keys(schema.shape)))];
    expect(options).toContain("triggers");
    expect(options.filter((option) => !new RegExp(`\\b${option}\\b`).test(text))).toEqual([]);
  });

  it("name everything that `run` is given", () => {
    const given = read("apps/sdk/context.ts").match(/interface (?:TaskContext|BrowserContext)<[\s\S]*?^}/gm) ?? [];
    const names = given.flatMap((part) =>
      [...part.matchAll(/^ {2}(?:readonly )?(\w+)[:<(]/gm)].map(([, name = ""]) => name),
    );
    expect(names).toContain("spawn");
    expect(names.filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(text))).toEqual([]);
  });
});

describe("A download of the documentation", () => {
  // Not the ZIP: whoever changes an example for himself need not care.
  it.each([...documentFiles(repository)].filter(([name]) => !name.endsWith(".zip")))(
    "%s is what `node scripts/docs-files.ts` makes",
    (name, bytes) => {
      expect(readFileSync(path.join(repository, "docs/files", name)).equals(bytes)).toBe(true);
    },
  );

  it("is linked from at least three pages", () => {
    const linking = pages.filter((page) =>
      localLinks(read(`docs/${page}`)).some((target) => target.startsWith("files/")),
    );
    expect(linking.length).toBeGreaterThanOrEqual(3);
  });
});

describe("The documents", () => {
  const said = documents.map(read).join("\n");

  it("name only npm scripts that exist", () => {
    const scripts = Object.keys(JSON.parse(read("package.json")).scripts);
    const named = [...said.matchAll(/\bnpm (?:run ([a-z:]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? "",
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it("name only commands that the CLI has", () => {
    const help = execFileSync(process.execPath, ["apps/cli/main.ts", "--help"], { cwd: repository, encoding: "utf8" });
    const named = new Set([...said.matchAll(/\bnpx ultravisor ([a-z]+)/g)].map(([, command = ""]) => command));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !new RegExp(`^\\s+${name}\\b`, "m").test(help))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  it("names every optional package of a platform, without which `npm ci` refuses", () => {
    const { packages } = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { optionalDependencies?: object }>;
    };
    const missing = Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${place}/node_modules/${name}`],
      ),
    );
    expect(missing).toEqual([]);
  });

  it("names exact versions and no registry", () => {
    const { dependencies, devDependencies } = JSON.parse(read("package.json"));
    const versions = Object.values({ ...dependencies, ...devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
    expect(read("package-lock.json")).not.toContain('"resolved"');
  });
});
